"""The run folder: where the probe of each process finds the supervisor.

It holds the FIFO `events`, the socket `streams` and a marker for each pipe that is mptui's own, as
described in `probe_records`, a link that names the namespace of the pids in it, and an empty file
`tell-ends` where the probe has to report how processes ended because the kernel does not tell.
Private (0700), in memory, removed at the end of the run. Nothing here understands what the probe
reports.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
from array import array
from pathlib import Path
from typing import Final, NamedTuple, TypeGuard

from mptui.errors import MptuiError
from mptui.supervisor.link.locked_folder import (
    is_guarded,
    make_locked_folder,
    remove_locked_folder,
)
from mptui.supervisor.linux import kernel

_BACKLOG: Final = 4096
_RECORD_BYTES: Final = 4096
_FIFO_BYTES: Final = 1024 * 1024
_PIECE_BYTES: Final = 64 * 1024
_MOST_DESCRIPTORS: Final = 4
"""How many come with one record: two streams, and room to notice more than that."""
_MOST_SILENT: Final = 256
_MOST_ACCEPTED: Final = 256
"""So many connections in one turn: a process that connects in a loop must not hold up the rest."""
_PID_NAMESPACE: Final = Path("/proc/self/ns/pid")
_LONGEST_PARENT: Final = 107 - len("/mptui-0123456789abcdef/streams")
"""In bytes; the kernel knows no longer name of a socket than 107."""


class Message(NamedTuple):
    """What a process sent through the socket."""

    record: bytes
    descriptors: list[int]
    connection: socket.socket
    """The connection it came through; to be closed."""


class RunFolder:
    """A run folder with its FIFO and its socket, the two doors.

    Raises:
        MptuiError: no memory-backed folder can be written.
    """

    def __init__(self) -> None:
        made = _make()
        self.path, self.descriptor = made.path, made.descriptor
        """The folder by name, and open: holding it is what keeps it from being removed."""
        self.fifo = made.fifo
        with contextlib.suppress(OSError):
            # Room for a burst of starts while the supervisor is busy reading output.
            fcntl.fcntl(self.fifo, fcntl.F_SETPIPE_SZ, _FIFO_BYTES)
        self.socket = made.socket
        self.socket.listen(_BACKLOG)
        self.socket.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self.doors = select.epoll()
        """One descriptor to wait for both doors, and for connections that have sent nothing yet."""
        self.doors.register(self.fifo, select.EPOLLIN)
        self.doors.register(self.socket, select.EPOLLIN)
        self._silent: dict[int, socket.socket] = {}
        self._is_shut = False
        self._torn = b""
        if not kernel.tells_endings():
            # The probe has to report how the processes ended that the program waited for.
            (self.path / "tell-ends").touch()
        with contextlib.suppress(OSError):
            # In another one the pids that the probe would report mean other processes.
            (self.path / "pid-namespace").symlink_to(_PID_NAMESPACE.readlink())

    def read_records(self) -> list[bytes]:
        """The whole records that came through the FIFO, as many as it can hold at most."""
        pieces = [self._torn]
        with contextlib.suppress(BlockingIOError):
            most = _FIFO_BYTES // _PIECE_BYTES
            pieces.extend(os.read(self.fifo, _PIECE_BYTES) for _ in range(most))
        *records, self._torn = b"".join(pieces).split(b"\n")
        if len(self._torn) > _RECORD_BYTES:
            self._torn = b"too long for a record"
        return [record for record in records if len(record) < _RECORD_BYTES]

    def accept_streams(self) -> list[Message]:
        """The records that came through the socket, each with the read ends of its pipes."""
        if self._is_shut:
            self._open_door()
        received: list[Message] = []
        for descriptor, _ in self.doors.poll(0):
            if descriptor == self.socket.fileno():
                received += self._accept()
            elif descriptor in self._silent and kernel.has_room_for(_MOST_DESCRIPTORS):
                self.doors.unregister(descriptor)
                received += self._receive(self._silent.pop(descriptor))
        return received

    def _accept(self) -> list[Message]:
        received: list[Message] = []
        # What is accepted has to be received: with the connection its pipes would be closed.
        for _ in range(_MOST_ACCEPTED):
            if not kernel.has_room_for(1 + _MOST_DESCRIPTORS):
                break
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return received  # No more connections are waiting.
            if kernel.is_among_the_last(connection.fileno()):
                self._shut_door()
            received += self._receive(connection)
        else:
            return received  # More may wait; the others have their turn first.
        self._shut_door()
        # Connections wait until descriptors are free: `doors` is not to report them meanwhile.
        self.doors.modify(self.socket, 0)
        return received

    def _receive(self, connection: socket.socket) -> list[Message]:
        try:
            message = _receive(connection)
        except BlockingIOError:
            # Between its connect and its send: it is received when it sends.
            self.doors.register(connection, select.EPOLLIN)
            self._silent[connection.fileno()] = connection
            if len(self._silent) > _MOST_SILENT:
                self._silent.pop(next(iter(self._silent))).close()
            return []
        if message is None:
            connection.close()
            return []
        return [message]

    def _shut_door(self) -> None:
        """Let new processes leave their streams as they are: there is no room for more pipes."""
        if not self._is_shut:
            self._is_shut = True
            with contextlib.suppress(OSError):
                (self.path / "streams").rename(self.path / "streams.shut")

    def _open_door(self) -> None:
        if kernel.has_room_for(2 * kernel.KEPT_FREE):
            self._is_shut = False
            with contextlib.suppress(OSError):
                (self.path / "streams.shut").rename(self.path / "streams")
        if kernel.has_room_for(1 + _MOST_DESCRIPTORS):
            self.doors.modify(self.socket, select.EPOLLIN)

    def mark(self, output: int, pid: int, label: str) -> None:
        """Mark what is behind this write end as mptui's own stream `label` of process `pid`."""
        (self.path / _marker_name(os.fstat(output))).symlink_to(f"{pid}:{label}")

    def unmark(self, output_end: int) -> None:
        """Forget a stream before its read end is closed: the kernel uses its number again."""
        with contextlib.suppress(OSError):
            os.unlink(_marker_name(kernel.output_end_stat(output_end)), dir_fd=self.descriptor)

    def remove(self) -> None:
        """Close both doors and remove the folder."""
        self.doors.close()
        self.socket.close()
        os.close(self.fifo)
        # Only now, when nothing waits for this process: it takes 3 ms to import.
        import shutil  # noqa: PLC0415

        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.descriptor)


