"""Findings about work that will never be done, and what they have to do with others."""
