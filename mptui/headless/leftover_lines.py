"""What a person is told of processes that outlived the main process: left running, or stopped.

Made safe, since names come from the program. It must not know where the lines go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.headless.process_names import ProcessNames
from mptui.wording.counts import counted
from mptui.wording.endings import ending_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.events import Event

_MAIN: Final = 0
_NAMED: Final = 8
"""So many are named, any more are counted."""
_RELEVANT: Final = re.compile(rb'^\{"event":"(?:process_|stop_|run_)[^\n]*', re.MULTILINE)


class LeftoverLines:
    """Follows who lives, and who was stopped since the main process ended."""

    def __init__(self) -> None:
        self._names = ProcessNames()
        self._pids: dict[int, int] = {}
        """Of the living."""
        self._main: events.ProcessExited | None = None
        self._is_stopped_by_user = False
        self._stopped: list[str] = []

    def learn(self, event: Event) -> None:
        """Take note of an event."""
        self._names.learn(event)
        if isinstance(event, events.ProcessStarted):
            self._pids[event.process] = event.pid
        elif isinstance(event, events.StopRequested):
            self._is_stopped_by_user |= event.reason != "leftovers"
        elif isinstance(event, events.ProcessExited):
            if self.is_stopped_leftover(event):
                self._stopped.append(self._name(event.process))
            self._pids.pop(event.process, None)
            if event.process == _MAIN:
                self._main = event

    def learn_lines(self, lines: bytes) -> None:
        """Take note of those events of a recording that matter here, from whole lines of it."""
        for line in _RELEVANT.findall(lines):
            event = events.decode(line)
            if event is not None:
                self.learn(event)

    def is_stopped_leftover(self, event: events.ProcessExited) -> bool:
        """Whether this process was ended because it outlived main, without anybody asking."""
        return self._main is not None and event.stopping and not self._is_stopped_by_user

    def at_end(self) -> bytes:
        """The lines to say when the run is finished, line feeds included; mostly none."""
        return "".join(f"mptui: {line}\n" for line in self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        main = self._main
        if main is None:
            return
        was = "was " if main.signal is not None else ""
        end = f"{self._names[_MAIN]} {was}{ending_text(main.exitcode, main.signal)}"
        if self._stopped:
            outlived = "process that outlived", "processes that outlived"
            count = counted(len(self._stopped), *outlived)
            yield f"{end}; stopped the {count} it: {_listed(self._stopped)}"
        if self._pids:
            yield f"{end}; left running: {_listed(map(self._name, self._pids))}"

    def _name(self, process: int) -> str:
        return f"{self._names[process]} (pid {self._pids[process]})"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _NAMED
    return ", ".join(names if more <= 0 else [*names[:_NAMED], f"{more} more"])
