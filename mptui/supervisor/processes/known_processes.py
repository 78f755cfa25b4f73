"""The processes of a run by pid: all that are alive, and a bounded number that have ended.

A process that ended is kept for a while, for others still report on it: its parent, how it ended;
its children, that it was their parent. What is kept follows what is alive, however many have ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Collection

    from mptui.supervisor.processes.watched_process import WatchedProcess

ENDED_KEPT: Final = 512
"""How many ended processes are kept. Zombies come on top: their parents have yet to report."""
_CHECKED_AT_ONCE: Final = 8


class KnownProcesses:
    """Finds processes by their pid."""

    def __init__(self) -> None:
        self._living: dict[int, WatchedProcess] = {}
        self._ended: dict[int, WatchedProcess] = {}
        """The one that ended first comes first."""

    @property
    def living(self) -> Collection[WatchedProcess]:
        """The processes that have not ended, in order of discovery."""
        return self._living.values()

    def alive(self, pid: int) -> WatchedProcess | None:
        """The living process with this pid."""
        return self._living.get(pid)

    def get(self, pid: int) -> WatchedProcess | None:
        """The living process with this pid, or the last one that had it, if it is still kept."""
        return self._living.get(pid) or self._ended.get(pid)

    def add(self, process: WatchedProcess) -> None:
        """Add a living process."""
        self._living[process.pid] = process
        self._ended.pop(process.pid, None)

    def end(self, process: WatchedProcess) -> None:
        """Keep a process among those that ended, and forget the oldest of them."""
        process.has_ended = True
        del self._living[process.pid]
        self._ended[process.pid] = process
        for _ in range(_CHECKED_AT_ONCE):
            if len(self._ended) <= ENDED_KEPT:
                return
            oldest = self._ended.pop(next(iter(self._ended)))
            if kernel.exists(oldest.pid):
                # A zombie, most likely: it is forgotten some time after it is gone.
                self._ended[oldest.pid] = oldest
