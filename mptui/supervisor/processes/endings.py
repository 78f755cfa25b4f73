"""How processes ended: the exit code or signal of each, from the first source that knows it.

The program's main process by waiting for it; others from the process table while they are zombies,
from their pidfd where the kernel tells it (Linux 6.15), or from what the probe of their parent
reports, which an orphan has not. It must not record anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.processes.watched_process import WatchedProcess

REPORT_SECONDS: Final = 0.5
"""How long to wait for the parent's report where nothing else tells the exit code."""
ORPHAN_SECONDS: Final = 0.05
"""The same where the parent is gone: what it reported before may not have been read yet."""
STATUS_SECONDS: Final = 5.0
"""How long the status of an own child is kept for a late report of the child. No longer: another
process may get its pid."""


class _Status(NamedTuple):
    """The wait status of an own child."""

    status: int
    at: float


class Endings:
    """Finds out how processes ended.

    Args:
        is_orphan: whether a process has no parent that could report its end.
        before_reaping: called with the pid of each own child that has ended, for what the kernel
            still knows of it and forgets once it was waited for.
    """

    def __init__(
        self,
        is_orphan: Callable[[WatchedProcess], bool] = lambda _: False,
        before_reaping: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._is_orphan = is_orphan
        self._before_reaping = before_reaping
        self._statuses: dict[int, _Status] = {}
        """The statuses of own children by pid; the one that was waited for first comes first."""
        self._since: dict[WatchedProcess, float] = {}

    def note(self, process: WatchedProcess, now: float) -> None:
        """Note that this process has ended."""
        self._since[process] = now

    @property
    def is_waiting(self) -> bool:
        """Whether a process has ended whose exit code is still to come."""
        return bool(self._since)

    def reap(self, now: float) -> None:
        """Wait for every own child that has ended, and for none that has not."""
        self._forget_before(now - STATUS_SECONDS)
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            self._before_reaping(ended.si_pid)
            pid, status = os.waitpid(ended.si_pid, 0)
            self._statuses.pop(pid, None)
            self._statuses[pid] = _Status(status, now)

    def known(self, now: float) -> list[tuple[WatchedProcess, int | None]]:
        """The ended processes and their exit codes (-N for signal N), each once.

        A process whose code is not known yet comes a little later, with None if it stays unknown.
        """
        known = [
            (process, code)
            for process, since in self._since.items()
            if (code := self._code_of(process)) is not None
            or now - since >= REPORT_SECONDS
            or (now - since >= ORPHAN_SECONDS and self._is_orphan(process))
        ]
        for process, _ in known:
            del self._since[process]
        return known

    def _forget_before(self, earliest: float) -> None:
        while self._statuses:
            pid = next(iter(self._statuses))
            if self._statuses[pid].at >= earliest:
                return
            del self._statuses[pid]

    def _code_of(self, process: WatchedProcess) -> int | None:
        reaped = self._statuses.pop(process.pid, None)
        status = None if reaped is None else reaped.status
        if status is None and process.pidfd is not None:
            status = kernel.wait_status_of_zombie(process.pid)
            if status is None:
                status = kernel.wait_status_of_pidfd(process.pidfd)
        return process.reported_code if status is None else os.waitstatus_to_exitcode(status)


def exitcode_and_signal(code: int | None) -> tuple[int | None, int | None]:
    """Split an exit code that is -N for signal N into the two fields that events have for it."""
    if code is None:
        return None, None
    return (code, None) if code >= 0 else (None, -code)
