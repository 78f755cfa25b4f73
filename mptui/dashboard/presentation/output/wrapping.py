"""A line that is longer than its column, in as many rows as it needs.

It breaks where the column ends, as a terminal does, never in the middle of a wide character. Must
not know lines of output: it takes spans, which are safe already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len

from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row: TypeAlias = tuple[Span, ...]


def wrapped(spans: Iterable[Span], width: int) -> tuple[Row, ...]:
    """The rows of a line; at least one, none of them wider than ``width`` (at least 1)."""
    rows: list[Row] = []
    row: list[Span] = []
    room = width
    for text, style in spans:
        for piece, starts_row in _pieces(text, room, width):
            if starts_row:
                rows.append(tuple(row))
                row, room = [], width
            row.append(Span(piece, style))
            room -= cell_len(piece)
    return (*rows, tuple(row))


def _pieces(text: str, room: int, width: int) -> Iterator[tuple[str, bool]]:
    """Parts of a text, and whether each begins a row: the first has ``room``, others ``width``."""
    starts_row = False
    while text:
        if cell_len(text) <= room:
            yield text, starts_row
            return
        end = _fitting(text, room)
        if not end and room >= width:
            end = 1  # A column narrower than one character: no row can hold it whole.
        if end:
            yield text[:end], starts_row
        text, room, starts_row = text[end:], width, True


def _fitting(text: str, room: int) -> int:
    """How many characters find room."""
    if text[:room].isascii():
        return room
    end = 0
    for char in text:
        room -= cell_len(char)
        if room < 0:
            break
        end += 1
    return end
