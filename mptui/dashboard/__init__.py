"""The dashboard: the front end that a person watches in a terminal, and all that knows Textual."""
