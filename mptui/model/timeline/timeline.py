"""The lanes of a run: one for each process, and one for each thread of it that runs tasks.

Bounded over all lanes together: the more lanes, the fewer bars each may keep.
"""

from __future__ import annotations

from typing import Final

from mptui.model.timeline.lane import BARS_KEPT, Lane, Ongoing, Ongoings

BARS_OF_ALL_LANES: Final = 500_000
THREADS_OF_A_PROCESS: Final = 256
"""Any more threads of a process get no lane."""
LABELS_SHARED: Final = 4096


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
        if lane is None and len(self._lanes_of.get(process, ())) <= THREADS_OF_A_PROCESS:
            lane = self._add(process, thread)
        return lane

    def shared(self, label: str) -> str:
        """The label as one string for all bars that have it: each event brings its own."""
        shared = self._labels.get(label)
        if shared is None:
            shared = label
            if len(self._labels) < LABELS_SHARED:
                self._labels[label] = label
        return shared

    def _add(self, process: int, thread: int | None) -> Lane:
        lane = self.lanes[process, thread] = Lane(process, thread, self._max_bars, self._ongoing)
        self._lanes_of.setdefault(process, []).append(lane)
        self.changes += 1
        # Halved now and then, so that the lanes need not all hear of each that comes.
        if len(self.lanes) * self._max_bars > BARS_OF_ALL_LANES:
            self._max_bars = max(self._max_bars // 2, 1)
            for known in self.lanes.values():
                known.max_bars = self._max_bars
        return lane
