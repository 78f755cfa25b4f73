"""The semaphores of a run: which one a process waits for, and which ones it holds.

A semaphore of multiprocessing is a small file of its own, mapped by every process that has it. So a
semaphore is identified by its file, whatever addresses it has in the processes; the probe reports,
by address, what each is in the program's words. Semaphores that are not reported are numbered too.
"""

from __future__ import annotations

import itertools
import struct
import time
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.link.probe_records import LockMade
from mptui.supervisor.linux.process_memory import ProcessMemory, mapping_at, shared_mappings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.supervisor.link.probe_records import LockKind, LockUse, QueueMade
    from mptui.supervisor.linux.process_memory import File, Mapping
    from mptui.supervisor.processes.watched_process import WatchedProcess

MOST_KNOWN: Final = 4096
"""Beyond them the semaphore that was of no interest for longest is forgotten."""
_MOST_UNLOCATED: Final = 1024
_MOST_SECONDS: Final = 0.01
"""How long it may take to see what processes have now."""
_MOST_CANDIDATES: Final = 256
"""How many locks of a process are checked, those at the lowest addresses first."""

# The end of `struct SemLockObject`, Modules/_multiprocessing/semaphore.c: handle, last_tid, count,
# maxvalue, kind. The size of the object's head before it depends on how Python was built.
_HANDLE: Final = struct.Struct("@P")
_SEM_LOCK: Final = struct.Struct("@PLiii")
_MOST_HEAD_BYTES: Final = 64
_RECURSIVE: Final = 0
_NO_LIMIT: Final = 2**31 - 1
_VALUE: Final = struct.Struct("@i")


class InQueue(NamedTuple):
    """A semaphore is part of a queue."""

    identity: int
    """The queue's: the inode of its pipe."""
    use: LockUse


@dataclass(slots=True, eq=False)
class Semaphore:
    """What is known of one semaphore."""

    kind: LockKind = "lock"
    name: str | None = None
    in_queue: InQueue | None = None
    objects: dict[int, int] = field(default_factory=dict)
    """Where its SemLock object is in a process, by where the semaphore is mapped there."""
    number: int | None = None
    """Its number in the run, once something was recorded of it."""
    file: File | None = None
    """The file that it lies in."""
    parties: int | None = None
    """How many must come to the barrier that it is a part of."""


class Holders(NamedTuple):
    """Who holds a lock."""

    processes: tuple[int, ...]
    """Processes of the program, by number."""
    is_complete: bool
    """Whether all that have the lock could be looked into."""
    outside: tuple[tuple[int, str], ...] = ()
    """Other processes: the pid and the command of each."""


