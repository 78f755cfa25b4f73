"""What becomes known of a process after its start: recorded once, and only where it is news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from mptui import events
from mptui.supervisor.processes import naming
from mptui.supervisor.processes.watched_process import command_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mptui.events import Event
    from mptui.supervisor.processes.watched_process import WatchedProcess

RECORDED_ARGUMENTS: Final = 64
_LONG: Final = frozenset({"name", "argv", "target", "arguments", "start_method"})
"""Changes that take room, and that the program can report as often as it likes."""
_KEPT: Final = (
    "role",
    "name",
    "parent",
    "instrumented",
    "start_method",
    "target",
    "arguments",
    "own_session",
)


class Changes:
    """Records changes of processes.

    Args:
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(self, record: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock

    def record(self, process: WatchedProcess, **changes: object) -> None:
        """Record those of the changes that are known and were not known before.

        Args:
            process: the process.
            changes: fields of `events.ProcessChanged`; None for what is not known.
        """
        news = {
            key: value
            for key, value in changes.items()
            if value is not None and value != getattr(process, key, None)
        }
        if not news.keys().isdisjoint(_LONG):
            process.long_changes_left -= 1
            if process.long_changes_left < 0:
                news = {key: value for key, value in news.items() if key not in _LONG}
        if not news:
            return
        for key in _KEPT:
            if key in news:
                setattr(process, key, news[key])
        self._record(
            msgspec.convert(
                {**news, "event": "process_changed", "t": self._clock(), "process": process.number},
                events.ProcessChanged,
            )
        )


def command_changes(process: WatchedProcess, argv: Sequence[str]) -> dict[str, object]:
    """What follows from the command line that a process has now; nothing if it is no news."""
    argv = argv[:RECORDED_ARGUMENTS]
    mark = command_mark(argv)
    if mark in (None, process.command):
        return {}
    if process.command is None and mark == process.inherited_command:
        # A fork shows its parent's command line: that is no news.
        return {}
    process.command = mark
    changes: dict[str, object] = {"argv": list(argv)}
    if not process.is_described:
        described = naming.describe(argv)
        changes["name"] = described.name
        if process.role != "main":
            changes["role"] = described.role
    return changes
