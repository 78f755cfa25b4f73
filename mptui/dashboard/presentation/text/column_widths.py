"""Which columns of a table fit side by side, and how wide each may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_GAP: Final = 1
"""Cells between two columns."""


class Wish(NamedTuple):
    """Room that a column would like to have: all of its own, or more of it."""

    importance: float
    """The wish with the largest one is heard first."""
    key: str
    width: int


class Growth(NamedTuple):
    """A column that may grow into room that is left, up to this width."""

    key: str
    width: int


def column_widths(wishes: Iterable[Wish], growths: Iterable[Growth], room: int) -> dict[str, int]:
    """How wide each column is that is kept; the first one is kept whatever the room is.

    Room goes to what is most important; what is left goes to those that may grow, in their order.
    """
    widths: dict[str, int] = {}
    room += _GAP
    for _, key, width in sorted(wishes, key=lambda wish: -wish.importance):
        taken = width if key in widths else width + _GAP
        if taken > room and widths:
            break
        room -= taken
        widths[key] = widths.get(key, 0) + width
    for key, limit in growths:
        if key in widths and room > 0:
            more = min(room, max(0, limit - widths[key]))
            widths[key] += more
            room -= more
    return widths
