"""Sees which processes have run since they were last looked at, at the price of one small read.

The kernel counts how long, and how often, the main thread of a process was on a core: who has the
same line as before has not run. Everything else that is looked at in a process follows from that,
so what sleeps costs next to nothing; and the longer it has slept, the less often it is looked at.
Must not record anything: what it sees is for the other watches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.pace import GRID_SECONDS, Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

POLL_SECONDS: Final = 0.1
POLL_BUDGET: Final = 0.005
"""The share of one core that looking may take in the long run."""
_MOST_SECONDS: Final = 0.5
"""However much it costs, those that are due are looked at so often."""
PAUSES_SECONDS: Final = (POLL_SECONDS, 0.2, 0.5, 1.0)
"""Times between two looks at a process."""
_SHARE: Final = 32
"""So small a part of a sleep may pass before its end is noticed."""
_NEVER_RAN: Final = b"0 0 0\n"
"""What a kernel says that counts nothing."""
_UNKNOWN: Final = b"unknown"


@dataclass(slots=True, eq=False)
class _Look:
    """What was seen of one process."""

    path: str
    trace: bytes = b""
    """What changes as soon as it runs."""
    moved_at: float = 0.0
    """When it was last seen to have run since the look before."""
    due: float = 0.0


class _Dues(NamedTuple):
    """When to look next, at times that many have in common."""

    soonest: float
    soon: float
    later: float
    latest: float

    @classmethod
    def after(cls, now: float) -> _Dues:
        return cls(*((now // pause + 1) * pause for pause in PAUSES_SECONDS))

    def for_sleep(self, seconds: float) -> float:
        """For a process that has not run for so long."""
        if seconds < _SHARE * PAUSES_SECONDS[1]:
            return self.soonest
        if seconds < _SHARE * PAUSES_SECONDS[2]:
            return self.soon
        return self.later if seconds < _SHARE * PAUSES_SECONDS[3] else self.latest


class Motion:
    """Watches which processes run.

    Args:
        registry: knows the processes.
        clock: seconds since the run began.
    """

    def __init__(self, registry: ProcessRegistry, clock: Callable[[], float]) -> None:
        self._registry = registry
        self._clock = clock
        self._files = ProcFiles()
        self._pace = Pace(clock, POLL_SECONDS, POLL_BUDGET, _MOST_SECONDS)
        self._looks: dict[int, _Look] = {}
        self._earliest = 0.0
        """When the next process is due."""
        self._moved: dict[int, WatchedProcess] = {}

    @property
    def next_poll(self) -> float:
        """When it is time to look again."""
        if len(self._looks) != len(self._registry.living):
            return self._pace.next_poll
        return max(self._pace.next_poll, self._earliest)

    @property
    def has_news(self) -> bool:
        """Whether any process was seen to have run since `take_moved`."""
        return bool(self._moved)

    def take_moved(self) -> list[WatchedProcess]:
        """The living processes that were seen to have run since this was last asked."""
        moved = list(self._moved.values())
        self._moved.clear()
        return moved

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what processes report: the kernel tells whether they run."""

    def poll(self) -> None:
        """Look at each process whose time has come."""
        with self._pace.poll():
            now = self._clock()
            dues = _Dues.after(now)
            soon, earliest = now + GRID_SECONDS / 2, math.inf
            for process in self._registry.living:
                look = self._looks.get(process.number)
                if look is None:
                    look = self._looks[process.number] = _Look(f"/proc/{process.pid}/schedstat")
                if look.due <= soon:
                    self._look(process, look, now, dues)
                if look.due < earliest:
                    earliest = look.due
            self._earliest = earliest

    def has_moved(self, process: WatchedProcess) -> bool:
        """Look again, now: whether it has run since it was last looked at."""
        look = self._looks.get(process.number)
        now = self._clock()
        return look is None or self._look(process, look, now, _Dues.after(now))

    def is_still_since(self, process: WatchedProcess, t: float) -> bool:
        """Whether a look since then has shown that it does not run."""
        look = self._looks.get(process.number)
        return look is not None and process.still_at > max(t, look.moved_at)

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process."""
        self._looks.pop(process.number, None)
        self._moved.pop(process.number, None)
        self._files.close(process.number)

    def finish(self) -> None:
        """Do nothing: whether what is left of the program runs is not watched any more."""

    def _look(self, process: WatchedProcess, look: _Look, now: float, dues: _Dues) -> bool:
        try:
            trace = self._files.read(process.number, look.path)
        except FileNotFoundError:
            trace = _NEVER_RAN
        except OSError:
            trace = _UNKNOWN
        is_counted = trace != _NEVER_RAN
        if not is_counted:
            trace = self._read_call(process)
        if trace == look.trace:
            process.still_at = now
            look.due = dues.for_sleep(now - look.moved_at)
            return False
        look.trace, look.moved_at, look.due = trace, now, dues.soonest
        process.active_at = now if is_counted else math.inf
        self._moved[process.number] = process
        return True

    def _read_call(self, process: WatchedProcess) -> bytes:
        """What a process is blocked in, where the kernel does not count how often it ran."""
        try:
            return self._files.read(process.number, f"/proc/{process.pid}/syscall")
        except OSError:
            return _UNKNOWN
