"""Appends events to a recording, and never lets a failing disk stop or block the program.

What cannot be written now waits in a bounded buffer; beyond the bound, output and samples are
dropped and counted, beyond twice the bound all events but the last; the count is written as soon as
writing works again. The writer must not decide what is recorded.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from mptui import events

if TYPE_CHECKING:
    from mptui.events import Event, GapCode

WAITING_BYTES: Final = 16 * 1024**2
"""The most that waits in memory while writing fails."""
RECORDING_BYTES: Final = 4 * 1024**3
"""Beyond this size output is counted instead of kept, beyond twice this size all events: a run of
weeks must not fill the disk, nor a program that reports nonsense to the supervisor."""

_DISPENSABLE: Final = (events.Output, events.Sampled)


class RecordingWriter:
    """The supervisor's end of a recording.

    Args:
        descriptor: a file open for appending; closed by `close`.
        waiting_bytes: how much may wait in memory while writing fails.
        recording_bytes: the size beyond which output is counted instead of kept.

    Twice these sizes are the limits for all other events.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        waiting_bytes: int = WAITING_BYTES,
        recording_bytes: int = RECORDING_BYTES,
    ) -> None:
        self._descriptor = descriptor
        self._waiting_limit = waiting_bytes
        self._recording_limit = recording_bytes
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._written_bytes = 0
        self._dropped: Counter[GapCode] = Counter()
        self._latest_t = 0.0
        self.trouble: str | None = None
        """Why the last write failed, None while all is well."""

    def append(self, event: Event) -> None:
        """Queue an event; `flush` writes it."""
        self._latest_t = event.t
        if (gap := self._gap_for(event)) is not None:
            self._dropped[gap] += 1
            if self.trouble is None:
                self.trouble = f"the recording has reached {self._recording_limit:,} bytes"
            return
        if self._dropped and isinstance(event, events.RunFinished):
            # What is missing is said before the end, which is the last event.
            self.flush()
        self._note_dropped()
        self._queue(events.encode(event))

    def flush(self) -> bool:
        """Write what waits; True if the file grew."""
        if not self._is_full:
            self._note_dropped()
        if not self._waiting:
            return False
        batch = b"".join(self._waiting)
        written = self._write(batch)
        self._written_bytes += written
        self._waiting.clear()
        self._waiting_bytes = len(batch) - written
        if written < len(batch):
            # A line cut here is completed by the next write, so none stays torn.
            self._waiting.append(batch[written:])
        return written > 0

    def close(self) -> None:
        """Write what can be written and close the file, which also unlocks it."""
        self._note_dropped()
        self.flush()
        os.close(self._descriptor)

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

    def _note_dropped(self) -> None:
        if self._waiting_bytes >= self._waiting_limit:
            return
        for what, count in self._dropped.items():
            gap = events.EventsDropped(t=self._latest_t, what=what, count=count)
            self._queue(events.encode(gap))
        self._dropped.clear()

    def _queue(self, line: bytes) -> None:
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def _write(self, batch: bytes) -> int:
        written = 0
        try:
            while written < len(batch):
                written += os.write(self._descriptor, batch[written:] if written else batch)
        except OSError as error:
            self.trouble = error.strerror or str(error)
        else:
            if not self._is_full:
                self.trouble = None
        return written
