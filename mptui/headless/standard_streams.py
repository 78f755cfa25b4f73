"""Standard output and standard error of the front end, written in order and in few writes."""

from __future__ import annotations

import os
import select
import stat
import time
from contextlib import suppress
from typing import Final

_DESCRIPTORS: Final = {"stdout": 1, "stderr": 2}
_NAMES: Final = {"stdout": "standard output", "stderr": "standard error"}
_BUFFER_BYTES: Final = 256 * 1024
_LOOK_SECONDS: Final = 0.25
_PATIENCE_SECONDS: Final = 3.0
"""How long a reader that takes nothing is waited for, once mptui has been asked to end."""
_LONGEST_MESSAGE: Final = 2000


class ReaderStopped(Exception):  # noqa: N818 - nothing has gone wrong here
    """mptui was asked to end, and who reads its output takes no more of it."""


class StandardStreams:
    """Gathers writes; a change of stream writes first what was gathered for the other.

    `write` and `flush` raise BrokenPipeError when the reader is gone, and ReaderStopped when it
    takes nothing any more after `hurry`. What cannot be written for another reason, as on a full
    disk, is counted: see `trouble`.
    """

    def __init__(self) -> None:
        self._terminals = {name: os.isatty(number) for name, number in _DESCRIPTORS.items()}
        self.has_colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        """Whether colours are wanted on a terminal: no-color.org."""
        self._descriptors = {name: _unblocked(number) for name, number in _DESCRIPTORS.items()}
        self._stream = "stdout"
        self._gathered: list[bytes] = []
        self._size = 0
        self._patience = float("inf")
        self._lost: dict[str, int] = {}
        self._reason = ""

    def is_terminal(self, stream: str) -> bool:
        """Whether this stream goes to a terminal."""
        return self._terminals[stream]

    @property
    def trouble(self) -> str | None:
        """What is missing and why, in words; None while everything could be written."""
        if not self._lost:
            return None
        lost = " and ".join(
            f"{count:,} bytes of {_NAMES[key]}" for key, count in self._lost.items()
        )
        return f"{lost} could not be written: {self._reason}"

    def hurry(self) -> None:
        """From now on do not wait for ever; the second time not at all. Safe in a handler."""
        self._patience = 0.0 if self._patience <= _PATIENCE_SECONDS else _PATIENCE_SECONDS

    def write(self, stream: str, piece: bytes) -> None:
        """Write to "stdout" or "stderr", behind everything written before."""
        if stream != self._stream or self._size > _BUFFER_BYTES:
            self.flush()
            self._stream = stream
        self._gathered.append(piece)
        self._size += len(piece)

    def say(self, message: str) -> None:
        """Say something of mptui's own on standard error, made safe."""
        # Only now: hardly ever needed, and this module is imported by every command.
        from mptui.terminal_text import safe_text  # noqa: PLC0415

        self.write("stderr", f"mptui: {safe_text(message, _LONGEST_MESSAGE)}\n".encode())

    def flush(self) -> None:
        """Write what was gathered."""
        left = memoryview(b"".join(self._gathered))
        self._gathered.clear()
        self._size = 0
        try:
            while left:
                left = left[self._write_some(left) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            self._lost[self._stream] = self._lost.get(self._stream, 0) + len(left)
            self._reason = error.strerror or str(error)

    def _write_some(self, piece: memoryview) -> int:
        descriptor = self._descriptors[self._stream]
        since = time.monotonic()
        while True:
            with suppress(BlockingIOError):
                return os.write(descriptor, piece)
            if time.monotonic() - since >= self._patience:
                raise ReaderStopped
            waiting = select.poll()
            waiting.register(descriptor, select.POLLOUT)
            waiting.poll(_LOOK_SECONDS * 1000)


def silence_standard_output() -> None:
    """Keep the interpreter's last flush from printing an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)


def _unblocked(descriptor: int) -> int:
    """The same pipe or terminal, opened once more so that a write to it never blocks.

    To set that on the descriptor itself would set it for all that share it, as the shell.
    """
    flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with suppress(OSError):
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
            return os.open(f"/proc/self/fd/{descriptor}", flags)
    return descriptor
