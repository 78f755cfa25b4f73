"""Processes that are ready to run but without a core: what shows it, and what is said of it."""
