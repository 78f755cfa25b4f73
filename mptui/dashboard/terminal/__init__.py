"""What leans on Textual's private names: only changed cells are sent, at the pace of the line."""
