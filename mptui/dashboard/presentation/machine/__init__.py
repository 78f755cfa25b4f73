"""The machine beside the processes: its GPUs, and what was used of it over the run."""
