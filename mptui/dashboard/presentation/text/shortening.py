"""Text too long for its room, cut where it loses least; widths are in cells of a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs

_NUMBERED_NAME: Final = re.compile(r"(.*?)([-_:# ]?\d+(?::\d+)*)")
_WORD_BEGIN: Final = re.compile(r"[A-Z](?=[a-z])|(?<![A-Za-z])[a-z]")


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


def told_apart(name: str, width: int, glyphs: Glyphs) -> str:
    """A name in at most so many cells that is not taken for its neighbour's: the number stays.

    As many whole words before the number as there is room for: ``…Worker-3``, ``-3``.
    """
    found = _NUMBERED_NAME.fullmatch(name)
    if cell_width(name) <= width or found is None:
        return shortened(name, width, glyphs)
    words, number = found.groups()
    for begin in _WORD_BEGIN.finditer(words):
        short = f"{glyphs.ellipsis}{words[begin.start() :]}{number}"
        if begin.start() and cell_width(short) <= width:
            return short
    # A number that is cut would be somebody else's.
    return number if len(number) <= width else glyphs.ellipsis[: max(0, width)]


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many cells, parted at blanks where that wastes little."""
    lines: list[str] = []
    while cell_width(text) > width:
        end = width
        while end > 1 and cell_width(text[:end]) > width:
            end -= 1
        blank = text.rfind(" ", end // 2, end + 1)
        end = blank if blank > 0 else end
        lines.append(text[:end])
        text = text[end:].removeprefix(" ")
    return [*lines, text]
