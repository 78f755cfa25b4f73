"""What is begun before the rest is imported, so that nobody waits for it."""
