"""The name that a line is prefixed with, unique where several processes have the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.events import Event


class ProcessNames:
    """The name of each process, as far as it is known from the events so far."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._unique: dict[int, str] = {}

    def learn(self, event: Event) -> None:
        """Remember the name that this event gives to a process, if it does."""
        if isinstance(event, events.ProcessStarted | events.ProcessChanged) and event.name:
            self._names[event.process] = safe_text(event.name)
            self._unique.clear()

    def __getitem__(self, process: int) -> str:
        """The name of a process; with its number where an earlier process has the same name."""
        if process not in self._unique:
            name = self._names.get(process, f"process {process}")
            earlier = (other for number, other in self._names.items() if number < process)
            self._unique[process] = f"{name}#{process}" if name in earlier else name
        return self._unique[process]
