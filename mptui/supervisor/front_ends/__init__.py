"""The link between a run and those who look at it, both ends of it."""
