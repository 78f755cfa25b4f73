"""Tasks of pools and executors: which the program submits, and which each worker runs."""
