"""Finds in the kernel's process table what no probe reported: processes, and changed commands.

It goes on after the end of the main process, for what outlives that is watched as well. It must not
name or number anything itself: that is for the registry.
"""

from __future__ import annotations

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
            pids = self._search.pids()
            unknown = {pid for pid in pids if self._registry.alive(pid) is None}
            for pid in pids:
                if pid not in unknown:
                    self._registry.update_command(pid)
                elif pid in self._unknown and kernel.is_running(pid):
                    self._registry.find(pid)
            self._unknown = unknown

    def on_exit(self, process: WatchedProcess) -> None:
        """Keep nothing of it."""

    def finish(self) -> None:
        """Do nothing: a process that is found now could not be watched any more."""
