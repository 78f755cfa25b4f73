"""What the kernel has accounted to each process: time on a core, time ready but without one.

The kernel keeps both for each thread, in nanoseconds, in `/proc/PID/task/TID/schedstat`; one that
is kept open costs less than a microsecond to read again. A process is the sum of its threads. What
a thread that ended used on a core is in the `stat` of its process; how long it was ready, as last
read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.events import CoreSeconds
from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Collection

    from mptui.supervisor.linux.kernel import ProcessStat
    from mptui.supervisor.linux.proc_files import ProcFiles

MOST_THREADS: Final = 512
"""A process with more has no account: its sum would cost too much, and a part of it be untrue."""
_CERTAIN_SECONDS: Final = 0.1
"""Who used so much of a core, of which the kernel accounts nothing: this kernel keeps none."""
_NOTHING: Final = b"0 0 0\n"


class _Read(NamedTuple):
    """What was last read of one thread; who did not run since has the same line again."""

    line: bytes
    seconds: CoreSeconds


@dataclass(slots=True)
class _Account:
    """What was read of the threads of one process."""

    living: dict[int, _Read] = field(default_factory=dict)
    """By native id."""
    ready_of_ended: float = 0.0


class CoreAccounts:
    """The accounts of all living processes.

    Args:
        files: keeps the kernel's files open.
    """

    def __init__(self, files: ProcFiles) -> None:
        self._files = files
        self._accounts: dict[int, _Account] = {}

    def read(self, process: int, pid: int, stat: ProcessStat) -> CoreSeconds | None:
        """The account of a process by now; None where the kernel keeps none.

        Args:
            process: its number.
            pid: its pid.
            stat: what its `stat` says by now.
        """
        if stat.threads > MOST_THREADS:
            return None
        account = self._accounts.setdefault(process, _Account())
        known = account.living
        living = {}
        on_core, ready = 0.0, account.ready_of_ended
        for thread in _threads_of(pid, stat, known):
            read = self._read(process, pid, thread, known.get(thread))
            if read is not None:
                living[thread] = read
                on_core += read.seconds.on_core
                ready += read.seconds.ready
        if living.keys() != known.keys():
            ready += self._end(process, pid, account, living)
        account.living = living
        if on_core == 0.0 and stat.cpu_seconds > _CERTAIN_SECONDS:
            return None
        # In ticks of the kernel's clock, rounded down, but with the threads that ended.
        return CoreSeconds(max(on_core, stat.cpu_seconds), ready)

    def forget(self, process: int) -> None:
        """Forget a process that ended; its files are closed by who keeps them."""
        self._accounts.pop(process, None)

    def _read(self, process: int, pid: int, thread: int, before: _Read | None) -> _Read | None:
        try:
            line = self._files.read(process, _path(pid, thread))
            if before is not None and before.line == line:
                return before
            return _Read(line, CoreSeconds(*kernel.parse_schedstat(line)))
        except (OSError, ValueError):
            return None

    def _end(self, process: int, pid: int, account: _Account, living: dict[int, _Read]) -> float:
        """Take note of the threads that ended; gives how long they had been ready."""
        ended = account.living.keys() - living.keys()
        for thread in ended:
            close_thread(self._files, process, pid, thread)
        ready = sum(account.living[thread].seconds.ready for thread in ended)
        account.ready_of_ended += ready
        return ready


def read_trace(files: ProcFiles, process: int, pid: int, thread: int) -> bytes:
    """The kernel's line about one thread, the same until it runs; empty where there is none."""
    try:
        return files.read(process, _path(pid, thread))
    except OSError:
        return b""


def is_counted(trace: bytes) -> bool:
    """Whether such a line changes when the thread runs: not on a kernel that counts nothing."""
    return trace not in (b"", _NOTHING)


def account_in(trace: bytes) -> CoreSeconds | None:
    """The account in such a line; None where there is none."""
    try:
        return CoreSeconds(*kernel.parse_schedstat(trace))
    except ValueError:
        return None


def close_thread(files: ProcFiles, process: int, pid: int, thread: int) -> None:
    """Close what was kept open to read the account of a thread."""
    files.close_one(process, _path(pid, thread))


def _threads_of(pid: int, stat: ProcessStat, known: dict[int, _Read]) -> Collection[int]:
    """The native ids of all threads of a process, listed where there are more or fewer by now.

    One that came as another one went is found with the next sample: the other cannot be read.
    """
    if stat.threads == len(known):
        return known
    if stat.threads <= 1 and not known:
        return [pid]
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]  # noqa: PTH208
    except OSError:
        return [pid]


def _path(pid: int, thread: int) -> str:
    return f"/proc/{pid}/task/{thread}/schedstat"
