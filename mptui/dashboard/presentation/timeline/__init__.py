"""The timeline: rows, cells and axis of a window of time."""
