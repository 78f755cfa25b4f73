"""What is behind the descriptors of another process.

Only names are read: to ask a file itself may wait for a disk or a network. Everything fails softly,
for the process may end, and the kernel may forbid it.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from pathlib import Path
from typing import Final, NamedTuple

_NUMBERED: Final = re.compile(r"(pipe|socket):\[([0-9]+)\]")
_PID_LINE: Final = re.compile(rb"^Pid:\s*([0-9]+)$", re.MULTILINE)
_MOST_DESCRIPTORS: Final = 1024
_MAY_BE_READ: Final = 0o400
_MAY_BE_WRITTEN: Final = 0o200


class OpenFile(NamedTuple):
    """What a descriptor stands for."""

    name: str
    """As `/proc/PID/fd` has it; "" where it cannot be seen."""
    pipe: int | None = None
    """The inode of a nameless pipe."""
    socket: int | None = None
    """The inode of a socket."""

    @property
    def is_socket(self) -> bool:
        """Whether it is one."""
        return self.socket is not None

    @property
    def is_channel(self) -> bool:
        """Whether it leads to a process."""
        return self.pipe is not None or self.is_socket

    @property
    def is_terminal(self) -> bool:
        """Whether a person may be at the other end."""
        return self.name.startswith(("/dev/pts/", "/dev/tty", "/dev/console"))


def open_file(pid: int, descriptor: int) -> OpenFile:
    """What this descriptor of a process stands for."""
    try:
        name = str(Path(f"/proc/{pid}/fd/{descriptor}").readlink())
    except OSError:
        return OpenFile("")
    if (match := _NUMBERED.fullmatch(name)) is None:
        return OpenFile(name)
    if match[1] == "socket":
        return OpenFile(name, socket=int(match[2]))
    return OpenFile(name, pipe=int(match[2]))


def pid_of_pidfd(pid: int, descriptor: int) -> int | None:
    """The process that this descriptor of a process stands for; None where it stands for none."""
    try:
        # Its name does not tell, since it differs between kernels: pidfd_open(2).
        information = Path(f"/proc/{pid}/fdinfo/{descriptor}").read_bytes()
    except OSError:
        return None
    match = _PID_LINE.search(information)
    return int(match[1]) if match else None


def holds_write_end(pid: int, pipe: int) -> bool:
    """Whether a process could write into this nameless pipe."""
    return _holds(pid, f"pipe:[{pipe}]", _MAY_BE_WRITTEN)


def holds_read_end(pid: int, pipe: int) -> bool:
    """Whether a process could read from this nameless pipe."""
    return _holds(pid, f"pipe:[{pipe}]", _MAY_BE_READ)


def holds_socket(pid: int, inode: int) -> bool:
    """Whether a process has this socket."""
    return _holds(pid, f"socket:[{inode}]", _MAY_BE_READ | _MAY_BE_WRITTEN)


def _holds(pid: int, name: str, mode: int) -> bool:
    # The process may end meanwhile.
    with contextlib.suppress(OSError):
        descriptors = Path(f"/proc/{pid}/fd").iterdir()
        for path in itertools.islice(descriptors, _MOST_DESCRIPTORS):
            with contextlib.suppress(OSError):
                if str(path.readlink()) == name and path.lstat().st_mode & mode:
                    return True
    return False
