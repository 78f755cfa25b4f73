"""Which tasks each worker runs, read from the rings that the workers write."""
