"""All that knows private names of Textual: only changed cells are sent, at the pace of the line."""
