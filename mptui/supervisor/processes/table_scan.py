"""Finds in the kernel's process table what no probe reported: processes, and changed commands.

Most of the time only what has begun, or has run, since the last look is looked at.
It goes on after the end of the main process, for what outlives that is watched as well. It must not
name or number anything itself: that is for the registry.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel
from mptui.supervisor.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.program_search import ProgramSearch
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

POLL_SECONDS: Final = 0.5
POLL_BUDGET: Final = 0.01
"""The share of one core that scanning may take."""
CHECK_SECONDS: Final = 0.9
"""How often to look which program an older process runs."""
WHOLE_SECONDS: Final = 15.0
"""How often the whole table is searched: what was missed otherwise is found by that."""
FIRST_POLLS_SECONDS: Final = (0.15, 0.2)


class TableScan:
    """Scans the processes of the program.

    Args:
        registry: knows the processes.
        search: finds them.
        clock: seconds since the run began.
    """

    def __init__(
        self, registry: ProcessRegistry, search: ProgramSearch, clock: Callable[[], float]
    ) -> None:
        self._registry = registry
        self._search = search
        self._clock = clock
        self._whole_at = 0.0
        self._checked_at: dict[int, float] = {}
        """When it was last looked which program a process runs."""
        self._pace = Pace(clock, POLL_SECONDS, POLL_BUDGET, first_seconds=FIRST_POLLS_SECONDS)
        self._unknown: set[int] = set()
        """The pids that the last scan found and that had not been reported."""

    @property
    def next_poll(self) -> float:
        """When it is time to scan again."""
        return self._pace.next_poll

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what processes report: the registry knows them already."""

    def poll(self) -> None:
        """Scan the process table.

        A process that was not reported is added when it is seen a second time: by then the probe,
        if there is one inside, has reported. A zombie is not added: it has ended already.
        """
        with self._pace.poll():
            now = self._clock()
            for process in list(self._registry.living):
                if self._may_have_changed(process, now):
                    self._checked_at[process.number] = now
                    self._registry.update_command(process.pid)
            unknown = {pid for pid in self._found(now) if self._registry.alive(pid) is None}
            for pid in sorted(self._unknown):
                if self._registry.alive(pid) is None and kernel.is_running(pid):
                    self._registry.find(pid)
            self._unknown = unknown

    def _found(self, now: float) -> list[int]:
        """The processes that there are, or that have begun since the last poll."""
        begun = self._search.begun()
        if begun is not None and now < self._whole_at:
            return begun
        self._whole_at = now + WHOLE_SECONDS
        return self._search.pids()

    def _may_have_changed(self, process: WatchedProcess, now: float) -> bool:
        """Whether to look which program it runs: each time at first, then where it has run."""
        checked_at = self._checked_at.get(process.number, -math.inf)
        is_young = process.command_reads_left and not process.is_described
        if process.probe_missed_at is None and not is_young and now - checked_at < CHECK_SECONDS:
            return False
        return process.probe_missed_at is not None or process.may_have_run_since(checked_at)

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process."""
        self._checked_at.pop(process.number, None)

    def finish(self) -> None:
        """Do nothing: a process that is found now could not be watched any more."""
