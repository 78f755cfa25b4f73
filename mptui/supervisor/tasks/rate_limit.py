"""Limits how many things a second are recorded one by one, by the times at which they happened.

So it makes no difference how late, or how many at once, they are read.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND_NS: Final = 1_000_000_000


class RateLimit:
    """Lets a number of things a second through, evenly; after a pause as many at once.

    Args:
        per_second: how many.
    """

    def __init__(self, per_second: float) -> None:
        self._pause_ns = round(SECOND_NS / per_second)
        self._next_ns = 0

    def pick(self, times_ns: Sequence[int], slower: float = 1.0) -> list[int]:
        """The places of the things that are let through.

        Args:
            times_ns: when each one happened, in order.
            slower: by how much the limit is lower at the moment.
        """
        picked: list[int] = []
        pause_ns = round(self._pause_ns * slower)
        place = 0
        while True:
            place = bisect_left(times_ns, self._next_ns - SECOND_NS, place)
            if place >= len(times_ns):
                return picked
            picked.append(place)
            self._next_ns = max(self._next_ns, times_ns[place]) + pause_ns
            place += 1
