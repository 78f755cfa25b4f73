"""The interface that the supervisor's loop expects of everything it polls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.watched_process import WatchedProcess


class Watch(Protocol):
    """Observes one aspect of the program at its own pace and records what it sees.

    What it keeps must be bounded by what is alive: after `on_exit` nothing of the process is left.
    """

    @property
    def next_poll(self) -> float:
        """When it wants to be polled again, in seconds since the run began; infinite for never."""

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Take note of what the probe in a living process reported; ignore what is not for it."""

    def poll(self) -> None:
        """Look at the program, now that it is time."""

    def on_exit(self, process: WatchedProcess) -> None:
        """Look at this process for the last time, and forget it: its end is recorded next."""

    def finish(self) -> None:
        """Look for the last time: the end of the run is recorded next."""
