"""The signals that end mptui: the terminal is restored, runs are left to their supervisors.

Closing the lifelines by ending is all a run needs: its supervisor does what was agreed. A terminal
that is gone or does not take what is written could hold up the way out, so a last alarm ends the
process whatever it waits for. The same alarm bounds the way out that a person takes by a key.
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
LEAVING_SECONDS: Final = 5.0
"""The same after a person's wish to leave, which is in no such hurry."""

_RESTORING: Final = (
    b"\x18"  # Cancels a sequence that was cut.
    b"\x1b[?2026l\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    b"\x1b[?2048l\x1b[?1004l\x1b[<u\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""What undoes all that Textual's driver sets."""


class WayOut:
    """The way out of the dashboard, and the alarm that ends it where it is blocked.

    Args:
        attributes: of the line of the terminal, before mptui changed them; None: as they are now.
    """

    def __init__(self, attributes: list[Any] | None) -> None:
        self._attributes = attributes or _terminal_attributes()
        self._status: int | None = None

    def begin(self, status: int, seconds: float = PATIENCE_SECONDS) -> None:
        """From now on mptui ends within this time; the first status that is given holds."""
        if self._status is None:
            self._status = status
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def leave_now(self) -> None:
        """End the process, with the terminal as it was as far as it takes anything."""
        self._restore()
        os._exit(self._status or 0)

    def put_right(self) -> bool:
        """Make the terminal as it was where the app has ended without; whether that was so."""
        is_right = self._attributes is None or _terminal_attributes() == self._attributes
        if not is_right:
            self._restore()
        return not is_right

    def _restore(self) -> None:
        if self._attributes is not None:
            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSANOW, self._attributes)
        _restore_screen()


@contextmanager
def ended_by_signals(
    leave: Callable[[int], None], attributes: list[Any] | None = None
) -> Iterator[WayOut]:
    """Call `leave` with the exit status when a signal asks mptui to end.

    Args:
        leave: called between any two instructions of the main thread; must only enqueue.
        attributes: as for `WayOut`.

    Yields:
        The way out, to be begun when a person leaves.
    """
    way_out = WayOut(attributes)

    def ask_to_leave(number: int, _frame: FrameType | None) -> None:
        status = exit_status_of(None, number)
        way_out.begin(status)
        leave(status)

    before = {number: signal.signal(number, ask_to_leave) for number in SIGNALS}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda *_: way_out.leave_now())
    try:
        yield way_out
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _restore_screen() -> None:
    """Leave the alternate screen, on a terminal that has stopped taking what is written.

    What it has not taken by then is given up, so that there is room for this.
    """
    with suppress(OSError, termios.error):
        termios.tcflush(1, termios.TCOFLUSH)
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
        os.write(os.open("/proc/self/fd/1", flags), _RESTORING)


def _terminal_attributes() -> Any:
    try:
        return termios.tcgetattr(0) if sys.__stdin__ is not None else None
    except termios.error:
        return None
