"""Records processes that stay zombies: they have ended, and their parent has not waited for them.

Each keeps a place in the process table until its parent asks how it ended. For a moment that is
normal; one that stays is recorded. Must not reap anything: that is for the parent.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events
from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.watched_process import WatchedProcess

PATIENCE_SECONDS: Final = 3.0
"""How long a parent may take before its child is recorded as a zombie."""
_PAUSE_SECONDS: Final = 2.0
"""How long until a recorded zombie is checked again: whether it is gone."""
_LONG_PAUSE_SECONDS: Final = 5.0
_FIRST_SECONDS: Final = 20.0
"""The longer a parent has not waited for it, the less likely it is to do so in the next moment."""


class _Zombie(NamedTuple):
    """A process that was a zombie when it was checked last; the one to check next sorts first."""

    check_at: float
    number: int
    pid: int
    start_ticks: int
    """Distinguishes the process from a later one with its pid."""
    is_recorded: bool
    since: float


class ZombieWatch:
    """Watches processes after their end for as long as they are zombies.

    Args:
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(self, record: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._zombies: list[_Zombie] = []
        """A heap."""

    @property
    def next_poll(self) -> float:
        """When the next zombie should be checked."""
        return self._zombies[0].check_at if self._zombies else math.inf

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what processes report: none of it is about their own end."""

    def on_exit(self, process: WatchedProcess) -> None:
        """Watch a process that has just ended, if it is a zombie."""
        stat = kernel.read_stat(process.pid)
        if stat is not None and stat.state == "Z":
            now = self._clock()
            heapq.heappush(
                self._zombies,
                _Zombie(
                    check_at=now + PATIENCE_SECONDS,
                    number=process.number,
                    pid=process.pid,
                    start_ticks=stat.start_ticks,
                    is_recorded=False,
                    since=now,
                ),
            )

    def poll(self) -> None:
        """Record which processes became zombies, and which are zombies no longer."""
        now = self._clock()
        while self._zombies and self._zombies[0].check_at <= now:
            zombie = heapq.heappop(self._zombies)
            is_zombie = _is_still_one(zombie)
            if is_zombie != zombie.is_recorded:
                self._record(events.ProcessChanged(t=now, process=zombie.number, zombie=is_zombie))
            if is_zombie:
                is_new = now - zombie.since < _FIRST_SECONDS
                check_at = now + (_PAUSE_SECONDS if is_new else _LONG_PAUSE_SECONDS)
                heapq.heappush(self._zombies, zombie._replace(check_at=check_at, is_recorded=True))

    def finish(self) -> None:
        """Do nothing: the run is over, and no parent can wait for its children any more."""


def _is_still_one(zombie: _Zombie) -> bool:
    stat = kernel.read_stat(zombie.pid)
    return stat is not None and stat.state == "Z" and stat.start_ticks == zombie.start_ticks
