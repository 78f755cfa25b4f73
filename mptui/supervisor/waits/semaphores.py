"""The semaphores of a run: which one a process waits for, and which ones it holds.

A semaphore of multiprocessing is a small file of its own that every process with it has mapped. So
the file is what a semaphore is known by, whatever addresses it has in the processes; the probe
tells, by address, what each is in the program's words. Semaphores nobody told of are numbered too.
"""

from __future__ import annotations

import itertools
import struct
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.link.probe_records import LockMade
from mptui.supervisor.linux.process_memory import ProcessMemory, mapping_at, shared_mappings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.supervisor.link.probe_records import LockKind, LockUse, QueueMade
    from mptui.supervisor.linux.process_memory import File, Mapping
    from mptui.supervisor.processes.registry import WatchedProcess

_MOST_KNOWN: Final = 4096
_MOST_UNSETTLED: Final = 1024
_MOST_CANDIDATES: Final = 256
"""How many locks of a process are looked at, the newest mappings first."""

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
    """What is known of one."""

    kind: LockKind = "lock"
    name: str | None = None
    in_queue: InQueue | None = None
    objects: dict[int, int] = field(default_factory=dict)
    """Where its SemLock object is in a process, by where the semaphore is mapped there."""
    number: int | None = None
    """Its number in the run, once something was recorded of it."""


class Semaphores:
    """Every semaphore of one run."""

    def __init__(self) -> None:
        self._by_file: dict[File, Semaphore] = {}
        self._unsettled: defaultdict[int, list[LockMade | QueueMade]] = defaultdict(list)
        self._mappings: dict[int, list[Mapping]] = {}
        self._told_by: defaultdict[int, dict[int, Semaphore]] = defaultdict(dict)
        """What each process told of, by where it is mapped there."""
        self._count = 0

    def take(self, record: LockMade | QueueMade, process: WatchedProcess) -> None:
        """A process tells of semaphores; where they are mapped is looked up later, for many."""
        if len(unsettled := self._unsettled[process.number]) < _MOST_UNSETTLED:
            unsettled.append(record)

    def settle(self, process: WatchedProcess) -> None:
        """Find out which semaphores this process told of since."""
        if not (records := self._unsettled.pop(process.number, None)):
            return
        mappings = self._mappings[process.number] = shared_mappings(process.pid)
        for record in records:
            for address, told in _semaphores_of(record):
                if (mapping := mapping_at(mappings, address)) is not None:
                    known = self._merge(mapping.file, told)
                    self._told_by[process.number].update(dict.fromkeys(told.objects, known))

    def at(self, process: WatchedProcess, address: int) -> Semaphore | None:
        """The semaphore at an address of a process; None where it is in no shared memory."""
        self.settle(process)
        mapping = mapping_at(self._mappings_of(process), address)
        if mapping is None:
            mappings = self._mappings[process.number] = shared_mappings(process.pid)
            mapping = mapping_at(mappings, address)
        return None if mapping is None else self._merge(mapping.file, Semaphore())

    def number_of(self, semaphore: Semaphore) -> int:
        """Its number in the run."""
        if semaphore.number is None:
            semaphore.number = self._count
            self._count += 1
        return semaphore.number

    def held_by(self, process: WatchedProcess) -> list[int]:
        """The numbers of the locks that a process holds, as far as that is certain."""
        self.settle(process)
        if not self._by_file:
            return []
        with ProcessMemory(process.pid) as memory:
            return [
                self.number_of(semaphore)
                for semaphore, handle in self._candidates(process)
                if _is_held(memory, handle, semaphore.objects[handle])
            ]

    def let_go(self, process: WatchedProcess) -> None:
        """Forget where this process, which has ended, had what."""
        self._unsettled.pop(process.number, None)
        self._mappings.pop(process.number, None)
        for place, semaphore in self._told_by.pop(process.number, {}).items():
            semaphore.objects.pop(place, None)

    def _mappings_of(self, process: WatchedProcess) -> list[Mapping]:
        """Where a process has what, as far as it is known, or can be seen."""
        mappings = self._mappings.get(process.number)
        if mappings is None and process.instrumented and process.start_method == "fork":
            # It has what its parent has, and tells what it has beside: no need to look.
            mappings = self._mappings.get(process.parent if process.parent is not None else -1)
        if mappings is None:
            mappings = shared_mappings(process.pid)
        self._mappings[process.number] = mappings
        return mappings

    def _candidates(self, process: WatchedProcess) -> Iterator[tuple[Semaphore, int]]:
        """The locks that a process has, and where: those it told of, and those it inherited."""
        found = (
            (semaphore, mapping.start)
            for mapping in self._mappings_of(process)
            if (semaphore := self._by_file.get(mapping.file)) is not None
            and mapping.start in semaphore.objects
        )
        return itertools.islice(found, _MOST_CANDIDATES)

    def _merge(self, file: File, told: Semaphore) -> Semaphore:
        """What is known of the semaphore in this file, together with what was told now."""
        known = self._by_file.get(file)
        if known is None:
            if len(self._by_file) >= _MOST_KNOWN:
                del self._by_file[next(iter(self._by_file))]
            self._by_file[file] = told
            return told
        if told.objects:
            known.kind = told.kind
            known.objects |= told.objects
        # Whoever made it named it first; others may call it otherwise.
        known.name = known.name or told.name
        known.in_queue = known.in_queue or told.in_queue
        return known


def _semaphores_of(record: LockMade | QueueMade) -> Iterator[tuple[int, Semaphore]]:
    """Where each semaphore of a record is mapped, and what it tells of it."""
    if isinstance(record, LockMade):
        objects = {record.handle: record.object}
        yield record.handle, Semaphore(record.kind, record.name, objects=objects)
    else:
        for use, handle in record.locks.items():
            yield handle, Semaphore(name=record.name, in_queue=InQueue(record.id, use))


def _is_held(memory: ProcessMemory, handle: int, place: int) -> bool:
    """Whether the process with this memory holds the lock whose SemLock object is there.

    Only what has a limit can be held: who waits for signals by a semaphore has taken many and will
    not give one back. Of what is there nothing is believed that does not fit together.
    """
    head = memory.read(place, _MOST_HEAD_BYTES + _SEM_LOCK.size)
    begin = head.find(_HANDLE.pack(handle))
    if not 0 <= begin <= _MOST_HEAD_BYTES:
        return False
    _, _, count, most, kind = _SEM_LOCK.unpack_from(head, begin)
    if count <= 0 or not 0 < most < _NO_LIMIT or (count > most and kind != _RECURSIVE):
        return False
    value = memory.read(handle, _VALUE.size)
    return bool(value) and _VALUE.unpack(value)[0] < most
