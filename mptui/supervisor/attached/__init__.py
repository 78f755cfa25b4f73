"""Programs that nobody started through mptui: which one is meant, and how a run of it begins."""
