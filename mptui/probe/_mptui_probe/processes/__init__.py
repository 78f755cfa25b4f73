"""Processes of the program: how they start and end, and what they are called."""
