"""What a line is prefixed with: the name of its process, told apart where two have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.events import Event


class ProcessNames:
    """The name of each process, as far as the events told it."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._told_apart: dict[int, str] = {}

    def learn(self, event: Event) -> None:
        """Take what an event tells of a name."""
        if isinstance(event, events.ProcessStarted | events.ProcessChanged) and event.name:
            self._names[event.process] = safe_text(event.name)
            self._told_apart.clear()

    def __getitem__(self, process: int) -> str:
        """The name of a process; with its number where an earlier process has the same name."""
        if process not in self._told_apart:
            name = self._names.get(process, f"process {process}")
            earlier = (other for number, other in self._names.items() if number < process)
            self._told_apart[process] = f"{name}#{process}" if name in earlier else name
        return self._told_apart[process]
