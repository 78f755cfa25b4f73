"""Findings about what piles up: pools, processes, threads, descriptors, shared memory."""
