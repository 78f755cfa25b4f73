"""The lanes of a run: one for each process, and one for each thread of it that runs tasks.

Bounded over all lanes together: the more lanes, the fewer bars each may keep.
"""

from __future__ import annotations

from typing import Final

from mptui.model.timeline.lane import BARS_KEPT, Lane, Ongoing, Ongoings

BARS_OF_ALL_LANES: Final = 500_000
THREADS_OF_A_PROCESS: Final = 256
"""Any more threads of a process get no lane."""
LANES_KEPT: Final = 8192
"""When there are more, threads get no lane any more."""
LABELS_SHARED: Final = 4096
LABEL_CHARACTERS: Final = 200


class Timeline:
    """What happened when, lane by lane.

    Args:
        ongoing: says what goes on now in a process and thread.
    """

    def __init__(self, ongoing: Ongoings = lambda *_: Ongoing()) -> None:
        self.lanes: dict[tuple[int, int | None], Lane] = {}
        """By process and thread (None: the process itself), in order of appearance."""
        self.changes = 0
        """Counts changes of any lane."""
        self._lanes_of: dict[int, list[Lane]] = {}
        self._max_bars = BARS_KEPT
        self._ongoing = ongoing
        self._labels: dict[str, str] = {}

    def of_process(self, process: int) -> list[Lane]:
        """The lane of the process, and after it those of its threads."""
        return list(self._lanes_of.get(process, ()))

    def open(self, process: int) -> Lane:
        """The lane of this process, made when it begins."""
        return self.lanes.get((process, None)) or self._add(process, None)

    def lane(self, process: int, thread: int | None) -> Lane | None:
        """The lane for what this thread of an opened process does; None: there are too many."""
        lane = self.lanes.get((process, thread))
        if lane is None and self._has_room(process):
            lane = self._add(process, thread)
        return lane

    def forget(self, process: int) -> None:
        """Forget the lanes of a process that ended."""
        for lane in self._lanes_of.pop(process, ()):
            del self.lanes[lane.process, lane.thread]
        self.changes += 1
        if self._max_bars < BARS_KEPT and len(self.lanes) * self._max_bars * 4 < BARS_OF_ALL_LANES:
            self._limit_lanes(self._max_bars * 2)

    def shared(self, label: str) -> str:
        """The label as one string for all bars that have it: each event brings its own."""
        shared = self._labels.get(label)
        if shared is None:
            shared = label[:LABEL_CHARACTERS]
            if len(self._labels) >= LABELS_SHARED:
                self._labels.clear()
            self._labels[shared] = shared
        return shared

    def _has_room(self, process: int) -> bool:
        lanes_of_it = len(self._lanes_of.get(process, ()))
        return len(self.lanes) < LANES_KEPT and lanes_of_it <= THREADS_OF_A_PROCESS

    def _add(self, process: int, thread: int | None) -> Lane:
        lane = self.lanes[process, thread] = Lane(process, thread, self._max_bars, self._ongoing)
        self._lanes_of.setdefault(process, []).append(lane)
        self.changes += 1
        # Halved now and then, so that not every lane that comes changes all the others.
        if len(self.lanes) * self._max_bars > BARS_OF_ALL_LANES:
            self._limit_lanes(max(self._max_bars // 2, 1))
        return lane

    def _limit_lanes(self, max_bars: int) -> None:
        self._max_bars = min(max_bars, BARS_KEPT)
        for lane in self.lanes.values():
            lane.limit(self._max_bars)
