"""Writes to a file in a thread of its own, since a disk may take as long as it likes to answer.

A write to a stalled network disk cannot be given up, so the one who has other things to do must not
be the one who waits for it. One piece at a time; what is to be written, and what becomes of what
was not, is for its owner to decide.
"""

from __future__ import annotations

import os
import threading
from queue import SimpleQueue
from typing import NamedTuple


class Written(NamedTuple):
    """What became of a piece."""

    size: int
    """So many of its bytes are in the file."""
    error: OSError | None
    """Why not all of them."""


class FileThread:
    """A file and the thread that writes to it.

    Args:
        descriptor: a file open for appending; closed by `end`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        self._is_written = threading.Event()
        self._written: Written | None = None
        self._thread: threading.Thread | None = None

    def begin(self, piece: bytes) -> None:
        """Begin to write a piece; the one before it must have been collected."""
        if self._thread is None:
            # A daemon: a disk that never answers must not keep this process from ending.
            self._thread = threading.Thread(target=self._work, name="mptui-disk", daemon=True)
            self._thread.start()
        self._pieces.put(piece)

    def collect(self, seconds: float) -> Written | None:
        """What became of the piece, after waiting so long for it at most; None: not done yet."""
        if not self._is_written.wait(seconds):
            return None
        self._is_written.clear()
        written, self._written = self._written, None
        return written

    def end(self) -> None:
        """Close the file; nothing may be in the middle of being written."""
        self._pieces.put(None)
        os.close(self._descriptor)

    def _work(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._written = write_all(self._descriptor, piece)
            self._is_written.set()


def write_all(descriptor: int, piece: bytes) -> Written:
    """Write all of it, or as much as goes."""
    size = 0
    try:
        while size < len(piece):
            size += os.write(descriptor, piece[size:] if size else piece)
    except OSError as error:
        return Written(size, error)
    return Written(size, None)
