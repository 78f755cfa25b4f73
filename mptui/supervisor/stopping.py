"""Ends a run: one signal, a bounded wait, then SIGKILL to all descendants until none is left.

A process group or a session is not enough, since a daemon leaves both. So the whole program is
searched for: freeze what was found, look again until there is no new one, kill them all. It must
not read pipes or record anything.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import StopReason

ORPHAN_GRACE_SECONDS: Final = 0.5
"""How long its workers may take when its main process is gone."""


class Stopper:
    """Ends the program step by step, no step sooner than its time.

    Args:
        main_pid: the program's main process.
        search: finds the processes of the program.
        grace_seconds: how long a program that was asked to end may take.
        leads_group: whether the main process leads a process group that is the program's alone.
    """

    def __init__(
        self,
        main_pid: int,
        search: Callable[[], Iterable[int]],
        grace_seconds: float,
        *,
        leads_group: bool = True,
    ) -> None:
        self._grace_seconds = grace_seconds
        self._leads_group = leads_group
        self._main_pid: int | None = main_pid
        """None once it has ended: its pid may be somebody else's by now."""
        self._search = search
        self.reason: StopReason | None = None
        self.deadline: float | None = None
        """From when on (by `now`) it kills; None while the program was not asked to end."""
        self.is_killing = False

    def ask(self, reason: StopReason, signal_number: int, now: float) -> None:
        """Ask the program to end; asked a second time, kill it.

        SIGINT goes to the program's process group, as from a terminal, where it has one of its own;
        anything else to its main process alone. What outlives the main process is asked by SIGTERM,
        all of it. Stopped processes are continued, so that they can act on it.
        """
        if self.deadline is not None:
            self.kill(reason, now)
            return
        self.reason = self.reason or reason
        if self._main_pid is None:
            self.deadline = now + ORPHAN_GRACE_SECONDS
            for pid in self._search():
                ask_to_end(pid)
            return
        self.deadline = now + self._grace_seconds
        group = -self._main_pid if self._leads_group else self._main_pid
        target = group if signal_number == signal.SIGINT else self._main_pid
        kernel.send_signal(target, signal_number)
        kernel.send_signal(group, signal.SIGCONT)

    def kill(self, reason: StopReason, now: float) -> None:
        """From now on `pursue` kills."""
        self.reason = self.reason or reason
        self.deadline = now
        self.is_killing = True

    def main_ended(self, now: float) -> None:
        """Shorten the wait: without the main process its workers have nothing to wait for."""
        self._main_pid = None
        if self.deadline is not None:
            self.deadline = min(self.deadline, now + ORPHAN_GRACE_SECONDS)

    def pursue(self, now: float) -> None:
        """Kill every descendant, if the deadline has passed. To be called until none is left."""
        if self.deadline is not None and now >= self.deadline:
            self.is_killing = True
        if self.is_killing:
            kill_all(self._search)


def ask_to_end(pid: int) -> None:
    """Send SIGTERM to one process, and continue it if it is stopped, so that it can act on it."""
    kernel.send_signal(pid, signal.SIGTERM)
    kernel.send_signal(pid, signal.SIGCONT)


def kill_all(search: Callable[[], Iterable[int]]) -> None:
    """Freeze all that is found, search again until there is no new one, then kill them."""
    frozen: set[int] = set()
    while new := set(search()) - frozen:
        for pid in new:
            kernel.send_signal(pid, signal.SIGSTOP)
        frozen |= new
    # What is frozen cannot end by itself, so hardly any pid can have been used again by now.
    for pid in frozen:
        kernel.send_signal(pid, signal.SIGKILL)
