"""The folder that a run shares with its probes, and the records that come through it."""
