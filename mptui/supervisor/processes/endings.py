"""How processes ended: the exit code or signal of each, from whoever knows it first.

Own children (the program's main process, and orphans) by waiting for them; others from the process
table while they are zombies, from their pidfd where the kernel tells it (Linux 6.15), or from what
the probe of their parent reports. It must not record anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from mptui.supervisor.processes.registry import WatchedProcess

REPORT_SECONDS: Final = 0.5
"""How long to wait for the parent's report when nobody else knows."""
_KEPT_STATUSES: Final = 4096


class Endings:
    """Finds out how the processes it is told of ended."""

    def __init__(self) -> None:
        self._statuses: dict[int, int] = {}
        self._since: dict[WatchedProcess, float] = {}

    def note(self, process: WatchedProcess, now: float) -> None:
        """This process has ended."""
        self._since[process] = now

    @property
    def is_waiting(self) -> bool:
        """Whether a process has ended whose exit code is still to come."""
        return bool(self._since)

    def reap(self) -> None:
        """Wait for every own child that has ended, and for none that has not."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._statuses[pid] = status
            if len(self._statuses) > _KEPT_STATUSES:
                del self._statuses[next(iter(self._statuses))]

    def known(self, now: float) -> list[tuple[WatchedProcess, int | None]]:
        """The ended processes and their exit codes (-N for signal N), each once.

        One whose code nobody knows yet is named a little later, with None if it stays unknown.
        """
        known = [
            (process, code)
            for process, since in self._since.items()
            if (code := self._code_of(process)) is not None or now - since >= REPORT_SECONDS
        ]
        for process, _ in known:
            del self._since[process]
        return known

    def _code_of(self, process: WatchedProcess) -> int | None:
        status = self._statuses.pop(process.pid, None)
        if status is None and process.pidfd is not None:
            status = kernel.wait_status_of_zombie(process.pid)
            if status is None:
                status = kernel.wait_status_of_pidfd(process.pidfd)
        return process.reported_code if status is None else os.waitstatus_to_exitcode(status)
