"""Sends processes of the program signals that a person wants them to have.

Each is recorded before it is sent, and noted with the process: an end that follows was asked for.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.watched_process import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mptui.events import Event
    from mptui.supervisor.processes.watched_process import WatchedProcess

_HARMLESS: Final = frozenset[int](
    (signal.SIGCONT, signal.SIGSTOP, signal.SIGTSTP, signal.SIGCHLD, signal.SIGWINCH)
)
"""Signals that end nobody."""


def send_wanted(
    text: str,
    living: Collection[WatchedProcess],
    record: Callable[[Event], None],
    now: float,
) -> None:
    """Do what a command of the front end says: `<process> <signal>`, or `<process> <signal> tree`.

    Args:
        text: the command without its first word; one that makes no sense is ignored.
        living: the processes that have not ended.
        record: takes each event.
        now: seconds since the run began.
    """
    process, _, rest = text.partition(" ")
    number, _, extent = rest.partition(" ")
    if not (process.isdecimal() and number.isdecimal() and 0 < int(number) < signal.NSIG):
        return
    for one in _meant(int(process), living, is_tree=extent == "tree"):
        record(events.SignalSent(t=now, process=one.number, signal=int(number)))
        if int(number) not in _HARMLESS:
            one.requests[int(number)] = Request(None, now)
        kernel.send_signal(one.pid, int(number), one.pidfd)


def _meant(
    process: int, living: Collection[WatchedProcess], *, is_tree: bool
) -> list[WatchedProcess]:
    """The process and, in a tree, all below it; children before their parents."""
    meant = {process}
    # A parent has a lower number than its children, unless it was found after them.
    while is_tree and (more := {one.number for one in living if one.parent in meant} - meant):
        meant |= more
    return [one for one in reversed(list(living)) if one.number in meant]
