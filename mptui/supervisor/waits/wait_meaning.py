"""What a blocked system call means in the program's words: for a queue, a lock, a process.

Looks at what is behind descriptors and addresses of the process at the moment, and records nothing.
If the process goes on meanwhile, the answer is wrong: the caller has to notice that.
"""

from __future__ import annotations

import signal
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.linux import kernel, open_files, unix_sockets
from mptui.supervisor.linux.process_memory import ProcessMemory
from mptui.supervisor.waits.blocked_call import (
    ForChild,
    Futex,
    Locking,
    Plain,
    Polling,
    Reading,
    Selecting,
    Writing,
)
from mptui.supervisor.waits.served_calls import has_limited_wait, is_manager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import WaitKind
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.queues.queue_watch import QueueWatch, WatchedQueue
    from mptui.supervisor.waits.blocked_call import BlockedCall
    from mptui.supervisor.waits.file_locks import FileLocks, LockedFile
    from mptui.supervisor.waits.semaphores import Semaphore, Semaphores

_POLLED: Final = struct.Struct("@ihh")
"""`struct pollfd`: descriptor, events asked for, events that came; poll(2)."""
_POLLIN: Final = 1
_MOST_POLLED: Final = 64
_MOST_SELECTED: Final = 1024
"""FD_SETSIZE: select(2)."""
_MOST_JOINED: Final = 8
_MOST_SIBLINGS: Final = 64
_MOST_SEARCHED: Final = 64
"""Among more processes than this it is not searched who has the other end of a pipe."""
_HARMLESS: Final = frozenset[int](
    (
        signal.SIGINT,  # Python's own handler, which raises KeyboardInterrupt.
        signal.SIGILL,
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGSEGV,
        32,  # The C library's own.
        33,
    )
)
"""Handlers of these end no wait that goes on."""
_FORK_SERVER: Final = "fork server"


class Pipe(NamedTuple):
    """A pipe, a queue's or any other."""

    inode: int


class Wait(NamedTuple):
    """What a process waits in; the fields are those of `WaitStarted`."""

    wait: WaitKind
    on: str | None = None
    queue: int | None = None
    lock: int | None = None
    joined: int | None = None
    timed: bool = False
    peers: tuple[int, ...] = ()
    inside_only: bool = False
    parties: int | None = None
    thing: Semaphore | LockedFile | Pipe | None = None
    """What it waits for, for those that look who has it: not recorded."""


