"""Findings about workers that ended, beside those of `deaths`."""
