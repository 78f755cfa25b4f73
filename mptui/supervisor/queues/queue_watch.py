"""Adds up what all processes put into each queue and got from it, and records it as it changes.

Each process counts for itself, in a file of its own; a queue is known by the inode of its pipe,
which is the same in all of them. For what gives out tasks, what was done counts as got: the rings
tell it. Nothing here knows what waits for a queue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.link.probe_records import CountsMade, QueueMade
from mptui.supervisor.link.shared_files import SharedFile
from mptui.supervisor.queues import counts_file
from mptui.supervisor.queues.counts_file import QueueCounts
from mptui.wording.executor_kinds import hands_out_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event, QueueKind
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import WatchedProcess

_LOOK_SECONDS: Final = 0.25
"""Also how often a queue is recorded, at most."""
_IDLE_SECONDS: Final = 1.0
_MOST_QUEUES: Final = 4096
_MOST_FILES: Final = 16
"""Of a process, which has one, and another after it was replaced by another program."""
_MOST_NAME_LETTERS: Final = 200


@dataclass(slots=True, eq=False)
class WatchedQueue:
    """A queue, or what gives out tasks."""

    number: int
    kind: QueueKind = "queue"
    name: str | None = None
    maxsize: int | None = None
    put: int = 0
    got: int = 0

    @property
    def gives_tasks(self) -> bool:
        """Whether it hands out tasks, which are done sometime, and not just items."""
        return hands_out_tasks(self.kind)


@dataclass(slots=True, eq=False)
class _CountsFile:
    """The counts of one process; without a file until it can be opened."""

    made: CountsMade
    file: SharedFile | None = None
    content: bytes = b""
    counts: dict[int, QueueCounts] = field(default_factory=dict)

    def read(self, folder: int) -> Iterator[tuple[int, QueueCounts]]:
        """What was counted since the last time."""
        if self.file is None:
            self.file = _open(folder, self.made.file)
        if self.file is None:
            return
        content = self.file.read(counts_file.MOST_BYTES, 0)
        if content == self.content:
            return
        self.content = content
        for queue, now in counts_file.decode_counts(content, self.made.pid).items():
            before = self.counts.get(queue, QueueCounts())
            if now != before and now.put >= before.put and now.got >= before.got:
                self.counts[queue] = now
                yield queue, QueueCounts(now.put - before.put, now.got - before.got)


class QueueWatch:
    """The queues of a run.

    Args:
        folder: the run folder's descriptor.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self, folder: int, record: Callable[[Event], None], clock: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._record = record
        self._clock = clock
        self._queues: dict[int, WatchedQueue] = {}
        self._changed: dict[WatchedQueue, None] = {}
        self._files: dict[int, dict[str, _CountsFile]] = {}
        """By process, then by name."""
        self._pause_seconds = _LOOK_SECONDS
        self._next_look = math.inf
        self._is_finished = False

    @property
    def next_look(self) -> float:
        """When to look at the counts again."""
        return self._next_look

    def queue(self, identity: int) -> WatchedQueue | None:
        """The queue that is known by this, numbered if it was not; None if there are too many."""
        queue = self._queues.get(identity)
        if queue is None and len(self._queues) < _MOST_QUEUES:
            queue = self._queues[identity] = WatchedQueue(len(self._queues))
            self._note_change(queue)
        return queue

    def find(self, identity: int) -> WatchedQueue | None:
        """The queue that is known by this; None if none is."""
        return self._queues.get(identity)

    def take(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Look at these counts from now on, or learn what a queue is called."""
        if isinstance(record, QueueMade):
            self._describe(record)
        elif isinstance(record, CountsMade) and not self._is_finished:
            files = self._files.setdefault(process.number, {})
            if len(files) < _MOST_FILES:
                files.setdefault(record.file, _CountsFile(record))
                self._look_by(self._clock() + _LOOK_SECONDS)

    def note_served(self, identity: int, items: int) -> None:
        """So many items of work are done that were given out by this queue."""
        if items and identity and (queue := self.queue(identity)) is not None:
            queue.got += items
            self._note_change(queue)

    def awaits_results(self, process: WatchedProcess) -> bool:
        """Whether this process gave out tasks that are not all done, as of now."""
        for file in self._files.get(process.number, {}).values():
            self._add(file)
            for identity, counts in file.counts.items():
                queue = self._queues.get(identity)
                if counts.put and queue is not None and queue.gives_tasks and queue.put > queue.got:
                    return True
        return False

    def look(self) -> None:
        """Look at all counts, and record the queues that changed."""
        for files in self._files.values():
            for file in files.values():
                self._add(file)
        if self._changed:
            self._pause_seconds = _LOOK_SECONDS
        else:
            self._pause_seconds = min(self._pause_seconds * 2, _IDLE_SECONDS)
        self._record_changes()
        self._next_look = self._clock() + self._pause_seconds if self._files else math.inf

    def let_go(self, process: WatchedProcess) -> None:
        """Add the last that a process counted, which has ended."""
        for file in self._files.pop(process.number, {}).values():
            self._add(file)
            if file.file is not None:
                file.file.remove()

    def finish(self) -> None:
        """Record the last that changed."""
        self.look()
        for files in self._files.values():
            for file in files.values():
                if file.file is not None:
                    file.file.remove()
        self._files.clear()
        self._is_finished = True
        self._next_look = math.inf

    def _describe(self, made: QueueMade) -> None:
        queue = self.queue(made.id)
        if queue is None:
            return
        name = made.name[:_MOST_NAME_LETTERS] if made.name else None
        before = (queue.kind, queue.name, queue.maxsize)
        queue.kind = made.kind
        queue.name = queue.name or name
        queue.maxsize = queue.maxsize or made.maxsize
        if before != (queue.kind, queue.name, queue.maxsize):
            self._note_change(queue)

    def _add(self, file: _CountsFile) -> None:
        for identity, more in file.read(self._folder):
            if (queue := self.queue(identity)) is not None:
                queue.put += more.put
                queue.got += more.got
                self._note_change(queue)

    def _note_change(self, queue: WatchedQueue) -> None:
        self._changed[queue] = None
        self._look_by(self._clock() + _LOOK_SECONDS)

    def _look_by(self, at: float) -> None:
        if not self._is_finished:
            self._next_look = min(self._next_look, at)

    def _record_changes(self) -> None:
        for queue in self._changed:
            self._record(
                events.QueueSampled(
                    t=self._clock(),
                    queue=queue.number,
                    put=queue.put,
                    got=queue.got,
                    depth=max(0, queue.put - queue.got),
                    kind=queue.kind,
                    name=queue.name,
                    maxsize=queue.maxsize,
                )
            )
        self._changed.clear()


def _open(folder: int, name: str) -> SharedFile | None:
    try:
        return SharedFile(folder, name, counts_file.MOST_BYTES)
    except OSError:
        return None
