"""The way around a recording that takes no more: a pipe to the one who prints what is recorded.

From the moment on at which the recording has its first gap, whatever the cause, every event goes
through here too, from the first byte that is not surely in the file. So who prints a run prints all
of it, though its recording is not whole. Nothing here waits; who produces must stop for a while
where the one at the other end cannot keep up (`is_full`), as it would without mptui.
"""

from __future__ import annotations

import fcntl
import os
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mptui import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WAITING_BYTES: Final = 32 * 1024**2
"""So much waits before no more output is taken from the program."""
_MOST_BYTES: Final = 4 * WAITING_BYTES
"""Beyond that, events are counted: not everything that comes can be held up."""
_PIPE_BYTES: Final = 1024 * 1024
_PIECE_BYTES: Final = 256 * 1024


class Overflow:
    """The write end of the pipe.

    Args:
        descriptor: the pipe; closed by `close`.
        announce: tells the other end how many bytes of the recording come before what is in here.
    """

    def __init__(self, descriptor: int, announce: Callable[[int], None]) -> None:
        self._descriptor: int | None = descriptor
        self._announce = announce
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._dropped = 0
        self._is_begun = False
        os.set_blocking(descriptor, False)
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def is_begun(self) -> bool:
        """Whether events go through here."""
        return self._is_begun

    @property
    def has_more(self) -> bool:
        """Whether something waits to be read at the other end."""
        return self._size > 0

    @property
    def is_full(self) -> bool:
        """Whether so much waits that no more output should be taken from the program."""
        return self._size >= WAITING_BYTES

    def begin(self, at: int, lines: Iterable[bytes]) -> None:
        """From now on events go through here.

        Args:
            at: how many bytes of the recording come before them.
            lines: those that may not be in the recording; the first may lack its beginning.
        """
        self._is_begun = True
        self._announce(at)
        for line in lines:
            self._queue(line)

    def add(self, line: bytes, t: float) -> None:
        """Send an event; `flush` writes it."""
        if self._descriptor is None:
            return
        if self._size >= _MOST_BYTES:
            self._dropped += 1
            return
        if self._dropped:
            gap = events.EventsDropped(t=t, what="events", count=self._dropped)
            self._queue(events.encode(gap))
            self._dropped = 0
        self._queue(line)

    def flush(self) -> bool:
        """Write what the pipe takes; True if it took anything."""
        has_written = False
        while self._descriptor is not None and self._waiting:
            piece = self._next_piece()
            try:
                size = os.write(self._descriptor, piece)
            except BlockingIOError:
                size = 0
            except OSError:
                # Nobody reads it any more.
                self.close()
                return has_written
            self._size -= size
            has_written = has_written or size > 0
            if size < len(piece):
                self._waiting.appendleft(piece[size:])
                break
        return has_written

    def close(self) -> None:
        """Let the other end see the end."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
        self._waiting.clear()
        self._size = 0

    def _next_piece(self) -> bytes:
        lines, size = [], 0
        while self._waiting and size < _PIECE_BYTES:
            lines.append(self._waiting.popleft())
            size += len(lines[-1])
        return b"".join(lines)

    def _queue(self, line: bytes) -> None:
        self._waiting.append(line)
        self._size += len(line)
