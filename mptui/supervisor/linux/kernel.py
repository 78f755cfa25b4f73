"""The few Linux calls the standard library has no name for, and the process table's text.

Everything here asks or tells the kernel one thing and returns plain values. It must not keep state
and must not know of runs, events or the probe.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# _IOWR(0xFF, 11, struct pidfd_info of 64 bytes), linux/pidfd.h, Linux 6.13; exit status: 6.15.
_PIDFD_GET_INFO: Final = 0xC040FF0B
_PIDFD_INFO_EXIT: Final = 1 << 3
_PIDFD_INFO: Final = struct.Struct("=QQ11Ii")

# _IOR('T', 0x30, unsigned int): the number of a terminal's slave, ioctl_tty(2).
_TIOCGPTN: Final = 0x80045430

# socket(7) and linux/socket.h, Linux 6.5; for a process that is gone already: 6.16.
_SO_PEERPIDFD: Final = 77
_CREDENTIALS: Final = struct.Struct("3i")

KEPT_FREE: Final = 64
"""Descriptors kept for the output of processes that have handed over their pipes already."""

_PIECE_BYTES: Final = 8 * 1024
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def tells_endings() -> bool:
    """Whether `wait_status_of_pidfd` works for a process that its parent has waited for."""
    major, _, rest = os.uname().release.partition(".")
    minor = rest.partition(".")[0].partition("-")[0]
    return major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) >= (6, 15)


def wait_status_of_pidfd(pidfd: int) -> int | None:
    """The wait status of a process that ended, child or not; None where the kernel cannot say."""
    buffer = bytearray(_PIDFD_INFO.size)
    _PIDFD_INFO.pack_into(buffer, 0, _PIDFD_INFO_EXIT, *([0] * 13))
    try:
        fcntl.ioctl(pidfd, _PIDFD_GET_INFO, buffer)
    except OSError:
        return None
    mask, *_, exit_code = _PIDFD_INFO.unpack(buffer)
    return int(exit_code) if mask & _PIDFD_INFO_EXIT else None


def pidfd_of_peer(connection: socket.socket, pid: int) -> int | None:
    """A pidfd of the process that connected, if that is `pid`; it may have ended since.

    None where it is another, or the kernel cannot say.
    """
    level = socket.SOL_SOCKET
    try:
        credentials = connection.getsockopt(level, socket.SO_PEERCRED, _CREDENTIALS.size)
        is_it = _CREDENTIALS.unpack(credentials)[0] == pid
        return connection.getsockopt(level, _SO_PEERPIDFD) if is_it else None
    except OSError:
        return None


def pid_of_peer(connection: socket.socket) -> int | None:
    """The process that connected, as its pid is here; None where the kernel cannot say."""
    try:
        credentials = connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
        )
    except OSError:
        return None
    return int(_CREDENTIALS.unpack(credentials)[0]) or None


def wait_status_of_zombie(pid: int) -> int | None:
    """The wait status of a process that ended and was not waited for yet, else None."""
    stat = read_stat(pid)
    return stat.wait_status if stat is not None and stat.state == "Z" else None


class ProcessStat(NamedTuple):
    """What one line of `/proc/PID/stat` says; see proc_pid_stat(5)."""

    state: str
    ppid: int
    cpu_seconds: float
    threads: int
    start_ticks: int
    rss_bytes: int
    core: int
    wait_status: int


def parse_stat(line: bytes) -> ProcessStat:
    """Parse a line of `/proc/PID/stat`.

    Raises:
        ValueError: the line is not whole.
        IndexError: the line is not whole.
    """
    # The name, in parentheses, may itself hold blanks and parentheses.
    fields = line[line.rindex(b")") + 2 :].split()
    return ProcessStat(
        state=fields[0].decode(),
        ppid=int(fields[1]),
        cpu_seconds=(int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND,
        threads=int(fields[17]),
        start_ticks=int(fields[19]),
        rss_bytes=int(fields[21]) * _PAGE_BYTES,
        core=int(fields[36]),
        wait_status=int(fields[49]) if len(fields) > 49 else 0,
    )


def parse_schedstat(line: bytes) -> tuple[float, float]:
    """The seconds that a thread was on a core, and ready but without one: `/proc/PID/schedstat`.

    Both are 0 where this kernel does not count them.

    Raises:
        ValueError: the line is not whole.
    """
    on_core_ns, ready_ns, _ = line.split()
    return int(on_core_ns) / 1e9, int(ready_ns) / 1e9


def read_stat(pid: int) -> ProcessStat | None:
    """The process table's line for this process; None where there is none (any more)."""
    try:
        return parse_stat(_read_file(f"/proc/{pid}/stat"))
    except (OSError, ValueError, IndexError):
        return None


def read_program_image(pid: int) -> int:
    """A number that a process gets anew with each exec, and a fork has from its parent.

    It is where the kernel put its stack, by chance; 0 where that cannot be read.
    """
    try:
        line = _read_file(f"/proc/{pid}/stat")
        return int(line[line.rindex(b")") + 2 :].split()[25])
    except (OSError, ValueError, IndexError):
        return 0


def is_running(pid: int) -> bool:
    """Whether there is such a process and it has not ended (a zombie has)."""
    stat = read_stat(pid)
    return stat is not None and stat.state != "Z"


def read_command_line(pid: int) -> list[str]:
    """The arguments of a process; empty for a zombie, a kernel thread or one that is gone."""
    try:
        arguments = _read_file(f"/proc/{pid}/cmdline")
    except OSError:
        return []
    return [part.decode(errors="backslashreplace") for part in arguments.split(b"\0")[:-1]]


