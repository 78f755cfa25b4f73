"""Standard output and standard error of the front end, written in order and in few writes."""

from __future__ import annotations

import os
from typing import Final

_DESCRIPTORS: Final = {"stdout": 1, "stderr": 2}
_BUFFER_BYTES: Final = 256 * 1024


class StandardStreams:
    """Gathers writes; a change of stream writes first what was gathered for the other.

    `write` and `flush` raise BrokenPipeError when the reader is gone.
    """

    def __init__(self) -> None:
        self._terminals = {name: os.isatty(number) for name, number in _DESCRIPTORS.items()}
        self.has_colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        """Whether colours are wanted on a terminal: no-color.org."""
        self._stream = "stdout"
        self._gathered: list[bytes] = []
        self._size = 0

    def is_terminal(self, stream: str) -> bool:
        """Whether this stream goes to a terminal."""
        return self._terminals[stream]

    def write(self, stream: str, piece: bytes) -> None:
        """Write to "stdout" or "stderr", behind everything written before."""
        if stream != self._stream or self._size > _BUFFER_BYTES:
            self.flush()
            self._stream = stream
        self._gathered.append(piece)
        self._size += len(piece)

    def flush(self) -> None:
        """Write what was gathered."""
        left = memoryview(b"".join(self._gathered))
        self._gathered.clear()
        self._size = 0
        while left:
            left = left[os.write(_DESCRIPTORS[self._stream], left) :]


def silence_standard_output() -> None:
    """Keep the interpreter's last flush from printing an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
