"""Looks at what cores, processes and threads use."""
