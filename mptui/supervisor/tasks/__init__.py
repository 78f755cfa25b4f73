"""Who runs which task, read from the rings that the workers write."""
