"""Counts the file descriptors of each process, at a slow pace: those of one with many are recorded.

The kernel tells the number at the price of one call (Linux 6.2; before that the folder is listed).
What they stand for is looked at only when a number is recorded. Must not open any of them.
"""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.events import DescriptorsCounted
from mptui.supervisor.linux.unix_sockets import nameless_unix_sockets
from mptui.supervisor.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

_POLL_SECONDS: Final = 1.0
_POLL_BUDGET: Final = 0.003
"""The share of one core that this may take."""
MANY: Final = 64
_MANY_SHARE: Final = 0.25
"""So much of what a process may have is many as well,"""
_FEW: Final = 16
"""but not so few."""
_CHANGE_SHARE: Final = 0.1
_MOST_NAMES: Final = 4096
"""Of so many it is looked at what they stand for."""


class _Kinds(NamedTuple):
    pipes: int = 0
    sockets: int = 0
    files: int = 0


class DescriptorWatch:
    """The descriptors of every process that lives.

    Args:
        registry: knows the processes.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._record = record
        self._clock = clock
        self._pace = Pace(clock, _POLL_SECONDS, _POLL_BUDGET)
        self._recorded: dict[int, int] = {}
        """What was recorded last, by the number of the process."""
        self._looked_at: dict[int, float] = {}

    @property
    def next_poll(self) -> float:
        """When it is time to count again."""
        return self._pace.next_poll

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what processes report: the kernel tells what they have open."""

    def poll(self) -> None:
        """Count, and record what changed much."""
        with self._pace.poll():
            now = self._clock()
            for process in self._registry.living:
                if process.may_have_run_since(self._looked_at.get(process.number, 0.0)):
                    self._looked_at[process.number] = now
                    self._look_at(process)

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process."""
        self._recorded.pop(process.number, None)
        self._looked_at.pop(process.number, None)

    def finish(self) -> None:
        """Do nothing: nothing of the program is left to look at."""

    def _look_at(self, process: WatchedProcess) -> None:
        count = count_descriptors(process.pid)
        before = self._recorded.get(process.number)
        if count is None or (before is None and count < _FEW):
            return
        limit = _limit_of(process.pid)
        if before is None:
            if count < MANY and (limit is None or count < _MANY_SHARE * limit):
                return
        elif abs(count - before) < max(1.0, _CHANGE_SHARE * before):
            return
        self._recorded[process.number] = count
        kinds = _kinds_of(process.pid)
        self._record(
            DescriptorsCounted(
                t=self._clock(),
                process=process.number,
                count=count,
                limit=limit,
                pipes=kinds.pipes,
                sockets=kinds.sockets,
                files=kinds.files,
            )
        )


def count_descriptors(pid: int) -> int | None:
    """How many descriptors a process has open; None where that is not known."""
    try:
        folder = f"/proc/{pid}/fd"
        return os.stat(folder).st_size or len(os.listdir(folder))  # noqa: PTH116, PTH208
    except OSError:
        return None


def _limit_of(pid: int) -> int | None:
    try:
        limit = resource.prlimit(pid, resource.RLIMIT_NOFILE)[0]
    except OSError:
        return None
    return None if limit == resource.RLIM_INFINITY else limit


def _kinds_of(pid: int) -> _Kinds:
    targets = list(_targets(pid))
    sockets = {one[len("socket:[") : -1] for one in targets if one.startswith("socket:")}
    pairs = len(sockets & nameless_unix_sockets(pid)) if sockets else 0
    return _Kinds(
        pipes=sum(one.startswith("pipe:") for one in targets) + pairs,
        sockets=len(sockets) - pairs,
        files=sum(one.startswith("/") for one in targets),
    )


def _targets(pid: int) -> Iterator[str]:
    """What the descriptors of a process stand for, as the kernel names it."""
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)[:_MOST_NAMES]  # noqa: PTH208
    except OSError:
        return
    for name in names:
        with suppress(OSError):
            # A Path for each of hundreds would take many times as long.
            yield os.readlink(f"{folder}/{name}")  # noqa: PTH115