class WaitMeaning:
    """Finds out what the processes of one run wait in.

    Args:
        registry: knows the processes.
        queues: numbers the queues.
        semaphores: knows the locks.
        files: knows the locks on files.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        queues: QueueWatch,
        semaphores: Semaphores,
        files: FileLocks,
    ) -> None:
        self._registry = registry
        self._queues = queues
        self._semaphores = semaphores
        self._files = files

    def of(self, call: BlockedCall, process: WatchedProcess) -> Wait:
        """What this process waits in while it is blocked in this call."""
        match call:
            case Plain():
                wait = Wait(call.wait, timed=call.timed)
            case Reading():
                wait = self._read(process, call.descriptor)
            case Writing():
                wait = self._write(process, call.descriptor)
            case Futex():
                wait = self._futex(process, call)
            case ForChild():
                wait = self._child(process, call)
            case Locking():
                file = self._files.at(process, call.descriptor)
                wait = Wait("file", file.name, lock=file.number, thing=file)
            case _:
                wait = self._any_of(process, call)
        return wait

    def _read(self, process: WatchedProcess, descriptor: int) -> Wait:
        file = open_files.open_file(process.pid, descriptor)
        if (queue := self._queue_behind(file)) is not None:
            return _taking_from(queue, file.pipe)
        if descriptor == 0 or file.is_terminal:
            return Wait("input")
        if file.pipe is not None:
            writers = self._holders(file.pipe, open_files.holds_write_end)
            return Wait("receive", peers=writers, thing=Pipe(file.pipe))
        return self._at_socket("receive", file) if file.is_socket else Wait("other")

    def _write(self, process: WatchedProcess, descriptor: int) -> Wait:
        file = open_files.open_file(process.pid, descriptor)
        if (queue := self._queue_behind(file)) is not None:
            return Wait("put", queue.name, queue.number)
        is_standard = descriptor in (1, 2)
        if file.pipe is not None:
            readers = self._holders(file.pipe, open_files.holds_read_end)
            return Wait("output" if is_standard else "send", peers=readers)
        if is_standard or file.is_terminal:
            return Wait("output")
        return self._at_socket("send", file) if file.is_socket else Wait("other")

    def _at_socket(self, kind: WaitKind, file: open_files.OpenFile) -> Wait:
        """A socket to a process of the program is as good as a pipe; any other leads out of it."""
        peer = None if file.socket is None else unix_sockets.peer_of(file.socket)
        holders = self._holders(peer, open_files.holds_socket) if peer is not None else ()
        if not holders:
            return Wait("socket")
        servers = [one for one in self._registry.living if one.number in holders]
        may_answer = any(is_manager(one) and has_limited_wait(one) for one in servers)
        return Wait(kind, peers=holders, timed=may_answer)

    def _holders(self, inode: int, holds: Callable[[int, int], bool]) -> tuple[int, ...]:
        """The processes of the program that have an end of a channel; none where it is unsure."""
        living = self._registry.living
        if len(living) > _MOST_SEARCHED:
            return ()
        return tuple(one.number for one in living if holds(one.pid, inode))

    def _queue_behind(self, file: open_files.OpenFile) -> WatchedQueue | None:
        return None if file.pipe is None else self._queues.find(file.pipe)

    def _futex(self, process: WatchedProcess, call: Futex) -> Wait:
        """A lock: one in a file is shared, any other is between threads of the process."""
        semaphore = None if call.is_private else self._semaphores.at(process, call.address)
        if semaphore is None:
            if self._queues.awaits_results(process):
                return Wait("result", timed=call.timed)
            caught = kernel.caught_signals(process.pid)
            is_only = caught is not None and caught <= _HARMLESS
            return Wait("thread", timed=call.timed, inside_only=is_only and call.is_private)
        inside = semaphore.in_queue
        if inside is not None and (queue := self._queues.find(inside.identity)) is not None:
            if inside.use == "get":
                return _taking_from(queue, inside.identity, timed=call.timed)
            return Wait(inside.use, queue.name, queue.number, timed=call.timed)
        number = self._semaphores.number_of(semaphore)
        return Wait(
            semaphore.kind,
            semaphore.name,
            lock=number,
            timed=call.timed,
            parties=semaphore.parties,
            thing=semaphore,
        )

    def _child(self, process: WatchedProcess, call: ForChild) -> Wait:
        pid = call.pid
        if call.pidfd is not None:
            pid = open_files.pid_of_pidfd(process.pid, call.pidfd)
        return Wait("children") if pid is None else self._join(self._registry.get(pid))

    def _join(self, joined: WatchedProcess | None, *, timed: bool = False) -> Wait:
        if joined is None:
            return Wait("join", timed=timed)
        return Wait("join", joined.name or None, joined=joined.number, timed=timed)

    # Several descriptors at once

    def _any_of(self, process: WatchedProcess, call: Polling | Selecting) -> Wait:
        """What it waits in at several descriptors, which in most cases is only one."""
        if call.size == 0:
            return Wait("sleep" if call.timed else "signal", timed=call.timed)
        reading = list(_polled(process, call) or ())
        if len(reading) == 1:
            return self._readable(process, reading[0], timed=call.timed)
        some = reading[:_MOST_JOINED]
        if some and all(self._ends_with(process, one) is not None for one in some):
            return Wait("join", timed=call.timed)
        if call.timed:
            return Wait("poll", timed=True)
        files = (open_files.open_file(process.pid, one) for one in some)
        pipe = next((file.pipe for file in files if file.pipe is not None), None)
        return Wait("poll", thing=None if pipe is None else Pipe(pipe))

    def _readable(self, process: WatchedProcess, descriptor: int, *, timed: bool) -> Wait:
        file = open_files.open_file(process.pid, descriptor)
        if (queue := self._queue_behind(file)) is not None:
            return _taking_from(queue, file.pipe, timed=timed)
        if descriptor == 0 or file.is_terminal:
            return Wait("input", timed=timed)
        if (end := self._ends_with(process, descriptor)) is not None:
            return self._join(end.process, timed=timed)
        thing = None if timed or file.pipe is None else Pipe(file.pipe)
        return Wait("poll", timed=timed, thing=thing)

    def _ends_with(self, process: WatchedProcess, descriptor: int) -> _End | None:
        """The process whose end makes this descriptor readable; None where there is none.

        For a process of multiprocessing it is a pipe that only the child could write to, and never
        does; the fork server holds it open for each of its children.
        """
        file = open_files.open_file(process.pid, descriptor)
        if file.pipe is None:
            pid = open_files.pid_of_pidfd(process.pid, descriptor)
            return None if pid is None else _End(self._registry.get(pid))
        children = [one for one in self._registry.living if one.parent == process.number]
        for child in children[-_MOST_SIBLINGS:]:
            if open_files.holds_write_end(child.pid, file.pipe):
                if child.name != _FORK_SERVER:
                    return _End(child)
                forked = [one for one in children if one.start_method == "forkserver"]
                return _End(forked[0] if len(forked) == 1 else None)
        return None


class _End(NamedTuple):
    """The end of this process makes a descriptor readable; None where it is not known which."""

    process: WatchedProcess | None


def _taking_from(queue: WatchedQueue, pipe: int | None, *, timed: bool = False) -> Wait:
    """Distinguish waiting for a task from waiting for an item that the program put itself."""
    wait: WaitKind = "task" if queue.hands_out_tasks else "get"
    thing = None if pipe is None else Pipe(pipe)
    return Wait(wait, queue.name, queue.number, timed=timed, thing=thing)


def _polled(process: WatchedProcess, call: Polling | Selecting) -> list[int] | None:
    """The descriptors that a call waits to read from; None where it waits for others too."""
    with ProcessMemory(process.pid) as memory:
        if isinstance(call, Polling):
            return _in_array(memory, call)
        if call.writing and any(_in_set(memory, call.writing, call.size)):
            return None
        return list(_in_set(memory, call.reading, call.size))


def _in_array(memory: ProcessMemory, call: Polling) -> list[int] | None:
    if not 0 < call.size <= _MOST_POLLED:
        return None
    array = memory.read(call.address, call.size * _POLLED.size)
    asked = [(descriptor, what) for descriptor, what, _ in _POLLED.iter_unpack(array)]
    if any(not what & _POLLIN for descriptor, what in asked if descriptor >= 0):
        return None
    return [descriptor for descriptor, _ in asked if descriptor >= 0]


def _in_set(memory: ProcessMemory, address: int, count: int) -> Iterator[int]:
    if address and 0 < count <= _MOST_SELECTED:
        bits = int.from_bytes(memory.read(address, (count + 63) // 64 * 8), "little")
        yield from (descriptor for descriptor in range(count) if bits >> descriptor & 1)
