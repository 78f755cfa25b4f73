"""A run as it was known at one moment, and how it goes on from there.

What was known at a moment is what stands in the recording before the first event of a later time:
what was noticed late, as the beginning of a task, is known late here too. Must not know where in
the recording it is best to begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model import Run
from mptui.model.findings import Findings
from mptui.model.plausible import LATEST_SECONDS
from mptui.recording import RecordingReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mptui.events import Event

BATCH_BYTES: Final = 256 * 1024
"""About how much is folded before anybody may have another wish."""


class Moment:
    """A run up to a moment that may only be moved on.

    Args:
        recording: the file of the run.
        run: its state as far as the recording was folded; None: nothing was.
        findings: what there is to say about that state.
        offset: how many bytes of the recording are folded.

    Raises:
        OSError: the recording cannot be opened.
    """

    def __init__(
        self,
        recording: Path,
        run: Run | None = None,
        findings: Findings | None = None,
        offset: int = 0,
    ) -> None:
        self.run = run or Run()
        self.findings = findings or Findings()
        self._reader = RecordingReader(recording, offset)
        self._next: Sequence[Event] = ()
        """What was read and comes later."""
        self.latest_count = 0
        """How many events were folded at the latest step."""

    def advance(self, t: float) -> bool:
        """Fold some of what was known by then; whether that was all.

        Raises:
            MptuiError: the recording has a schema that this version does not know.
            OSError: it cannot be read.
        """
        batch = self._next or self._reader.read(BATCH_BYTES)
        known = next((place for place, event in enumerate(batch) if _is_later(event, t)), None)
        self.run.apply(batch[:known], before=self.findings.note)
        self._next = () if known is None else batch[known:]
        self.latest_count = len(batch) - len(self._next)
        return known is not None or not batch

    @property
    def position(self) -> int:
        """How many bytes of the recording were read; all are folded where there is more to fold."""
        return self._reader.position

    def close(self) -> None:
        """Read no more of the recording."""
        self._reader.close()


def _is_later(event: Event, t: float) -> bool:
    """Whether it is from after this time; a time that cannot be is not taken for one."""
    return t < event.t <= LATEST_SECONDS
