"""How many items this process put into each queue and got out of it, for the supervisor to read.

A number is raised by one step of an iterator that is built from the interpreter's own: no Python
code runs between adding and writing. So under the GIL several threads need no lock, a signal
handler sees nothing half done, and a queue counts items without a frame of the probe.

The numbers belong to the process: a forked child begins its own, in its own file, with its first
item. When a file has no room for another queue a further one is made, up to a limit.
"""

import posix
from _struct import Struct
from collections import deque
from itertools import accumulate, count, repeat
from time import monotonic_ns

from .. import child_resets, report
from ..function_names import attributes_of
from ..guard import guarded
from ..mappings import make_mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator
    from typing import Any

_ROOM = 126
_FILES_LIMIT = 8
_HEADER = Struct("@8sIII")
_USED, _USED_AT = Struct("@I"), 16
_NUMBER, _NUMBER_BYTES = Struct("@Q"), 8
_SLOTS_AT, _SLOT_BYTES = 64, 32
_SIZE_BYTES = _SLOTS_AT + _ROOM * _SLOT_BYTES
_UNCOUNTED = 0
"""Stands for the queues beyond the limit."""
_THREADS_SHIFT = 32
_COUNTER = "_mptui_counter"
"""The attribute of a queue that keeps its counter."""


def identity_of_threads() -> int:
    """Return the identity of this process's executors of threads, which all count as one queue."""
    return posix.getpid() << _THREADS_SHIFT


class Counter:
    """Counts the items of one queue in this process; takes a slot in the file for the first."""

    def __init__(self, identity: int) -> None:
        self.identity = identity
        self._amounts: deque[int] = deque()
        self._puts: list[Iterator[None]] = []
        self._gots: list[Iterator[None]] = []
        # They look into the lists at each step, so that they still count in a forked child.
        self.puts: Iterator[object] = zip(
            map(self._amounts.append, repeat(1)),
            map(next, map(self._puts.__getitem__, repeat(0))),
        )
        """Each step counts one more item as put."""
        self.gots: Iterator[None] = map(next, map(self._gots.__getitem__, repeat(0)))
        """Each step counts one more item as got."""
        self.reset()

    def put(self, amount: int) -> None:
        """Count `amount` more items as put."""
        self._amounts.append(amount)
        next(self._puts[0])

    def reset(self) -> None:
        """Begin again at zero."""
        self._amounts.clear()
        self._puts[:] = [map(self._begin, repeat(self._puts))]
        self._gots[:] = [map(self._begin, repeat(self._gots))]

    def _begin(self, numbers: "list[Iterator[None]]") -> None:
        # A second thread that comes here at the same time uses what the first has made.
        begun = _begun.get(self.identity)
        if begun is None:
            begun = _begun.setdefault(self.identity, _numbers(self.identity, self._amounts))
        self._puts[0], self._gots[0] = begun
        next(numbers[0])


_counters: "dict[int, Counter]" = {}
_begun: "dict[int, tuple[Iterator[None], Iterator[None]]]" = {}
"""By the identity of a queue: the iterators that count the items put and those got."""
_slots: "list[Iterator[int]]" = [count()]
"""The numbers of the slots that are free, through all files."""
_files: "dict[int, tuple[mmap.mmap, Iterator[None]]]" = {}
"""The files of the process: the memory of each, and the iterator that counts its used slots."""


def counter(identity: int) -> Counter:
    """Return the counter for the queue with this identity."""
    if len(_counters) >= _ROOM * _FILES_LIMIT and identity not in _counters:
        identity = _UNCOUNTED
    return _counters.get(identity) or _counters.setdefault(identity, Counter(identity))


def identity_of_queue(queue: "Any") -> int:
    """Return the inode of the queue's pipe, by which every process knows the queue."""
    return posix.fstat(queue._reader.fileno()).st_ino


def counter_of(queue: "Any") -> Counter:
    """Return the counter for a queue, which may be one inside a pool or an executor."""
    # Kept with the queue: a program may close a queue, and its pipe, before it forks.
    counts = find_counter(queue)
    if counts is None:
        counts = counter(identity_of_queue(queue))
        setattr(queue, _COUNTER, counts)
    return counts


def find_counter(queue: object) -> "Counter | None":
    """Return the same where it has one already."""
    found: Counter | None = attributes_of(queue).get(_COUNTER)
    return found


def _numbers(identity: int, amounts: "deque[int]") -> "tuple[Iterator[None], Iterator[None]]":
    totals = accumulate(iter(amounts.popleft, None))
    found: list[tuple[mmap.mmap, int]] = []
    if identity != _UNCOUNTED:
        _find_slot(identity, found)
    if not found:
        return map(_drop, totals), repeat(None)
    memory, place = found[0]
    write, places = _NUMBER.pack_into, repeat(memory)
    return (
        map(write, places, repeat(place + _NUMBER_BYTES), totals),
        map(write, places, repeat(place + 2 * _NUMBER_BYTES), count(1)),
    )


def _drop(_total: int) -> None:
    pass


def _take_slot(identity: int, found: "list[tuple[mmap.mmap, int]]") -> None:
    number, slot = divmod(next(_slots[0]), _ROOM)
    if number not in _files:
        _make_file(number)
    memory, users = _files[number]
    place = _SLOTS_AT + slot * _SLOT_BYTES
    _NUMBER.pack_into(memory, place, identity)
    next(users)
    found.append((memory, place))


def _make_file(number: int) -> None:
    name = f"{posix.getpid()}.{monotonic_ns()}.counts"
    memory = make_mapping(name, _SIZE_BYTES)
    _HEADER.pack_into(memory, 0, b"mptcount", posix.getpid(), _ROOM, 0)
    users = map(_USED.pack_into, repeat(memory), repeat(_USED_AT), count(1))
    # If two threads come here at the same time, the file of the second stays unused.
    if _files.setdefault(number, (memory, users))[0] is memory:
        report("counts", {"file": name})


def _forget_parent() -> None:
    _files.clear()
    _begun.clear()
    _slots[0] = count()
    for each in _counters.values():
        each.reset()


_find_slot = guarded(_take_slot)
child_resets.append(_forget_parent)
