"""Where processes are in their programs, as last read."""
