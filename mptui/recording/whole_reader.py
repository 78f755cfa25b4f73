"""Reads all that is recorded of a run, though the recording takes no more: its file, then a pipe.

For the one who prints what happens as it happens. The file is read up to the byte from which on
everything comes through the overflow too, and the pipe from there on. It must not wait.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from mptui.recording.reader import RecordingReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class WholeReader(RecordingReader):
    """A reader that goes on at the overflow.

    Args:
        path: the recording.
        overflow: the read end of the pipe; closed by `close`.
        begins_at: tells how many bytes of the recording come before what is in the pipe; None as
            long as nothing is. To be asked after each reading of the file, which does not grow
            beyond that before it is told.
    """

    def __init__(self, path: Path, overflow: int, begins_at: Callable[[], int | None]) -> None:
        super().__init__(path)
        self._overflow = overflow
        self._begins_at = begins_at
        self._position = 0
        """So much of the file was read."""
        self._is_around = False
        self._skipped = 0
        """So many bytes in the pipe were read from the file already."""
        os.set_blocking(overflow, False)

    def close(self) -> None:
        """Close the file and the pipe."""
        super().close()
        os.close(self._overflow)

    def _read_chunk(self, size: int) -> bytes:
        if not self._is_around:
            chunk = super()._read_chunk(size)
            begins_at = self._begins_at()
            if begins_at is None or self._position + len(chunk) < begins_at:
                self._position += len(chunk)
                return chunk
            self._is_around = True
            # What was read before this chunk came before anything but what is in the pipe too.
            self._skipped = max(0, self._position - begins_at)
            chunk = chunk[: max(0, begins_at - self._position)]
            if chunk:
                return chunk
        return self._read_overflow(size)

    def _read_overflow(self, size: int) -> bytes:
        chunk = b""
        with suppress(BlockingIOError):
            while not chunk and (read := os.read(self._overflow, size)):
                chunk = read[self._skipped :]
                self._skipped = max(0, self._skipped - len(read))
        return chunk
