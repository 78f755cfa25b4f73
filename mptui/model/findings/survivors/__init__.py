"""Findings about what is left when the main process has ended."""
