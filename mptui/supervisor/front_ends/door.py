"""Where front ends that come later find a run: a socket beside its recording.

Its name is that of the recording with another ending, and it is there as long as the run goes on.
Only processes of the same user are let in, and only so many. Where no socket can be made, the run
has no door, and that is all.
"""

from __future__ import annotations

import os
import socket
import struct
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mptui.recording.runs_folder import DOOR_ENDING
from mptui.supervisor.front_ends.control import Control

if TYPE_CHECKING:
    from pathlib import Path

_CREDENTIALS: Final = struct.Struct("3i")
_BACKLOG: Final = 8


class Door:
    """A listening socket; made by `open_door`.

    Args:
        path: where it lies.
        listener: the socket.
    """

    def __init__(self, path: Path, listener: socket.socket) -> None:
        self._path = path
        self._listener = listener

    def fileno(self) -> int:
        """For a selector."""
        return self._listener.fileno()

    def let_in(self) -> Control | None:
        """The link to one front end that has come; None where it may not, or has gone again."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return None
        with connection:
            if not is_own(connection):
                return None
            connection.settimeout(0)
            commands = os.dup(connection.fileno())
            return Control(commands, os.dup(commands), unread=termios.TIOCOUTQ)

    def close(self) -> None:
        """Let nobody in any more."""
        with suppress(OSError):
            self._path.unlink()
        self._listener.close()


def open_door(recording: Path) -> Door | None:
    """Make the door of a run; None where the file system, or a limit, does not allow that."""
    path = recording.with_suffix(DOOR_ENDING)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _Folder(path) as short_path:
            listener.bind(short_path)
        path.chmod(0o600)
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except OSError:
        listener.close()
        return None
    return Door(path, listener)


def connect(recording: Path) -> socket.socket:
    """Come in by the door of a run.

    Raises:
        OSError: it has none (any more), or belongs to somebody else.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _Folder(recording.with_suffix(DOOR_ENDING)) as short_path:
            connection.connect(short_path)
        if not is_own(connection):
            raise PermissionError(f"the run {recording.stem} is another user's")
    except OSError:
        connection.close()
        raise
    return connection


def is_own(connection: socket.socket) -> bool:
    """Whether the process at the other end is of this user, or of root."""
    size = _CREDENTIALS.size
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return _CREDENTIALS.unpack(credentials)[1] in {os.geteuid(), 0}


class _Folder:
    """A path to a file that is short however deep its folder lies: a socket's has 107 bytes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> str:
        flags = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
        self._descriptor = os.open(self._path.parent, flags)
        return f"/proc/self/fd/{self._descriptor}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
