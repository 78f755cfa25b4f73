"""Watch Python programs that run on many processes. The package root imports nothing."""

__version__ = "0.2.0"
