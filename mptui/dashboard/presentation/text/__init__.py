"""Ground for the rest: widths, glyphs, colours, tables and search in plain text."""
