"""What a line is prefixed with: the name of its process, and its number where two share a name."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.events import Event

_ENDED_KEPT: Final = 1000
"""Names of ended processes that are remembered, the latest: a new process with one is numbered."""


class ProcessNames:
    """The name of each process, as far as it is known from the events."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._first: dict[str, int] = {}
        """Which process had a name first."""
        self._ended: deque[int] = deque()

    def learn(self, event: Event) -> None:
        """Note the name that an event gives, or that a process has ended."""
        if isinstance(event, events.ProcessStarted | events.ProcessChanged) and event.name:
            name = self._names[event.process] = safe_text(event.name)
            self._first[name] = min(event.process, self._first.get(name, event.process))
        elif isinstance(event, events.ProcessExited):
            self._ended.append(event.process)
            if len(self._ended) > _ENDED_KEPT:
                self._forget(self._ended.popleft())

    def __getitem__(self, process: int) -> str:
        """The name of a process; with its number where an earlier process has the same name."""
        name = self._names.get(process, f"process {process}")
        return name if self._first.get(name, process) >= process else f"{name}#{process}"

    def _forget(self, process: int) -> None:
        name = self._names.pop(process, "")
        if self._first.get(name) == process:
            del self._first[name]
