"""Reads the rings of a run, so that the tasks of its workers are recorded.

All events together say exactly how many tasks there were: what is not recorded singly is counted,
including what was overwritten before it was read. Anything recorded of a thread after the start of
a task says that this task has ended. A ring is read more often the quicker it fills, and all of
them together no more often than the budget allows. Nothing here knows what is in a ring.
"""

from __future__ import annotations

import errno
import math
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from mptui import events
from mptui.supervisor.link.probe_records import RingMade
from mptui.supervisor.tasks.rate_limit import SECOND_NS
from mptui.supervisor.tasks.ring_reader import LabelRoom, open_ring
from mptui.supervisor.tasks.task_events import SINGLES_PER_SECOND, RingNarrator, SinglesLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event, GapCode
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.tasks.ring_reader import RingReader

RUN_SINGLES_PER_SECOND: Final = 2000
"""How many tasks of all processes together are recorded singly at most."""
YOUNG_NS: Final = SECOND_NS // 100
"""A running task younger than this is recorded by the next poll, if it still runs then."""

_POLL_SECONDS: Final = 0.2
_QUICKEST_SECONDS: Final = 0.02
_IDLE_SECONDS: Final = 0.5
_POLL_SECONDS_EACH: Final = 0.004
"""So much less often is each of many rings read, as long as none fills quickly."""
_FILLED: Final = 0.25
"""The share of a ring that should at most be filled between two readings."""
_BUDGET: Final = 0.1
"""The share of one core that reading may take; it takes a tenth of that at ordinary rates."""
_MOST_RINGS: Final = 1024
"""How many rings of a process are read."""
_TAKEN_FROM: Final = frozenset({"queue"})
"""Kinds of rings whose tasks are items of a queue. They are counted when they are taken, by the
queue, and have no function."""
_ITEMS_CALLED: Final = {"torch.utils.data._utils.worker._worker_loop": "batch"}
"""By the function that a worker runs: what its items are, where its queue is not the program's."""
_SCARCE: Final = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


