"""What was printed: bytes cut into lines, a bounded log of them for each process."""
