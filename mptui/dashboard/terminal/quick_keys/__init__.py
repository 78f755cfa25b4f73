"""The way of a key, shorter than Textual's: what it does and what it shows is done at once."""
