"""The way back through a run: what leads to its moments, and what a person looks at of them.

Must not know Textual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.dashboard.session.runs.replay import Replay
from mptui.replay.ends import Ends
from mptui.replay.index import Index
from mptui.replay.seeker import Seeker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mptui.dashboard.session.runs.feed import Batch, LiveRun
    from mptui.dashboard.session.runs.replay import Whole
    from mptui.model import Run
    from mptui.model.findings import Finding, Findings


class Past:
    """What a run was."""

    def __init__(self) -> None:
        self.replay: Replay | None = None
        """A look back; None where a person looks at the run as it is."""
        self._ends = Ends()
        self._index: Index | None = None
        """What leads to moments of the run quickly; None as long as nobody needs it."""
        self._is_indexed_here = False
        """Whether it is made on the way, while the whole run is folded anyway."""

    def begin(self, live: LiveRun) -> None:
        """A run is followed from now on; of one that is over the whole recording is there."""
        if live.has_ended:
            self._index, self._is_indexed_here = Index(live.recording), True

    def note(self, run: Run, findings: Findings, batch: Batch) -> None:
        """Take note of what was just folded into the state of the run."""
        self._ends.note(batch.events)
        if self._index is not None and self._is_indexed_here:
            self._index.note(run, findings, batch.position, len(batch.events))

    def finish(self) -> None:
        """Nothing more will come."""
        if self._index is not None and self._is_indexed_here:
            self._index.finish()

    def open(
        self,
        recording: Path,
        whole: Whole,
        clock: Callable[[], float],
        say_found: Callable[[], object],
    ) -> Replay:
        """A look back, from now on.

        Args:
            recording: the file of the run.
            whole: the run as it is now.
            clock: seconds that never go back.
            say_found: called, in another thread, when a moment that is looked for is there.
        """
        if self._index is None:
            self._index = Index(recording)
        if self.replay is None:
            self.replay = Replay(whole, Seeker(recording, self._index, say_found), clock)
        return self.replay

    def look_at_now(self) -> None:
        """Look back no more."""
        if self.replay is not None:
            self.replay.close()
            self.replay = None

    def stops(self, findings: Iterable[Finding]) -> list[float]:
        """The moments at which a process ended, or what was found began, in order of time."""
        return sorted({*self._ends.times, *(one.since for one in findings)})

    def close(self) -> None:
        """Nothing of the run will be looked at any more."""
        self.look_at_now()
        if self._index is not None:
            self._index.close()
            self._index = None