def read_command_name(pid: int) -> str:
    """The kernel's short name of a process (15 bytes at most); "" where it is gone."""
    try:
        return _read_file(f"/proc/{pid}/comm").rstrip(b"\n").decode(errors="replace")
    except OSError:
        return ""


def caught_signals(pid: int) -> set[int] | None:
    """The signals for which a process has a handler; None where that cannot be seen."""
    for line in _read_file(f"/proc/{pid}/status").splitlines():
        name, _, mask = line.partition(b":")
        if name == b"SigCgt":
            bits = int(mask, 16)
            return {number for number in range(1, 65) if bits >> (number - 1) & 1}
    return None


def children_of(pid: int) -> list[int]:
    """The children of every thread of a process: proc_pid_task_tid_children(5)."""
    children: list[int] = []
    # The process may end meanwhile.
    with contextlib.suppress(OSError):
        for thread in _names_in(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                children += map(int, _read_file(f"/proc/{pid}/task/{thread}/children").split())
    return children


def with_descendants(pids: Iterable[int]) -> list[int]:
    """These processes and every process below them, each once, parents before their children."""
    found = dict.fromkeys(pids)
    waiting = list(found)
    for pid in waiting:
        new = [child for child in children_of(pid) if child not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return waiting


def ancestors_of(pid: int) -> list[int]:
    """The parent of a process, that one's parent, and so on."""
    found: list[int] = []
    while (stat := read_stat(pid)) is not None and stat.ppid > 0 and stat.ppid not in found:
        pid = stat.ppid
        found.append(pid)
    return found


def every_pid() -> set[int]:
    """All processes that this one can see."""
    return {int(name) for name in _names_in("/proc") if name.isdecimal()}


def newest_pid() -> int | None:
    """The pid that was given last, to a thread maybe; they are given in order: proc_loadavg(5).

    None where it is not known: where the file is another one that a container put there, say.
    """
    try:
        if os.stat("/proc/loadavg").st_dev != os.stat("/proc").st_dev:  # noqa: PTH116
            return None
        return int(_read_file("/proc/loadavg").split()[-1]) or None
    except (OSError, ValueError, IndexError):
        return None


def is_process(pid: int) -> bool:
    """Whether this is the pid of a process, and not of another one's thread."""
    try:
        os.close(os.pidfd_open(pid))
    except OSError as error:
        return error.errno not in (errno.EINVAL, errno.ENOENT, errno.ESRCH)
    return True


def read_environment(pid: int) -> bytes:
    """The environment that a process was started with, each variable between two zero bytes.

    Empty where there is none to read: of another user's process, of a zombie, of one that is gone.
    """
    try:
        settings = _read_file(f"/proc/{pid}/environ")
    except OSError:
        return b""
    # In the middle of its exec a process has none.
    return b"\0" + settings if settings else b""


def session_of(pid: int) -> int | None:
    """The session of a process, a zombie too; None where it is gone."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def output_end_name(descriptor: int) -> str:
    """The name of what is behind this read end in `/proc/PID/fd` of its writers; "" if none.

    A read end is that of a nameless pipe or the master of a terminal: both end with their writers.
    A FIFO with a name, a socket, a device or a directory is none.
    """
    try:
        target = _read_link(f"/proc/self/fd/{descriptor}")
        if target.startswith("pipe:["):
            flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
            return target if flags & os.O_ACCMODE == os.O_RDONLY else ""
        number = fcntl.ioctl(descriptor, _TIOCGPTN, bytes(4))
    except OSError:
        return ""
    return f"/dev/pts/{int.from_bytes(number, sys.byteorder)}"


def output_end_stat(descriptor: int) -> os.stat_result:
    """The identity of the pipe or terminal as its writers see it."""
    name = output_end_name(descriptor)
    return Path(name).stat() if name.startswith("/") else os.fstat(descriptor)


def is_among_the_last(descriptor: int) -> bool:
    """Whether hardly any more may be opened: the rest is kept for what must not be lost."""
    return descriptor > resource.getrlimit(resource.RLIMIT_NOFILE)[0] - KEPT_FREE


def has_room_for(count: int) -> bool:
    """Whether this process may open this many more descriptors."""
    opened: list[int] = []
    try:
        opened.extend(os.dup(2) for _ in range(count))
    except OSError:
        return False
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return True


def exists(pid: int) -> bool:
    """Whether there is such a process, perhaps a zombie; asked without opening anything."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def group_of(pid: int) -> int | None:
    """The process group of a process, a zombie too; None where it is gone."""
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def standard_outputs_of(pid: int) -> set[str]:
    """What a process's standard output and standard error are called in `/proc/PID/fd`."""
    names: set[str] = set()
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            names.add(_read_link(f"/proc/{pid}/fd/{descriptor}"))
    return names


def send_signal(pid: int, number: int, pidfd: int | None = None) -> None:
    """Signal a process, through its pidfd where there is one; a process that is gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if pidfd is None:
            os.kill(pid, number)
        else:
            signal.pidfd_send_signal(pidfd, number)


# Not by `Path`, which takes longer than what is done: these are called for every start and end.


def _read_file(path: str) -> bytes:
    """The whole of a small file, which has no size to ask for in advance."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = piece = os.read(descriptor, _PIECE_BYTES)
        while piece:
            piece = os.read(descriptor, _PIECE_BYTES)
            text += piece
    finally:
        os.close(descriptor)
    return text


def _read_link(path: str) -> str:
    return os.readlink(path)  # noqa: PTH115


def _names_in(folder: str) -> list[str]:
    return os.listdir(folder)  # noqa: PTH208
