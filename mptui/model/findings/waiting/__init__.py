"""What is noted of waits while they go on: for the search for processes that are stuck."""
