"""What stands around a pane, as text: its header, the tabs, the source beside it."""
