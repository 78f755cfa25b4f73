"""Watches a Dask cluster that others have started: a maker of recordings beside the supervisor.

A process of its own connects to the scheduler as a client and turns what happens there into the
same events. It must not change anything about the cluster, and must not let `distributed` be
imported in any other process of mptui's.
"""