@dataclass(slots=True, eq=False)
class _Ring:
    """A ring that is read; without a reader until it can be opened."""

    made: RingMade
    process: WatchedProcess
    due: float
    reader: RingReader | None = None
    narrator: RingNarrator | None = None
    pause_seconds: float = _QUICKEST_SECONDS
    is_moving: bool = False
    read_at: float = -math.inf

    @property
    def may_have_news(self) -> bool:
        """Whether there may be more to say than when it was read, of a task just begun then too."""
        return self.process.may_have_run_since(self.read_at - YOUNG_NS / SECOND_NS)

    @property
    def is_abandoned(self) -> bool:
        """Whether nothing moved for a while and the thread that wrote it has ended."""
        thread = self.made.thread
        is_idle = self.pause_seconds >= _IDLE_SECONDS
        if not is_idle or thread in (None, self.process.pid):
            return False
        # Not by `Path`, which takes longer than what is done.
        return not os.path.exists(f"/proc/{self.process.pid}/task/{thread}")  # noqa: PTH110

    def adapt(self, reader: RingReader, finished: int, now: float, most: float) -> None:
        """Choose when to read again, after this many tasks were found finished.

        Args:
            reader: that of the ring.
            finished: how many.
            now: the time.
            most: the longest pause of a ring in which something goes on.
        """
        filled = finished / reader.layout.room
        self.is_moving = finished > 0
        if filled > _FILLED / 2:
            self.pause_seconds *= _FILLED / filled
        elif self.is_moving or reader.running is not None:
            self.pause_seconds = min(self.pause_seconds * 2, most)
        else:
            self.pause_seconds *= 1.5
        self.pause_seconds = min(max(self.pause_seconds, _QUICKEST_SECONDS), _IDLE_SECONDS)
        # On a grid of times, so that rings of a similar pace are read together.
        step_seconds = self.pause_seconds / 2
        self.due = (now // step_seconds + 2) * step_seconds


class TaskQueues(Protocol):
    """What is asked of those who know the queues."""

    def note_completed(self, identity: int, items: int) -> None:
        """Note that this many items of work are done that were handed out by this queue."""

    def name_of(self, identity: int) -> str | None:
        """What the program calls this queue, as far as it is known."""


class TaskWatch:
    """The rings of all processes.

    Args:
        folder: the run folder's descriptor.
        record: takes each event.
        clock: seconds since the run began.
        queues: knows the queues that tasks come from, and is told how many items are done.
    """

    def __init__(
        self,
        folder: int,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        queues: TaskQueues,
    ) -> None:
        self._folder = folder
        self._record = record
        self._clock = clock
        self._queues = queues
        self._began_ns = time.monotonic_ns() - round(clock() * SECOND_NS)
        self._rings: dict[int, dict[str, _Ring]] = {}
        """By process, then by file."""
        self._limits: dict[int, SinglesLimits] = {}
        self._label_room = LabelRoom()
        self._slower = 1.0
        self._most_seconds = _POLL_SECONDS
        self._earliest_poll = 0.0
        self._next_poll = math.inf
        self._is_finished = False

    @property
    def next_poll(self) -> float:
        """When the next ring should be read."""
        return self._next_poll

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Read this ring from now on."""
        if not isinstance(record, RingMade) or self._is_finished:
            return
        rings = self._rings.setdefault(process.number, {})
        if len(rings) >= _MOST_RINGS:
            self._record_gap("task_threads")
        elif record.file not in rings:
            now = self._clock()
            rings[record.file] = _Ring(record, process, due=now)
            self._next_poll = min(self._next_poll, max(now, self._earliest_poll))

    def poll(self) -> None:
        """Read each ring whose time has come."""
        began = time.thread_time()
        now = self._clock()
        moving = 0
        rings = list(self._all())
        self._most_seconds = min(_POLL_SECONDS + _POLL_SECONDS_EACH * len(rings), _IDLE_SECONDS)
        for ring in rings:
            if ring.due <= now:
                self._look_at(ring, now)
                if ring.is_abandoned:
                    self._finish_ring(ring)
            moving += ring.is_moving
        self._slower = max(1.0, moving * SINGLES_PER_SECOND / RUN_SINGLES_PER_SECOND)
        due = min((ring.due for ring in self._all()), default=math.inf)
        cost_seconds = time.thread_time() - began
        self._earliest_poll = self._clock() + max(_QUICKEST_SECONDS, cost_seconds / _BUDGET)
        self._next_poll = max(due, self._earliest_poll)

    def on_exit(self, process: WatchedProcess) -> None:
        """Read all rings of a process that ended for the last time, and forget them."""
        for ring in list(self._rings.get(process.number, {}).values()):
            self._finish_ring(ring)
        self._rings.pop(process.number, None)
        self._limits.pop(process.number, None)

    def finish(self) -> None:
        """Read all rings for the last time."""
        for ring in list(self._all()):
            self._finish_ring(ring)
        self._is_finished = True
        self._next_poll = math.inf

    def _all(self) -> Iterator[_Ring]:
        return (ring for rings in self._rings.values() for ring in rings.values())

    def _finish_ring(self, ring: _Ring) -> None:
        self._read_ring(ring, self._clock(), is_last=True)
        if ring.reader is None or not ring.reader.is_complete:
            self._record_gap("task_counts")
        if ring.reader is not None:
            ring.reader.remove()
        del self._rings[ring.process.number][ring.made.file]

    def _look_at(self, ring: _Ring, now: float) -> None:
        """Read a ring, unless what has to write to it has not run."""
        if ring.reader is not None and not ring.may_have_news:
            ring.adapt(ring.reader, 0, now, self._most_seconds)
            return
        ring.read_at = now
        self._read_ring(ring, now)

    def _read_ring(self, ring: _Ring, now: float, *, is_last: bool = False) -> None:
        """Record what is new in a ring."""
        if ring.reader is None or ring.narrator is None:
            ring.due = now + _POLL_SECONDS
            self._open(ring)
        if ring.reader is None or ring.narrator is None:
            return
        news = ring.reader.read()
        if news is not None:
            if ring.made.by not in _TAKEN_FROM:
                self._queues.note_completed(ring.made.serves, news.items)
            for event in ring.narrator.finished(news, self._slower):
                self._record(event)
        started = ring.narrator.running(time.monotonic_ns() - (0 if is_last else YOUNG_NS))
        if started is not None:
            self._record(started)
        finished = news.finished if news is not None else 0
        ring.adapt(ring.reader, finished, now, self._most_seconds)

    def _open(self, ring: _Ring) -> None:
        """Open a ring; later, if it is not there yet or no descriptor is free."""
        try:
            reader = open_ring(
                self._folder,
                ring.made.file,
                ring.made.pid,
                self._began_ns,
                time.monotonic_ns,
                self._label_room,
            )
        except OSError as error:
            if error.errno not in _SCARCE:
                ring.due = math.inf
            return
        if reader is not None:
            number = ring.process.number
            limits = self._limits.setdefault(number, SinglesLimits())
            if ring.made.by in _TAKEN_FROM:
                reader.unnamed = self._item_label(ring)
            ring.reader = reader
            ring.narrator = RingNarrator(ring.made, number, reader, limits, self._began_ns)

    def _item_label(self, ring: _Ring) -> str:
        """What an item of a queue is called: as the queue, for it is no call of a function."""
        known = _ITEMS_CALLED.get(ring.process.target or "")
        return known or self._queues.name_of(ring.made.serves) or ring.made.by

    def _record_gap(self, what: GapCode) -> None:
        self._record(events.EventsDropped(t=self._clock(), what=what, count=1))
