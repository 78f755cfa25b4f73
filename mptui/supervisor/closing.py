"""The end of a recording: the last of it is written and given on before the end is reported.

The disk may be slow to answer, and whoever reads the overflow slow to read; neither is waited for
here, since what the program left behind goes on printing meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.recording import RecordingWriter
    from mptui.supervisor.front_ends.present import FrontEnds

_MOST_SECONDS: Final = 10.0
"""How long a disk that does not answer may hold up the report of the end."""


class Closing:
    """What is left to do with the recording of a run that is over.

    Args:
        recording: what is to be closed.
        front_ends: who is told of the end.
    """

    def __init__(self, recording: RecordingWriter, front_ends: FrontEnds) -> None:
        self._recording = recording
        self._front_ends = front_ends
        self._exit_status = 0
        self._until: float | None = None
        self.is_done = False
        """Whether the end has been reported."""

    def begin(self, exit_status: int, now: float) -> None:
        """Nothing more will be recorded."""
        self._exit_status = exit_status
        self._until = now + _MOST_SECONDS
        self.pursue(now)

    def pursue(self, now: float) -> None:
        """Go on with it, if it has begun and is not done."""
        if self._until is None or self.is_done:
            return
        is_written = self._recording.close(0.0)
        if self._recording.flush_overflow():
            self._front_ends.report_news()
        self._front_ends.report_trouble(self._recording.trouble)
        if (is_written or now >= self._until) and not self._recording.has_overflow:
            self.is_done = True
            self._recording.close_overflow()
            self._front_ends.report_end(self._exit_status)
