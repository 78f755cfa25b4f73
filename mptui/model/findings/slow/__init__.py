"""Findings about time that many processes do not save, though nothing is wrong with any of them."""
