"""A row for each process, a cell for each core, and all that is known of one process."""
