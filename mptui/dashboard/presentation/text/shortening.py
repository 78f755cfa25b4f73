"""Text too long for its room, cut where it loses least.

Widths are in cells, as `rich.cells.cell_len` measures them: so does Textual, and where two measures
differ a row is out of line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs

_NUMBERED_NAME: Final = re.compile(r"(.*?)([-_:# ]?\d+(?::\d+)*)")
START_METHOD: Final = re.compile(r"(?:ForkServer|Fork|Spawn)(?=[A-Z])")
"""What a name of multiprocessing begins with that tells no process from its neighbours."""
_WORD_BEGIN: Final = re.compile(r"[A-Z](?=[a-z])|(?<![A-Za-z])[a-z]")


def shortened(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in at most so many cells, its middle left out: the end of a name tells most."""
    if cell_len(text) <= width:
        return text
    for kept in range(min(len(text), width) - 1, 0, -1):
        tail = kept // 2
        short = f"{text[: kept - tail]}{glyphs.ellipsis}{text[len(text) - tail :]}"
        if cell_len(short) <= width:
            return short
    return glyphs.ellipsis[: max(0, width)]


def shortened_at_end(text: str, width: int, glyphs: Glyphs) -> str:
    """The text in at most so many cells, its end left out: a command is known by its beginning."""
    if cell_len(text) <= width:
        return text
    kept = text[:width]
    while cell_len(kept) + cell_len(glyphs.ellipsis) > width:
        kept = kept[:-1]
    return kept + glyphs.ellipsis


def short_name(name: str, width: int, glyphs: Glyphs) -> str:
    """The same, but the start method goes first, and without a sign: ``PoolWorker-3``.

    It is the same for nearly all that stand below each other, and so these begin alike.
    """
    bare = START_METHOD.sub("", name, count=1)
    is_enough = cell_len(name) > width and START_METHOD.match(name) and cell_len(bare) <= width
    return bare if is_enough else shorten_keeping_number(name, width, glyphs)


def shorten_keeping_number(name: str, width: int, glyphs: Glyphs) -> str:
    """A name in at most so many cells, with its number, which tells it from its neighbours' names.

    As many whole words before the number as there is room for: ``…Worker-3``, ``-3``.
    """
    found = _NUMBERED_NAME.fullmatch(name)
    if cell_len(name) <= width or found is None:
        return shortened(name, width, glyphs)
    words, number = found.groups()
    for begin in _WORD_BEGIN.finditer(words):
        short = f"{glyphs.ellipsis}{words[begin.start() :]}{number}"
        if begin.start() and cell_len(short) <= width:
            return short
    # A number that is cut would be that of another name.
    return number if len(number) <= width else glyphs.ellipsis[: max(0, width)]


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many cells, parted at blanks where that wastes little."""
    lines: list[str] = []
    while cell_len(text) > width:
        end = width
        while end > 1 and cell_len(text[:end]) > width:
            end -= 1
        blank = text.rfind(" ", end // 2, end + 1)
        end = blank if blank > 0 else end
        lines.append(text[:end])
        text = text[end:].removeprefix(" ")
    return [*lines, text]
