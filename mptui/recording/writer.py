"""Appends events to a recording, and never lets a failing disk stop or block the program.

A thread of its own writes, so that a disk that does not answer holds up nobody. What cannot be
written now waits in a bounded buffer; beyond the bound, output and samples are dropped and counted,
beyond twice the bound all events but the last; the count is written as soon as writing works again.
A recording that has become large keeps only some of the samples. What may be missing in it goes
through the overflow, where there is one. The writer must not decide what is recorded.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.recording.file_thread import FileThread

if TYPE_CHECKING:
    from mptui.events import Event, GapCode
    from mptui.recording.file_thread import Written
    from mptui.recording.overflow import Overflow

WAITING_BYTES: Final = 16 * 1024**2
"""The most that waits in memory while writing fails."""
RECORDING_BYTES: Final = 4 * 1024**3
"""Beyond this size output is counted instead of kept, beyond twice this size all events: a run of
weeks must not fill the disk, nor a program that reports nonsense to the supervisor. From half of it
on, samples are thinned."""

_DISPENSABLE: Final = (events.Output, events.Sampled)
_THINNED: Final = 10
"""One in so many samples is kept in a recording that has become large."""
_TOLD_TOGETHER: Final = 100
"""So many samples that were left out are one gap."""
_PATIENCE_SECONDS: Final = 0.05
"""How long to wait for a disk, which hardly ever takes a thousandth of it."""
_SLOW_SECONDS: Final = 1.0
"""A disk that takes longer does not answer."""
_RETRY_SECONDS: Final = 0.2
"""How long to wait with another try of more than is quickly tried."""
_RETRIED_BYTES: Final = 256 * 1024
_CLOSING_SECONDS: Final = 10.0


class RecordingWriter:
    """The supervisor's end of a recording.

    Args:
        descriptor: a file open for appending; closed by `close`.
        overflow: where events go from the first gap on.
        waiting_bytes: how much may wait in memory while writing fails.
        recording_bytes: the size beyond which output is counted instead of kept.

    Twice these sizes are the limits for all other events.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        overflow: Overflow | None = None,
        waiting_bytes: int = WAITING_BYTES,
        recording_bytes: int = RECORDING_BYTES,
    ) -> None:
        self._file = FileThread(descriptor)
        self._overflow = overflow
        self._waiting_limit = waiting_bytes
        self._recording_limit = recording_bytes
        self._waiting: deque[bytes] = deque()
        self._writing: bytes | None = None
        """What the thread is writing just now."""
        self._writing_since = self._retry_at = 0.0
        self._waiting_bytes = 0
        """Of all that is not known to be in the file."""
        self._written_bytes = 0
        self._dropped: Counter[GapCode] = Counter()
        self._sample_count = self._thinned_count = 0
        self._latest_t = 0.0
        self._is_last_try = False
        self.trouble: str | None = None
        """Why the last write failed, None while all is well."""

    @property
    def has_more(self) -> bool:
        """Whether the disk, or who reads the overflow, is being waited for."""
        return self._writing is not None or (self._overflow is not None and self._overflow.has_more)

    @property
    def has_overflow(self) -> bool:
        """Whether the one who reads the overflow has yet to read some of it."""
        return self._overflow is not None and self._overflow.has_more

    @property
    def must_wait(self) -> bool:
        """Whether no more output should be taken from the program, lest some be lost."""
        return self._overflow is not None and self._overflow.is_full

    def append(self, event: Event) -> None:
        """Queue an event; `flush` writes it."""
        self._latest_t = event.t
        if self._is_thinned_out(event):
            return
        is_last = isinstance(event, events.RunFinished)
        line = events.encode(event)
        gap = self._gap_for(event)
        if self._overflow is not None:
            if gap is not None and not self._overflow.is_begun:
                self._begin_overflow(self._overflow)
            if self._overflow.is_begun:
                self._overflow.add(line, event.t)
        if gap is not None:
            self._dropped[gap] += 1
            if self.trouble is None:
                self.trouble = f"the recording has reached {self._recording_limit:,} bytes"
            return
        if is_last:
            # What is missing is said before the end, which is the last event.
            self._count_thinned()
        self._note_dropped(is_last=is_last)
        self._queue(line)

    def flush(self) -> bool:
        """Write what waits; True if the file grew, or the overflow was written to."""
        has_grown = self._collect(0.0)
        if self._writing is None:
            if not self._is_full:
                self._note_dropped()
            if self._waiting_bytes < _RETRIED_BYTES or time.monotonic() >= self._retry_at:
                self._begin()
            has_grown = self._collect(_PATIENCE_SECONDS) or has_grown
        return self.flush_overflow() or has_grown

    def flush_overflow(self) -> bool:
        """Write what the overflow takes; True if it took anything."""
        return self._overflow is not None and self._overflow.flush()

    def close(self, seconds: float = _CLOSING_SECONDS) -> bool:
        """Write what can be written and close the file, which also unlocks it.

        Args:
            seconds: how long to wait for that at most.

        Returns:
            False where the disk has not answered yet: call it again, or leave it.
        """
        deadline = time.monotonic() + seconds
        while True:
            self._collect(max(0.0, deadline - time.monotonic()))
            if self._writing is not None:
                return False
            if self._is_last_try:
                self._file.end()
                return True
            self._is_last_try = True
            self._count_thinned()
            self._note_dropped(is_last=True)
            self._begin()

    def close_overflow(self) -> None:
        """Nothing more will come."""
        if self._overflow is not None:
            self._overflow.close()

    @property
    def _is_full(self) -> bool:
        return self._exceeds(1)

    def _exceeds(self, factor: int) -> bool:
        """Whether one of the limits, times a factor, is reached."""
        return (
            self._waiting_bytes >= factor * self._waiting_limit
            or self._written_bytes >= factor * self._recording_limit
        )

    def _gap_for(self, event: Event) -> GapCode | None:
        """What is counted in place of an event; None where there is room for it."""
        if not self._is_full or isinstance(event, events.RunFinished):
            return None
        if isinstance(event, _DISPENSABLE):
            return "output" if isinstance(event, events.Output) else "samples"
        return "events" if self._exceeds(2) else None

    def _is_thinned_out(self, event: Event) -> bool:
        """Whether this is a sample that a large recording does without."""
        if self._written_bytes * 2 < self._recording_limit or not isinstance(event, events.Sampled):
            return False
        self._sample_count += 1
        if self._sample_count % _THINNED == 1:
            return False
        self._thinned_count += 1
        if self._thinned_count >= _TOLD_TOGETHER:
            self._count_thinned()
        return True

    def _count_thinned(self) -> None:
        if self._thinned_count:
            self._dropped["samples"] += self._thinned_count
            self._thinned_count = 0

    def _note_dropped(self, *, is_last: bool = False) -> None:
        if self._waiting_bytes >= self._waiting_limit and not is_last:
            return
        for what, count in self._dropped.items():
            gap = events.EventsDropped(t=self._latest_t, what=what, count=count)
            self._queue(events.encode(gap))
        self._dropped.clear()

    def _queue(self, line: bytes) -> None:
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def _begin(self) -> None:
        """Have the thread write all that waits."""
        if self._waiting:
            self._writing = b"".join(self._waiting)
            self._waiting.clear()
            self._writing_since = time.monotonic()
            self._file.begin(self._writing)

    def _collect(self, seconds: float) -> bool:
        """See what became of what the thread wrote, after waiting so long; True if it grew."""
        if self._writing is None:
            return False
        written = self._file.collect(seconds)
        if written is None:
            if time.monotonic() - self._writing_since > _SLOW_SECONDS:
                self.trouble = "the disk does not answer"
            return False
        piece, self._writing = self._writing, None
        self._written_bytes += written.size
        self._waiting_bytes -= written.size
        if written.error is None:
            if not self._is_full:
                self.trouble = None
        else:
            self._keep_rest(piece, written)
        return written.size > 0

    def _keep_rest(self, piece: bytes, written: Written) -> None:
        """Part of a piece could not be written."""
        # A line cut here is completed by the next write, so none stays torn.
        self._waiting.appendleft(piece[written.size :])
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        if written.error is not None:
            self.trouble = written.error.strerror or str(written.error)
        if self._overflow is not None and not self._overflow.is_begun:
            self._begin_overflow(self._overflow)

    def _begin_overflow(self, overflow: Overflow) -> None:
        writing = [] if self._writing is None else [self._writing]
        overflow.begin(self._written_bytes, [*writing, *self._waiting])
