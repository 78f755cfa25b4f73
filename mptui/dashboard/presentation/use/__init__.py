"""What is used of the machine: its GPUs now, and CPU, memory and tasks over the run."""