class Semaphores:
    """Every semaphore of one run."""

    def __init__(self) -> None:
        self._by_file: dict[File, Semaphore] = {}
        """The one that was of no interest for longest comes first."""
        self._unlocated: defaultdict[int, list[LockMade | QueueMade]] = defaultdict(list)
        self._mappings: dict[int, list[Mapping]] = {}
        self._reported_by: defaultdict[int, dict[int, Semaphore]] = defaultdict(dict)
        """What each process reported, by where it is mapped there; the oldest report first."""
        self._numbers = itertools.count()

    def add(self, record: LockMade | QueueMade, process: WatchedProcess) -> None:
        """Note semaphores that a process reports; their files are found later, for many at once."""
        if len(unlocated := self._unlocated[process.number]) < _MOST_UNLOCATED:
            unlocated.append(record)

    def locate(self, process: WatchedProcess) -> None:
        """Find the files of the semaphores that this process has reported since."""
        if not (records := self._unlocated.pop(process.number, None)):
            return
        mappings = self._mappings[process.number] = shared_mappings(process.pid)
        for record in records:
            for address, reported in _semaphores_of(record):
                if (mapping := mapping_at(mappings, address)) is not None:
                    known = self._merge(mapping.file, reported)
                    self._note_reports(process, reported.objects, known)

    def at(self, process: WatchedProcess, address: int) -> Semaphore | None:
        """The semaphore at an address of a process; None where it is in no shared memory."""
        self.locate(process)
        mapping = mapping_at(self._mappings_of(process), address)
        if mapping is None:
            mappings = self._mappings[process.number] = shared_mappings(process.pid)
            mapping = mapping_at(mappings, address)
        return None if mapping is None else self._merge(mapping.file, Semaphore())

    def number_of(self, semaphore: Semaphore) -> int:
        """Its number in the run."""
        if semaphore.number is None:
            semaphore.number = self.next_number()
        return semaphore.number

    def next_number(self) -> int:
        """A number for one more lock, whatever kind of lock it is."""
        return next(self._numbers)

    def holders_of(
        self, semaphore: Semaphore, processes: Iterable[WatchedProcess]
    ) -> Holders | None:
        """Who of these processes holds a lock; None where it is free, or not known to be one."""
        found: list[int] = []
        is_complete = True
        for process in processes:
            self.locate(process)
            for mapping in self._mappings_of(process):
                if mapping.file != semaphore.file:
                    continue
                place = semaphore.objects.get(mapping.start)
                look = _Look.UNREADABLE
                if place is not None:
                    with ProcessMemory(process.pid) as memory:
                        look = _look_at(memory, mapping.start, place)
                if look is _Look.FREE:
                    return None
                if look is _Look.HELD:
                    found.append(process.number)
                is_complete &= look is not _Look.UNREADABLE
        return Holders(tuple(found), is_complete)

    def held_by(self, process: WatchedProcess) -> list[int]:
        """The numbers of the locks that a process holds, as far as that is certain."""
        self.locate(process)
        if not self._by_file:
            return []
        with ProcessMemory(process.pid) as memory:
            held = [
                file
                for file, handle in self._candidates(process)
                if _is_held(memory, handle, self._by_file[file].objects[handle])
            ]
        return [self.number_of(known) for file in held if (known := self._find(file)) is not None]

    def shared_by(
        self, semaphore: Semaphore, processes: Iterable[WatchedProcess]
    ) -> tuple[int, ...]:
        """Which of these processes have a semaphore, or are likely to if there are very many."""
        found = []
        deadline = time.monotonic() + _MOST_SECONDS
        for process in processes:
            # What a forked child is known to have is what its parent has by now.
            is_late = time.monotonic() > deadline
            mappings = self._mappings_of(process) if is_late else shared_mappings(process.pid)
            if any(mapping.file == semaphore.file for mapping in mappings):
                found.append(process.number)
        return tuple(found)

    def forget(self, process: WatchedProcess) -> None:
        """Forget which semaphores a process had, which has ended."""
        self._unlocated.pop(process.number, None)
        self._mappings.pop(process.number, None)
        for place, semaphore in self._reported_by.pop(process.number, {}).items():
            semaphore.objects.pop(place, None)

    def _note_reports(
        self, process: WatchedProcess, places: Iterable[int], semaphore: Semaphore
    ) -> None:
        """Remember what a process reported: no longer than it lives, and not without end."""
        reports = self._reported_by[process.number]
        for place in places:
            reports.pop(place, None)
            reports[place] = semaphore
            if len(reports) > MOST_KNOWN:
                oldest = next(iter(reports))
                reports.pop(oldest).objects.pop(oldest, None)

    def _mappings_of(self, process: WatchedProcess) -> list[Mapping]:
        """The shared mappings of a process, as far as they are known, or can be seen."""
        mappings = self._mappings.get(process.number)
        if mappings is None and process.instrumented and process.start_method == "fork":
            # It has what its parent has, and reports what it has beside: no need to read them.
            mappings = self._mappings.get(process.parent if process.parent is not None else -1)
        if mappings is None:
            mappings = shared_mappings(process.pid)
        self._mappings[process.number] = mappings
        return mappings

    def _candidates(self, process: WatchedProcess) -> Iterator[tuple[File, int]]:
        """The locks that a process has, reported or inherited: their files, and where."""
        found = (
            (mapping.file, mapping.start)
            for mapping in self._mappings_of(process)
            if (semaphore := self._by_file.get(mapping.file)) is not None
            and mapping.start in semaphore.objects
        )
        return itertools.islice(found, _MOST_CANDIDATES)

    def _find(self, file: File) -> Semaphore | None:
        """The semaphore in this file, which is of interest again."""
        known = self._by_file.pop(file, None)
        if known is not None:
            self._by_file[file] = known
        return known

    def _merge(self, file: File, reported: Semaphore) -> Semaphore:
        """What is known of the semaphore in this file, together with what is reported now."""
        known = self._find(file)
        if known is None:
            if len(self._by_file) >= MOST_KNOWN:
                del self._by_file[next(iter(self._by_file))]
            self._by_file[file] = reported
            reported.file = file
            return reported
        if reported.objects:
            known.kind = reported.kind
            known.objects |= reported.objects
        # The process that made it named it first; others may call it otherwise.
        known.name = known.name or reported.name
        known.in_queue = known.in_queue or reported.in_queue
        known.parties = known.parties or reported.parties
        return known


def _semaphores_of(record: LockMade | QueueMade) -> Iterator[tuple[int, Semaphore]]:
    """Where each semaphore of a record is mapped, and what the record says of it."""
    if isinstance(record, LockMade):
        objects = {record.handle: record.object}
        yield (
            record.handle,
            Semaphore(record.kind, record.name, objects=objects, parties=record.parties),
        )
    else:
        for use, handle in record.locks.items():
            yield handle, Semaphore(name=record.name, in_queue=InQueue(record.id, use))


class _Look(Enum):
    """What a look at a lock in one process shows."""

    HELD = auto()
    """By this process."""
    NOT_HELD = auto()
    """By this process; somebody else has taken it."""
    FREE = auto()
    """By nobody."""
    UNREADABLE = auto()


def _is_held(memory: ProcessMemory, handle: int, place: int) -> bool:
    """Whether the process with this memory holds the lock whose SemLock object is there."""
    return _look_at(memory, handle, place) is _Look.HELD


def _look_at(memory: ProcessMemory, handle: int, place: int) -> _Look:
    """What the memory of a process tells about the lock whose SemLock object is there.

    Only a semaphore with a limit can be held: one without is a way to signal, and what was taken
    from it is not given back. What is read there is only believed if it fits together.
    """
    head = memory.read(place, _MOST_HEAD_BYTES + _SEM_LOCK.size)
    begin = head.find(_HANDLE.pack(handle))
    if not 0 <= begin <= _MOST_HEAD_BYTES:
        return _Look.UNREADABLE
    _, _, count, most, kind = _SEM_LOCK.unpack_from(head, begin)
    value = memory.read(handle, _VALUE.size)
    if not 0 < most < _NO_LIMIT or (count > most and kind != _RECURSIVE) or not value:
        return _Look.UNREADABLE
    if _VALUE.unpack(value)[0] >= most:
        return _Look.FREE
    return _Look.HELD if count > 0 else _Look.NOT_HELD
