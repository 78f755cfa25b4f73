"""What the supervisor's loop expects of whatever looks at the program again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import WatchedProcess


class Watch(Protocol):
    """Looks at one side of the program at its own pace, and records what it sees."""

    @property
    def next_look(self) -> float:
        """When it wants to look again, in seconds since the run began; infinite for not at all."""

    def take(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """A process, which has not ended, says what it has; most records are not for everybody."""

    def look(self) -> None:
        """Look, now that it is time."""

    def let_go(self, process: WatchedProcess) -> None:
        """Look at this process, whose end is recorded next, for the last time."""

    def finish(self) -> None:
        """Look for the last time: the end of the run is recorded next."""
