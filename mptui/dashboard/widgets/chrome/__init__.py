"""The lines around the parts of a pane: header, tabs, keys, prompt."""
