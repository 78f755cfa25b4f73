"""What is written to the terminal: at once where it takes it, and never waited for.

A terminal that takes nothing (Ctrl-S, a full line, a hung connection) must not hold up the keys. So
what it does not take waits here, and is written as soon as there is room.
"""

from __future__ import annotations

import os
import select
import termios
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

_MOST_BYTES: Final = 1 << 20
"""More than any screen takes: what comes while so much waits is left out."""
_CANCEL: Final = b"\x18"
"""Ends a sequence that was cut."""


class TerminalOutput:
    """Writes to a descriptor that does not block, from the one thread of an event loop.

    Args:
        descriptor: of the terminal; belongs to this from now on.
        loop: says when the terminal takes something again.
    """

    def __init__(self, descriptor: int, loop: AbstractEventLoop) -> None:
        self._descriptor = descriptor
        self._loop = loop
        self._pending = bytearray()
        self._is_waiting = False
        self._is_due = False
        self._is_closed = False
        self._when_taken: Callable[[], object] | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken all that was written."""
        return self._is_waiting

    def call_when_taken(self, callback: Callable[[], object]) -> None:
        """Call this once, when the terminal has taken what waits now; nothing does: not at all."""
        if self._is_waiting:
            self._when_taken = callback

    def write(self, data: bytes) -> None:
        """Write this with the next flush, which comes by itself at the end of this turn."""
        if self._is_closed or len(self._pending) > _MOST_BYTES:
            return
        self._pending += data
        if not (self._is_due or self._is_waiting):
            self._is_due = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what the terminal takes now."""
        self._is_due = False
        if self._pending and not (self._is_waiting or self._write_some()):
            self._is_waiting = True
            self._loop.add_writer(self._descriptor, self._go_on)

    def finish(self, last: bytes, seconds: float) -> None:
        """Write all that waits and this, and close.

        Args:
            last: what the terminal must get.
            seconds: how long it may take nothing; then the rest is given up for `last`.
        """
        if self._is_closed:
            return
        self._stop_waiting()
        self._is_closed = True
        self._pending += last
        if not (self._write_some() or self._write_until(time.monotonic() + seconds)):
            with suppress(OSError, termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)
                os.write(self._descriptor, _CANCEL + last)
        self._pending.clear()
        os.close(self._descriptor)

    def _go_on(self) -> None:
        if self._write_some():
            self._stop_waiting()
            callback, self._when_taken = self._when_taken, None
            if callback is not None:
                callback()

    def _stop_waiting(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._loop.remove_writer(self._descriptor)

    def _write_some(self) -> bool:
        """Write what is taken now; whether nothing is left to write."""
        try:
            while self._pending:
                written = os.write(self._descriptor, self._pending)
                del self._pending[:written]
        except BlockingIOError:
            return False
        except OSError:
            # The terminal is gone. The hang-up, or the end of the keys, is what ends the app.
            self._pending.clear()
        return True

    def _write_until(self, deadline: float) -> bool:
        """Write all of it, waiting for the terminal; whether it has taken it in time."""
        room = select.poll()
        room.register(self._descriptor, select.POLLOUT)
        while (left := deadline - time.monotonic()) > 0:
            room.poll(left * 1000)
            if self._write_some():
                return True
        return False
