"""What is used of the machine, painted."""
