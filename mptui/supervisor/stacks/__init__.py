"""Reads the Python stacks of the program's processes, in a process of its own, and records them."""
