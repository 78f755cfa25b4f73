"""What becomes of the results of tasks, as the probe reports it."""
