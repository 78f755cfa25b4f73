"""Text too long for its room, cut where it loses least; widths are in cells of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from mptui.dashboard.presentation.glyphs import Glyphs


def cell_width(text: str) -> int:
    """How many cells the text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def shortened(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in at most so many cells, its middle left out: the end of a name tells most."""
    if cell_width(text) <= width:
        return text
    for kept in range(min(len(text), width) - 1, 0, -1):
        tail = kept // 2
        short = f"{text[: kept - tail]}{glyphs.ellipsis}{text[len(text) - tail :]}"
        if cell_width(short) <= width:
            return short
    return glyphs.ellipsis[: max(0, width)]


def padded(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in exactly so many cells, shortened or filled up."""
    short = shortened(text, width, glyphs)
    return short + " " * (width - cell_width(short))
