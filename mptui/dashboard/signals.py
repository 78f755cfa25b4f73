"""The signals that end mptui: the terminal is restored, runs are left to their supervisors.

Closing the lifelines by ending is all a run needs: its supervisor does what was agreed. A terminal
that is gone or does not take what is written could hold up the way out, so a last alarm ends the
process whatever it waits for.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from mptui.errors import exit_status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

SIGNALS: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
PATIENCE_SECONDS: Final = 2.0


@contextmanager
def ended_by_signals(leave: Callable[[int], None]) -> Iterator[None]:
    """Call `leave` with the exit status when a signal asks mptui to end.

    Args:
        leave: called between any two instructions of the main thread; must only enqueue.
    """
    attributes = _terminal_attributes()
    statuses: list[int] = []

    def ask_to_leave(number: int, _frame: FrameType | None) -> None:
        statuses.append(exit_status_of(None, number))
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
        leave(statuses[0])

    def leave_now(_number: int, _frame: FrameType | None) -> None:
        if attributes is not None:
            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSANOW, attributes)
        os._exit(statuses[0])

    before = {number: signal.signal(number, ask_to_leave) for number in SIGNALS}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, leave_now)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminal_attributes() -> Any:
    try:
        return termios.tcgetattr(0) if sys.__stdin__ is not None else None
    except termios.error:
        return None
