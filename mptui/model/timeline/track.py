"""Intervals of time that follow each other, in columns of numbers instead of objects.

One interval costs a few tens of bytes, and bisection finds what of any stretch they fill. Intervals
never overlap: one that says it does is cut. Must not know what its texts mean.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES_COMPARED: Final = 4


class Interval(NamedTuple):
    """What lasted from one moment to another, or many tasks of one function as one."""

    began: float
    ended: float
    busy_seconds: float
    tasks: int
    failed: int
    label: str | None
    note: str | None


class Track:
    """Intervals in order of time."""

    __slots__ = (
        "_busy_before",
        "_counts",
        "_failed_before",
        "began",
        "ended",
        "labels",
        "last_ended",
        "notes",
    )

    def __init__(self) -> None:
        self.began = array("d")
        self.ended = array("d")
        self.labels: list[str | None] = []
        self.notes: list[str | None] = []
        self.last_ended = -1.0
        """Before this no interval fits any more."""
        # Sums of all intervals before each, and of all at the end; only differences mean anything.
        self._busy_before = array("d", (0.0,))
        self._failed_before = array("d", (0.0,))
        self._counts = array("d")

    def __len__(self) -> int:
        return len(self.began)

    def __getitem__(self, place: int) -> Interval:
        return Interval(
            self.began[place],
            self.ended[place],
            self._busy_before[place + 1] - self._busy_before[place],
            int(self._counts[place]),
            int(self._failed_before[place + 1] - self._failed_before[place]),
            self.labels[place],
            self.notes[place],
        )

    def add(
        self, began: float, ended: float, failed: int, label: str | None, note: str | None
    ) -> None:
        """Add one interval after the last."""
        if began < self.last_ended:
            began = self.last_ended
            if ended < began:
                ended = began
        self.began.append(began)
        self.ended.append(ended)
        self._busy_before.append(self._busy_before[-1] + (ended - began))
        self._failed_before.append(self._failed_before[-1] + failed)
        self._counts.append(1.0)
        self.labels.append(label)
        self.notes.append(note)
        self.last_ended = ended

    def add_many(self, interval: Interval) -> None:
        """Add many tasks as one interval after the last."""
        self.add(interval.began, interval.ended, interval.failed, interval.label, interval.note)
        self._counts[-1] = interval.tasks
        self._busy_before[-1] = self._busy_before[-2] + self._possible(interval.busy_seconds)

    def extend(self, interval: Interval) -> None:
        """Make this one part of the last interval."""
        busy = self._busy_before[-1] - self._busy_before[-2] + interval.busy_seconds
        self.ended[-1] = self.last_ended = max(self.last_ended, interval.ended)
        self._busy_before[-1] = self._busy_before[-2] + self._possible(busy)
        self._failed_before[-1] += interval.failed
        self._counts[-1] += interval.tasks

    def drop_oldest(self, count: int) -> None:
        """Forget so many intervals."""
        for column in (self.began, self.ended, self._counts):
            del column[:count]
        for sums in (self._busy_before, self._failed_before):
            del sums[:count]
        del self.labels[:count]
        del self.notes[:count]

    def places(self, start: float, end: float) -> range:
        """Where the intervals stand that touch this stretch."""
        return range(bisect_left(self.ended, start), bisect_right(self.began, end))

    def place_at(self, t: float) -> int | None:
        """Where the interval stands that covers this moment."""
        place = bisect_right(self.began, t) - 1
        return place if place >= 0 and t <= self.ended[place] else None

    def failed_between(self, start: int, stop: int) -> bool:
        """Whether anything failed from this place up to that one."""
        return self._failed_before[stop] > self._failed_before[start]

    def longest(self, first: int, last: int, start: float, end: float) -> int:
        """The place that has most of a stretch; of many places only some are compared."""
        # Only the first and the last may reach out of the stretch.
        began, ended = self.began, self.ended
        longest, most = first, ended[first] - max(began[first], start)
        if min(ended[last], end) - began[last] > most:
            longest, most = last, min(ended[last], end) - began[last]
        for place in range(first + 1, last, max((last - first) // PLACES_COMPARED, 1)):
            if ended[place] - began[place] > most:
                longest, most = place, ended[place] - began[place]
        return longest

    def busy_seconds(self, start: float, end: float) -> float:
        """How much of this stretch the intervals fill."""
        _, (before, after) = self.measure((start, end))
        return max(after - before, 0.0)

    def measure(self, edges: Sequence[float]) -> tuple[list[int], list[float]]:
        """How many intervals began up to each edge, and how many seconds they had filled by then.

        Only differences of the seconds mean anything. The edges stand in order of time.
        """
        began, ended, busy_before = self.began, self.ended, self._busy_before
        start, stop = bisect_right(began, edges[0]), bisect_right(began, edges[-1])
        places = [bisect_right(began, edge, start, stop) for edge in edges]
        seconds = []
        for edge, place in zip(edges, places, strict=True):
            filled = busy_before[place]
            if place and edge < ended[place - 1]:
                # What is left of the interval that this edge cuts.
                last = place - 1
                left = (ended[last] - edge) / (ended[last] - began[last])
                filled -= (filled - busy_before[last]) * left
            seconds.append(filled)
        return places, seconds

    def _possible(self, busy: float) -> float:
        return min(max(busy, 0.0), self.ended[-1] - self.began[-1])
