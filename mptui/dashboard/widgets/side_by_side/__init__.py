"""What stands side by side in a pane: how the room is shared, and output in columns."""
