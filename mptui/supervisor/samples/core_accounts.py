"""What the kernel has accounted to each process: time on a core, time ready but without one.

The kernel keeps both for each thread, in nanoseconds, in `/proc/PID/task/TID/schedstat`; one that
is kept open costs less than a microsecond to read again. A process is the sum of its threads. What
a thread that ended used on a core is in the `stat` of its process; how long it was ready, as last
read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mptui.events import CoreSeconds
from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from mptui.supervisor.linux.kernel import ProcessStat
    from mptui.supervisor.linux.proc_files import ProcFiles

MOST_THREADS: Final = 512
"""A process with more has no account: its sum would cost too much, and a part of it be untrue."""
_CERTAIN_SECONDS: Final = 0.1
"""Who used so much of a core, of which the kernel accounts nothing: this kernel keeps none."""


@dataclass(slots=True)
class _Account:
    """What was read of the threads of one process."""

    living: dict[int, CoreSeconds] = field(default_factory=dict)
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
        living = {}
        for thread in self._threads_of(pid, stat, account):
            seconds = read_thread(self._files, process, pid, thread)
            if seconds is not None:
                living[thread] = seconds
        self._forget_ended(process, pid, account, living)
        account.living = living
        on_core = sum(seconds.on_core for seconds in living.values())
        if on_core == 0.0 and stat.cpu_seconds > _CERTAIN_SECONDS:
            return None
        ready = account.ready_of_ended + sum(seconds.ready for seconds in living.values())
        # In ticks of the kernel's clock, rounded down, but with the threads that ended.
        return CoreSeconds(max(on_core, stat.cpu_seconds), ready)

    def forget(self, process: int) -> None:
        """Forget a process that ended; its files are closed by who keeps them."""
        self._accounts.pop(process, None)

    def _threads_of(self, pid: int, stat: ProcessStat, account: _Account) -> list[int]:
        if stat.threads <= 1 and account.living.keys() <= {pid}:
            return [pid]
        try:
            return [int(name) for name in os.listdir(f"/proc/{pid}/task")]  # noqa: PTH208
        except OSError:
            return [pid]

    def _forget_ended(
        self, process: int, pid: int, account: _Account, living: dict[int, CoreSeconds]
    ) -> None:
        for thread, before in account.living.items():
            now = living.get(thread)
            if now is None:
                self._files.close_one(process, _path(pid, thread))
            if now is None or now.on_core < before.on_core:
                account.ready_of_ended += before.ready


def read_thread(files: ProcFiles, process: int, pid: int, thread: int) -> CoreSeconds | None:
    """The account of one thread; None where there is none (any more)."""
    try:
        line = files.read(process, _path(pid, thread))
        return CoreSeconds(*kernel.parse_schedstat(line))
    except (OSError, ValueError):
        return None


def close_thread(files: ProcFiles, process: int, pid: int, thread: int) -> None:
    """Close what was kept open to read the account of a thread."""
    files.close_one(process, _path(pid, thread))


def _path(pid: int, thread: int) -> str:
    return f"/proc/{pid}/task/{thread}/schedstat"
