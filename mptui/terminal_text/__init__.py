"""Text from outside, made safe for a terminal.

Whatever a program prints, and every name or message that it chose, passes here before it is shown.
What comes out holds printable characters only: nothing in it can move the cursor, ask the terminal
a question or change what stands beside it. Must not know how text is drawn, nor Textual, nor
markup: brackets are ordinary characters here.
"""

from mptui.terminal_text.names import cell_count, is_surely_narrow, safe_text
from mptui.terminal_text.redrawn_rows import MOST_ROWS, RedrawnRows, begins_redrawing, moves_up
from mptui.terminal_text.row import Span
from mptui.terminal_text.shown import shown_text
from mptui.terminal_text.spans import safe_spans
from mptui.terminal_text.text_style import Color, TextStyle, sgr_parameters

__all__ = [
    "MOST_ROWS",
    "Color",
    "RedrawnRows",
    "Span",
    "TextStyle",
    "begins_redrawing",
    "cell_count",
    "is_surely_narrow",
    "moves_up",
    "safe_spans",
    "safe_text",
    "sgr_parameters",
    "shown_text",
]
