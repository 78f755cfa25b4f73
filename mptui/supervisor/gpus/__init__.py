"""Watches the GPUs that the program uses, where there are any."""
