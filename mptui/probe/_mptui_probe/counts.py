"""How many items this process put into each queue and got out of it, for the supervisor to read.

A number goes up by one step of an iterator that is made of the interpreter's own parts: nothing of
Python runs between adding and writing. So under the GIL several threads need no lock, a signal
handler sees nothing half done, and a queue can count what was got without a frame of ours.

A number belongs to the process: a forked child begins its own, in a file of its own, with the first
item. When the file has no room for another queue, there is a second one; after a few, no more.
"""

import posix
from _struct import Struct
from collections import deque
from itertools import accumulate, count, repeat
from time import monotonic_ns

from . import tell
from .containment import contained
from .mappings import forgetters, make

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

_ROOM = 126
_FILES_LIMIT = 8
_HEADER = Struct("@8sIII")
_USED, _USED_AT = Struct("@I"), 16
_NUMBER, _NUMBER_BYTES = Struct("@Q"), 8
_SLOTS_AT, _SLOT_BYTES = 64, 32
_SIZE_BYTES = _SLOTS_AT + _ROOM * _SLOT_BYTES
_NOBODY = 0
_THREADS_SHIFT = 32


def identity_of_threads() -> int:
    """Return what the executors of threads of this process are known by, all of them as one."""
    return posix.getpid() << _THREADS_SHIFT


class Counter:
    """Of one queue, in this process; the slot in the file is taken with the first item."""

    def __init__(self, identity: int) -> None:
        self._identity = identity
        self._amounts: deque[int] = deque()
        self._puts: list[Iterator[None]] = []
        self._gots: list[Iterator[None]] = []
        # By way of the lists, so that these go on in a forked child.
        self.puts: Iterator[object] = zip(
            map(self._amounts.append, repeat(1)),
            map(next, map(self._puts.__getitem__, repeat(0))),
        )
        """Each step counts one item more as put."""
        self.gots: Iterator[None] = map(next, map(self._gots.__getitem__, repeat(0)))
        """Each step counts one item more as got."""
        self.forget()

    def put(self, amount: int) -> None:
        """Count so many items more as put."""
        self._amounts.append(amount)
        next(self._puts[0])

    def forget(self) -> None:
        """Begin again at nothing."""
        self._amounts.clear()
        self._puts[:] = [map(self._begin, repeat(self._puts))]
        self._gots[:] = [map(self._begin, repeat(self._gots))]

    def _begin(self, numbers: "list[Iterator[None]]") -> None:
        # Whoever comes second, from another thread, finds what the first has made.
        begun = _begun.get(self._identity)
        if begun is None:
            begun = _begun.setdefault(self._identity, _numbers(self._identity, self._amounts))
        self._puts[0], self._gots[0] = begun
        next(numbers[0])


_counters: "dict[int, Counter]" = {}
_begun: "dict[int, tuple[Iterator[None], Iterator[None]]]" = {}
"""By the identity of a queue: what counts the items put, and what counts those got."""
_slots: "list[Iterator[int]]" = [count()]
"""The numbers of the slots that are free, through all files."""
_files: "dict[int, tuple[mmap.mmap, Iterator[None]]]" = {}
"""The files of the process: the memory of each, and what counts the slots in use there."""


def counter(identity: int) -> Counter:
    """Return what counts the items of the queue that is known by `identity`."""
    if len(_counters) >= _ROOM * _FILES_LIMIT and identity not in _counters:
        identity = _NOBODY
    return _counters.get(identity) or _counters.setdefault(identity, Counter(identity))


def _numbers(identity: int, amounts: "deque[int]") -> "tuple[Iterator[None], Iterator[None]]":
    totals = accumulate(iter(amounts.popleft, None))
    found: list[tuple[mmap.mmap, int]] = []
    if identity != _NOBODY:
        _find_place(identity, found)
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
    memory = make(name, _SIZE_BYTES)
    _HEADER.pack_into(memory, 0, b"mptcount", posix.getpid(), _ROOM, 0)
    users = map(_USED.pack_into, repeat(memory), repeat(_USED_AT), count(1))
    # Where two threads come here at once, the file of the second stays empty.
    if _files.setdefault(number, (memory, users))[0] is memory:
        tell("counts", {"file": name})


def _forget_parent() -> None:
    _files.clear()
    _begun.clear()
    _slots[0] = count()
    for each in _counters.values():
        each.forget()


_find_place = contained(_take_slot)
forgetters.append(_forget_parent)
