"""The styles of the dashboard by the role they play, and the colour each process keeps.

Colours are terminal palette numbers. Nothing is said by colour alone: a glyph, a word or a marker
always says the same.
"""

from __future__ import annotations

from typing import Final

from mptui.terminal_text import TextStyle

DIM: Final = TextStyle(dim=True)
STRONG: Final = TextStyle(bold=True)
GOOD: Final = TextStyle(foreground=2)
BAD: Final = TextStyle(foreground=1, bold=True)
WARNING: Final = TextStyle(foreground=3)
STDERR: Final = TextStyle(foreground=1, bold=True)
MARKED: Final = TextStyle(bold=True, reverse=True)
MATCH: Final = TextStyle(foreground=3, bold=True, underline=True)
SELECTED: Final = TextStyle(reverse=True)
HIGHLIGHTS: Final = tuple(TextStyle(foreground=colour, bold=True) for colour in (6, 5, 2, 4, 3))
"""Of words that a person wants to stand out, in this order."""
CURRENT_MATCH: Final = TextStyle(foreground=3, bold=True, reverse=True)

# Middle tones that differ on a dark and on a light background, and that a terminal with
# 16 colours turns into different ones. None is red: red is kept for what went wrong.
PROCESS_COLOURS: Final = (32, 136, 169, 34, 99, 166)

_PROCESS_STYLES: Final = tuple(TextStyle(foreground=colour) for colour in PROCESS_COLOURS)


def process_style(process: int, role: str) -> TextStyle | None:
    """The style of a process's name, the same wherever it appears: its number decides."""
    if role == "helper":
        return DIM
    if role == "main":
        return STRONG
    return _PROCESS_STYLES[(process - 1) % len(_PROCESS_STYLES)]
