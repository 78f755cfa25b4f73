"""The way back through a run: what leads to its moments, and what a person looks at of them.

Must not know Textual.
"""

from __future__ import annotations

from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from mptui.dashboard.session.runs.replay import Replay
from mptui.replay.ends import Ends
from mptui.replay.frozen_state import DamagedStateError
from mptui.replay.index import Index
from mptui.replay.older_output import OlderOutput
from mptui.replay.output_marks import OutputMarks
from mptui.replay.seeker import Seeker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mptui.dashboard.session.runs.feed import Batch, LiveRun
    from mptui.dashboard.session.runs.replay import Whole
    from mptui.model import Run
    from mptui.model.findings import Finding, Findings
    from mptui.replay.moment import Moment


class Past:
    """What a run was."""

    def __init__(self) -> None:
        self.replay: Replay | None = None
        """A look back; None where a person looks at the run as it is."""
        self.older: OlderOutput | None = None
        """What of the output is only in the recording; None as long as there is none."""
        self._ends = Ends()
        self._index: Index | None = None
        """What leads to moments of the run quickly; None as long as nobody needs it."""
        self._is_known = False
        """Whether the index holds all that there is to note."""
        self._is_indexed_here = False
        """Whether it is made on the way, while the whole run is folded anyway."""

    def begin(self, live: LiveRun) -> Moment | None:
        """A run is followed from now on; of one that is over the whole recording is there.

        Returns:
            The latest state that is known of it; None: it is to be folded from its beginning.
        """
        latest = None
        marks = OutputMarks()
        if live.has_ended:
            self._index = Index(live.recording)
            with suppress(OSError, DamagedStateError):
                if self._index.is_whole:
                    marks = OutputMarks.of_bytes(self._index.beside("output"))
                    self._ends = Ends.of_bytes(self._index.beside("ends"))
                    latest = self._index.before(inf)
            self._is_indexed_here = latest is None
        if latest is None:
            marks, self._ends = OutputMarks(), Ends()
        self._is_known = latest is not None
        self.older = OlderOutput(live.recording, marks)
        return latest

    def note(self, run: Run, findings: Findings, batch: Batch) -> None:
        """Take note of what was just folded into the state of the run."""
        if self._is_known:
            return
        self._ends.note(batch.events)
        if self.older is not None:
            self.older.marks.note(run, batch.position)
        if self._index is not None and self._is_indexed_here:
            self._index.note(run, findings, batch.position, len(batch.events))

    def finish(self) -> None:
        """Nothing more will come."""
        if self._index is not None and self._is_indexed_here:
            marks = self.older.marks if self.older is not None else OutputMarks()
            self._index.finish({"output": marks.as_bytes(), "ends": self._ends.times.tobytes()})

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
        if self.older is not None:
            self.older.close()
        if self._index is not None:
            self._index.close()
            self._index = None
