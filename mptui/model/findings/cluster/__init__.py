"""Findings about a Dask cluster: workers that are lost, memory, uneven work, and its scheduler."""
