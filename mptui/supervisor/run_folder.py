"""The run folder: where the probe of each process finds the supervisor.

It holds the FIFO `events`, the socket `streams` and a marker for each pipe that is mptui's own, as
described in `probe_records`. Private (0700), in memory, removed at the end of the run. Nothing here
understands what the probe says.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import tempfile
from array import array
from pathlib import Path
from typing import Final

from mptui.errors import MptuiError

_BACKLOG: Final = 4096
_RECORD_BYTES: Final = 4096
_FIFO_BYTES: Final = 1024 * 1024


class RunFolder:
    """A run folder and its two doors.

    Raises:
        MptuiError: no memory-backed folder can be written.
    """

    def __init__(self) -> None:
        self.path = _make_folder()
        fifo = str(self.path / "events")
        os.mkfifo(fifo, 0o600)
        # Open for writing too: with no writer the FIFO would report end-of-file for ever.
        self.fifo = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            # Room for a burst of starts while the supervisor is busy reading output.
            fcntl.fcntl(self.fifo, fcntl.F_SETPIPE_SZ, _FIFO_BYTES)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(str(self.path / "streams"))
        self.socket.listen(_BACKLOG)
        self.socket.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._torn = b""

    def read_records(self) -> list[bytes]:
        """The records that came through the FIFO, whole ones only."""
        pieces = [self._torn]
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self.fifo, 65536):
                pieces.append(piece)
        *records, self._torn = b"".join(pieces).split(b"\n")
        return records

    def accept_streams(self) -> list[tuple[bytes, list[int]]]:
        """Each record that came with read ends of pipes, and these."""
        accepted: list[tuple[bytes, list[int]]] = []
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                # Nobody is waiting; or no descriptor is free, then they wait and are left alone.
                return accepted
            with connection:
                if (received := _receive(connection)) is not None:
                    accepted.append(received)

    def mark(self, pipe: int, pid: int, label: str) -> None:
        """Mark a pipe as mptui's own stream `label` of process `pid`."""
        (self.path / _marker_name(pipe)).symlink_to(f"{pid}:{label}")

    def unmark(self, pipe: int) -> None:
        """Forget a pipe before it is closed: the kernel uses its number again."""
        with contextlib.suppress(OSError):
            (self.path / _marker_name(pipe)).unlink()

    def remove(self) -> None:
        """Close both doors and remove the folder."""
        self.socket.close()
        os.close(self.fifo)
        shutil.rmtree(self.path, ignore_errors=True)


def _make_folder() -> Path:
    tried: list[str] = []
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm", tempfile.gettempdir()):
        if parent:
            try:
                return Path(tempfile.mkdtemp(prefix="mptui-", dir=parent))
            except OSError:
                tried.append(parent)
    raise MptuiError(f"cannot make a folder for the run in {' or '.join(tried)}; make one writable")


def _marker_name(pipe: int) -> str:
    stat = os.fstat(pipe)
    return f"{stat.st_dev}.{stat.st_ino}"


def _receive(connection: socket.socket) -> tuple[bytes, list[int]] | None:
    descriptors: array[int] = array("i")
    try:
        # The sender sent all there is before we accepted, or is about to: it never waits between.
        connection.settimeout(0.2)
        record, ancillary, _, _ = connection.recvmsg(
            _RECORD_BYTES, socket.CMSG_SPACE(4 * descriptors.itemsize), socket.MSG_CMSG_CLOEXEC
        )
    except OSError:
        return None
    if not record:
        return None
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    for descriptor in descriptors:
        os.set_blocking(descriptor, False)
    return record.rstrip(b"\n"), list(descriptors)
