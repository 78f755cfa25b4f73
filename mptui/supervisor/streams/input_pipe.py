"""The write end of the program's standard input, where a front end sends what its user types.

A pipe, or the master of the terminal that the program runs on.

It never waits: what the program does not read yet stays here. It must not know where the text
comes from.
"""

from __future__ import annotations

import os
import selectors
from typing import Final

MOST_WAITING_BYTES: Final = 1024 * 1024
"""More than a person can type: beyond it input is refused."""

_END_OF_INPUT: Final = b"\x04"
"""Ctrl-D: what a person types on a terminal."""


class InputPipe:
    """Feeds the program's standard input.

    Args:
        descriptor: the write end.
        selector: gets the pipe registered while something waits for the program to read.
    """

    def __init__(self, descriptor: int, selector: selectors.BaseSelector) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor: int | None = descriptor
        self._selector = selector
        self._waiting = b""
        self._is_terminal = os.isatty(descriptor)
        self._is_registered = False
        self._is_ending = False

    def send(self, text: bytes) -> bool:
        """Send this to the program; False if it does not read and too much waits already."""
        if self._descriptor is None or self._is_ending:
            return False
        if len(self._waiting) + len(text) > MOST_WAITING_BYTES:
            return False
        self._waiting += text
        self._write()
        return True

    def end(self) -> None:
        """Let the program see the end of its input, behind everything that was sent."""
        self._is_ending = True
        if self._is_terminal:
            self._waiting += _END_OF_INPUT
        self._write()

    def _write(self) -> None:
        if self._descriptor is None:
            return
        try:
            if self._waiting:
                self._waiting = self._waiting[os.write(self._descriptor, self._waiting) :]
        except BlockingIOError:
            pass
        except OSError:
            # The program has closed its end.
            self._waiting, self._is_ending = b"", True
        self._watch(is_wanted=bool(self._waiting))
        if self._is_ending and not self._waiting:
            os.close(self._descriptor)
            self._descriptor = None

    def _watch(self, *, is_wanted: bool) -> None:
        """Register the pipe while something waits for the program to read."""
        if self._descriptor is None or is_wanted == self._is_registered:
            return
        if is_wanted:
            self._selector.register(self._descriptor, selectors.EVENT_WRITE, self._write)
        else:
            self._selector.unregister(self._descriptor)
        self._is_registered = is_wanted
