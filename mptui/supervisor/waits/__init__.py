"""What a process waits in, seen from outside."""
