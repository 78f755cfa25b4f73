"""Adds up what all processes put into each queue and got from it, and records it as it changes.

Each process counts for itself, in a file of its own; a queue is identified by the inode of its
pipe, which is the same in all of them. In a pool or an executor an item counts as got when its task
is done, which the rings tell. Nothing here knows what waits for a queue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.link.probe_records import CountsMade, Discarded, Given, QueueMade
from mptui.supervisor.link.shared_files import SharedFile
from mptui.supervisor.queues import counts_file
from mptui.supervisor.queues.counts_file import QueueCounts
from mptui.wording.executor_kinds import hands_out_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event, QueueKind
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.watched_process import WatchedProcess

_POLL_SECONDS: Final = 0.25
"""The shortest time between two polls, and between two samples of a queue."""
_IDLE_SECONDS: Final = 1.0
MOST_QUEUES: Final = 4096
"""Beyond them the queue that was not used for longest is forgotten; its last state is recorded."""
_MOST_FILES: Final = 16
"""How many files of a process are read: it has one, and more if it uses very many queues."""
_MOST_NAME_LETTERS: Final = 200
_MOST_CHANGED: Final = MOST_QUEUES
"""Queues that change and are forgotten more quickly than they can be sampled are counted only."""
MOST_SAMPLES: Final = 500
"""How many queues are sampled at a time; the others that changed have their turn after them."""


@dataclass(slots=True, eq=False)
class WatchedQueue:
    """A queue, or a pool or an executor, which hand out tasks like a queue."""

    number: int
    kind: QueueKind = "queue"
    name: str | None = None
    maxsize: int | None = None
    place: str | None = None
    put: int = 0
    got: int = 0
    sources: int = 0
    """From how many iterables it is taking tasks."""

    @property
    def hands_out_tasks(self) -> bool:
        """Whether what is put into it are tasks to be done, and not just items."""
        return hands_out_tasks(self.kind)

    @property
    def has_open_tasks(self) -> bool:
        """Whether it handed out tasks that are not all done."""
        return self.hands_out_tasks and self.put > self.got


@dataclass(slots=True, eq=False)
class _CountsFile:
    """The counts of one process; without a file until it can be opened."""

    made: CountsMade
    process: WatchedProcess
    file: SharedFile | None = None
    content: bytes = b""
    counts: dict[int, QueueCounts] = field(default_factory=dict)
    read_at: float = -math.inf

    def read(self, folder: int) -> Iterator[tuple[int, QueueCounts]]:
        """What was counted since the last reading."""
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
        """By identity; the one that was not used for longest comes first."""
        self._count = 0
        self._changed: dict[WatchedQueue, None] = {}
        self._left_out = 0
        self._files: dict[int, dict[str, _CountsFile]] = {}
        """By process, then by name."""
        self._pause_seconds = _POLL_SECONDS
        self._next_poll = math.inf
        self._is_finished = False

    @property
    def next_poll(self) -> float:
        """When to read the counts again."""
        return self._next_poll

    def queue(self, identity: int) -> WatchedQueue:
        """The queue with this identity, numbered if it was not known."""
        queue = self.find(identity)
        if queue is None:
            if len(self._queues) >= MOST_QUEUES:
                del self._queues[next(iter(self._queues))]
            queue = self._queues[identity] = WatchedQueue(self._count)
            self._count += 1
            self._note_change(queue)
        return queue

    def find(self, identity: int) -> WatchedQueue | None:
        """The queue with this identity; None if it is not known."""
        queue = self._queues.pop(identity, None)
        if queue is not None:
            self._queues[identity] = queue
        return queue

    def name_of(self, identity: int) -> str | None:
        """What the program calls this queue, as far as it is known."""
        queue = self.find(identity)
        return None if queue is None else queue.name

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Read these counts from now on, or note what a queue is called."""
        if isinstance(record, QueueMade):
            self._describe(record)
        elif isinstance(record, Discarded):
            self._note_discarded(record, process)
        elif isinstance(record, Given):
            queue = self.queue(record.queue)
            queue.sources = max(queue.sources + (1 if record.more else -1), 0)
            self._note_change(queue)
        elif isinstance(record, CountsMade) and not self._is_finished:
            files = self._files.setdefault(process.number, {})
            if len(files) < _MOST_FILES:
                files.setdefault(record.file, _CountsFile(record, process))
                self._poll_by(self._clock() + _POLL_SECONDS)

    def note_completed(self, identity: int, items: int) -> None:
        """Note that this many items of work are done that were handed out by this queue."""
        if items and identity:
            queue = self.queue(identity)
            queue.got += items
            self._note_change(queue)

    def awaits_results(self, process: WatchedProcess) -> bool:
        """Whether this process handed out tasks that are not all done, as of now."""
        for file in self._files.get(process.number, {}).values():
            self._add(file)
            for identity, counts in file.counts.items():
                queue = self._queues.get(identity)
                if counts.put and queue is not None and queue.has_open_tasks:
                    return True
        return False

    def poll(self) -> None:
        """Read the counts of whoever has run, and record the queues that changed."""
        self._read_counts()
        if self._changed:
            self._pause_seconds = _POLL_SECONDS
        else:
            self._pause_seconds = min(self._pause_seconds * 2, _IDLE_SECONDS)
        self._record_changes()
        self._next_poll = self._clock() + self._pause_seconds if self._files else math.inf

    def on_exit(self, process: WatchedProcess) -> None:
        """Add the last counts of a process that ended, and forget its files."""
        for file in self._files.pop(process.number, {}).values():
            self._add(file)
            if file.file is not None:
                file.file.remove()

    def finish(self) -> None:
        """Record the last that changed."""
        self._read_counts(of_all=True)
        self._record_changes(is_last=True)
        for files in self._files.values():
            for file in files.values():
                if file.file is not None:
                    file.file.remove()
        self._files.clear()
        self._is_finished = True
        self._next_poll = math.inf

    def _describe(self, made: QueueMade) -> None:
        queue = self.queue(made.id)
        name = made.name[:_MOST_NAME_LETTERS] if made.name else None
        before = (queue.kind, queue.name, queue.maxsize, queue.place)
        queue.kind = made.kind
        queue.name = queue.name or name
        queue.maxsize = queue.maxsize or made.maxsize
        queue.place = queue.place or (made.place[:_MOST_NAME_LETTERS] if made.place else None)
        if before != (queue.kind, queue.name, queue.maxsize, queue.place):
            self._note_change(queue)

    def _note_discarded(self, discarded: Discarded, process: WatchedProcess) -> None:
        queue = self.find(discarded.queue)
        self._record(
            events.TasksDiscarded(
                t=self._clock(),
                process=process.number,
                queue=None if queue is None else queue.number,
                items=discarded.items,
                how=discarded.how,
                asked=bool(discarded.asked),
            )
        )

    def _read_counts(self, *, of_all: bool = False) -> None:
        for files in self._files.values():
            for file in files.values():
                if of_all or file.file is None or file.process.may_have_run_since(file.read_at):
                    self._add(file)

    def _add(self, file: _CountsFile) -> None:
        file.read_at = self._clock()
        for identity, more in file.read(self._folder):
            queue = self.queue(identity)
            queue.put += more.put
            queue.got += more.got
            self._note_change(queue)

    def _note_change(self, queue: WatchedQueue) -> None:
        self._changed[queue] = None
        if len(self._changed) > _MOST_CHANGED:
            del self._changed[next(iter(self._changed))]
            self._left_out += 1
        self._poll_by(self._clock() + _POLL_SECONDS)

    def _poll_by(self, at: float) -> None:
        if not self._is_finished:
            self._next_poll = min(self._next_poll, at)

    def _record_changes(self, *, is_last: bool = False) -> None:
        """Record the queues that changed, or so many of them, and how many were left out."""
        if self._left_out:
            count, self._left_out = self._left_out, 0
            gap = events.EventsDropped(t=self._clock(), what="probe_reports", count=count)
            self._record(gap)
        sampled = list(islice(self._changed, None if is_last else MOST_SAMPLES))
        for queue in sampled:
            del self._changed[queue]
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
                    more=queue.sources > 0,
                    place=queue.place,
                )
            )


def _open(folder: int, name: str) -> SharedFile | None:
    try:
        return SharedFile(folder, name, counts_file.MOST_BYTES)
    except OSError:
        return None