class _Made(NamedTuple):
    """A folder with both doors in it."""

    path: Path
    descriptor: int
    fifo: int
    socket: socket.socket


def _make() -> _Made:
    """Make the folder where that can be done; the first choice is not always usable."""
    named = [os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm", os.environ.get("TMPDIR"), "/tmp"]
    # Where another user could put something else in its place, only if there is nothing better.
    parents = sorted(filter(_is_usable, named), key=is_guarded, reverse=True)
    for parent in parents:
        if (folder := make_locked_folder(parent)) is not None:
            try:
                return _Made(*folder, *_make_doors(folder[0]))
            except OSError:
                # No room left for another file, for one.
                remove_locked_folder(*folder)
    tried = " or ".join(parents)
    raise MptuiError(f"cannot make a folder for the run in {tried}; make one writable")


def _is_usable(parent: str | None) -> TypeGuard[str]:
    """Whether the program can find a folder in this one, wherever it is, and its socket be named.

    See unix(7), and the XDG Base Directory Specification for what is not an absolute path.
    """
    return (
        bool(parent)
        and parent is not None
        and os.path.isabs(parent)  # noqa: PTH117 - there is no path yet
        and len(os.fsencode(parent)) <= _LONGEST_PARENT
    )


def _make_doors(folder: Path) -> tuple[int, socket.socket]:
    fifo = folder / "events"
    os.mkfifo(fifo)
    fifo.chmod(0o600)
    # Open for writing too: with no writer the FIFO would report end-of-file for ever.
    descriptor = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(folder / "streams"))
        (folder / "streams").chmod(0o600)
    except OSError:
        os.close(descriptor)
        listening.close()
        raise
    return descriptor, listening


def _marker_name(stat: os.stat_result) -> str:
    return f"{stat.st_dev}.{stat.st_ino}"


def _receive(connection: socket.socket) -> Message | None:
    """The one message of a connection; None if there is none to come.

    Raises:
        BlockingIOError: it is still to come.
    """
    descriptors: array[int] = array("i")
    connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
    try:
        record, ancillary, _, _ = connection.recvmsg(
            _RECORD_BYTES,
            socket.CMSG_SPACE(_MOST_DESCRIPTORS * descriptors.itemsize),
            socket.MSG_CMSG_CLOEXEC,
        )
    except BlockingIOError:
        raise
    except OSError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    return Message(record.rstrip(b"\n"), list(descriptors), connection) if record else None
