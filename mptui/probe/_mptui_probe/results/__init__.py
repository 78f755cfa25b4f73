"""What becomes of the results of tasks: whether anybody asks for them, and those thrown away."""
