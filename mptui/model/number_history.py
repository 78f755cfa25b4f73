"""How numbers changed over a run of any length, in bounded memory."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, overload

from mptui.model.plausible import is_possible

POINTS_KEPT: Final = 600
_LARGEST: Final = 1e18


class NumberHistory(Sequence[tuple[float, ...]]):
    """Points of a time and some numbers, oldest first; the first and the newest are always there.

    When there are too many, every time at least so far from the next stays, and so far apart is
    from then on twice as far: the longer the run, the coarser its history.

    Args:
        width: how many numbers there are beside the time.
        most: how many points are kept.
    """

    __slots__ = ("_columns", "_most", "_step", "_times")

    def __init__(self, width: int, most: int = POINTS_KEPT) -> None:
        self._most = most
        self._times = array("d")
        self._columns = [array("d") for _ in range(width)]
        self._step = 0.0

    def append(self, t: float, *numbers: float) -> None:
        """Add a point; one that is older than the newest, or no time at all, is left out."""
        times = self._times
        if not is_possible(t) or (times and t < times[-1]):
            return
        if len(times) > 1 and t - times[-2] < self._step:
            # The newest point gives way until it is far enough from the one before it.
            self._drop_newest()
        times.append(t)
        for column, number in zip(self._columns, numbers, strict=True):
            column.append(min(number, _LARGEST))
        if len(times) > self._most:
            self._thin()

    def place_after(self, t: float) -> int:
        """The place of the first point that is later than this time."""
        return bisect_right(self._times, t)

    def pair(self, place: int) -> tuple[float, float, float]:
        """The time and the two numbers of a point; of a history of two numbers."""
        one, other = self._columns
        return self._times[place], one[place], other[place]

    def levels(self, column: int, times: Iterable[float]) -> list[float]:
        """The number in a column as it was last known at each of these times; 0 before that.

        The time is column 0.
        """
        places = [self.place_after(t) for t in times]
        numbers = self._times if column == 0 else self._columns[column - 1]
        return [numbers[place - 1] if place else 0.0 for place in places]

    def _drop_newest(self) -> None:
        del self._times[-1]
        for column in self._columns:
            del column[-1]

    def _thin(self) -> None:
        times = self._times
        self._step = max(self._step * 2, (times[-1] - times[0]) / self._most * 2)
        kept = [0]
        for place in range(1, len(times) - 1):
            if times[place] - times[kept[-1]] >= self._step:
                kept.append(place)
        kept.append(len(times) - 1)
        self._times = array("d", [times[place] for place in kept])
        self._columns = [array("d", [column[place] for place in kept]) for column in self._columns]

    def __len__(self) -> int:
        return len(self._times)

    @overload
    def __getitem__(self, index: int) -> tuple[float, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[float, ...]]: ...
    def __getitem__(self, index: int | slice) -> tuple[float, ...] | list[tuple[float, ...]]:
        if isinstance(index, slice):
            columns = [self._times[index], *(column[index] for column in self._columns)]
            return list(zip(*columns, strict=True))
        return (self._times[index], *(column[index] for column in self._columns))

    def __iter__(self) -> Iterator[tuple[float, ...]]:
        return zip(self._times, *self._columns, strict=True)
