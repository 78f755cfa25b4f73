"""Which line an instruction of a code object belongs to, from its table of locations (3.11 on).

As in Objects/locations.md of CPython. Pure.
"""

from __future__ import annotations

import functools
from typing import Final

_NO_COLUMNS: Final = 13
_LONG: Final = 14
_NONE: Final = 15
_ONE_LINE: Final = range(10, 13)
_LINE_MARK: Final = 0x80
_MOST_KNOWN: Final = 256


@functools.lru_cache(_MOST_KNOWN)  # Workers wait in the same places.
def line_of(table: bytes, first_line: int, instruction: int) -> int:
    """The line of an instruction; 0 where the table has none for it.

    Args:
        table: the table.
        first_line: the line at which the code begins.
        instruction: the number of the instruction within the code, in units of two bytes.

    Raises:
        IndexError: the table is not whole.
    """
    line, at, place = first_line, 0, 0
    while place < len(table) and table[place] & _LINE_MARK:
        first = table[place]
        kind, at = first >> 3 & 15, at + (first & 7) + 1
        place += 1
        if kind in (_LONG, _NO_COLUMNS):
            change, place = _signed(table, place)
            line += change
        elif kind in _ONE_LINE:
            line += kind - _ONE_LINE.start
        place += _size_of_rest(table, place, kind)
        if 0 <= instruction < at:
            return line
    return 0


def _size_of_rest(table: bytes, place: int, kind: int) -> int:
    """How much of an entry tells of its last line and its columns."""
    if kind == _LONG:
        end = place
        for _ in range(3):
            end = _end_of_number(table, end)
        return end - place
    if kind in _ONE_LINE:
        return 2
    return 0 if kind in (_NO_COLUMNS, _NONE) else 1


def _end_of_number(table: bytes, place: int) -> int:
    while table[place] & 64:
        place += 1
    return place + 1


def _signed(table: bytes, place: int) -> tuple[int, int]:
    """The number that begins here, and where it ends."""
    end = _end_of_number(table, place)
    number = 0
    for piece in reversed(table[place:end]):
        number = number << 6 | piece & 63
    return -(number >> 1) if number & 1 else number >> 1, end
