"""Processes that ended and that their parent has not waited for: zombies.

Each keeps a place in the process table until somebody asks how it ended. For a moment that is as
it should be; who stays one is recorded. Must not reap anybody: that is the parent's to do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events
from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import WatchedProcess

PATIENCE_SECONDS: Final = 3.0
"""So long a parent may take before its child counts as one that nobody waits for."""
_LATER_SECONDS: Final = 5.0
"""When to look again at one that was told of: whether it is gone by now."""


class _Ended(NamedTuple):
    process: WatchedProcess
    start_ticks: int
    """Tells the process from a later one with its pid."""
    look_at: float
    is_told: bool


class UnreapedWatch:
    """Keeps an eye on processes after their end.

    Args:
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(self, record: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._ended: list[_Ended] = []
        self.next_look = math.inf

    def take(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Nothing that a process says is about its own end."""

    def let_go(self, process: WatchedProcess) -> None:
        """A process has just ended; it may be a zombie."""
        stat = kernel.read_stat(process.pid)
        if stat is not None and stat.state == "Z":
            look_at = self._clock() + PATIENCE_SECONDS
            self._ended.append(_Ended(process, stat.start_ticks, look_at, is_told=False))
            self.next_look = min(self.next_look, look_at)

    def look(self) -> None:
        """Record who became a zombie, and who is one no longer."""
        now = self._clock()
        for ended in [one for one in self._ended if one.look_at <= now]:
            self._ended.remove(ended)
            is_zombie = _is_zombie(ended)
            if is_zombie != ended.is_told:
                number = ended.process.number
                self._record(events.ProcessChanged(t=now, process=number, zombie=is_zombie))
            if is_zombie:
                later = now + _LATER_SECONDS
                self._ended.append(ended._replace(look_at=later, is_told=True))
        self.next_look = min((ended.look_at for ended in self._ended), default=math.inf)

    def finish(self) -> None:
        """The run is over: nobody could wait for anybody any more."""


def _is_zombie(ended: _Ended) -> bool:
    stat = kernel.read_stat(ended.process.pid)
    return stat is not None and stat.state == "Z" and stat.start_ticks == ended.start_ticks
