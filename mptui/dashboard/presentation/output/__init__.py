"""Which lines of the output are in sight, and how each of them looks."""
