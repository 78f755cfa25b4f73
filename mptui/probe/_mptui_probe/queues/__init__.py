"""Queues, locks and the like: what the program calls them, and how many items pass through."""
