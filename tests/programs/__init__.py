"""Real programs, each run plainly and under mptui: they must not notice."""
