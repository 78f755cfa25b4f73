"""What cores, processes and threads use, sampled."""
