"""One log from its first line on: what is kept of it, and above that what its recording holds.

It is asked as the kept log is, by absolute numbers of lines. Must not know what a view shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mptui.replay.output_search import OlderSearch

if TYPE_CHECKING:
    from mptui.model import Line, OutputLog, Run
    from mptui.replay.older_output import OlderOutput
    from mptui.replay.output_search import Sought


class Log(Protocol):
    """What views, searches and filters ask a log for."""

    @property
    def first_line(self) -> int:
        """The number of the oldest line that there is; above 0, older ones are gone."""

    @property
    def end_line(self) -> int:
        """One more than the number of the newest whole line."""

    def lines(self, start: int, stop: int) -> list[Line]:
        """The whole lines with these numbers."""

    def pending(self) -> list[Line]:
        """The unfinished last line of each stream that has one."""

    def time_of(self, number: int) -> float | None:
        """When a whole line became whole."""

    def line_at(self, t: float) -> int:
        """The number of the first line that became whole at this time or later, or of the end."""


class WholeLog:
    """A kept log, and its older lines.

    Args:
        kept: the log.
        older: has the lines that are no longer kept.
        log: whose they are; None: of all together.
    """

    def __init__(self, kept: OutputLog, older: OlderOutput, log: int | None) -> None:
        self.kept = kept
        self.first_line = 0
        self._older = older
        self._log = log

    @property
    def end_line(self) -> int:
        """One more than the number of the newest whole line."""
        return self.kept.end_line

    def lines(self, start: int, stop: int) -> list[Line]:
        """The whole lines with these numbers; without those that cannot be read back."""
        first_kept = self.kept.first_line
        if start >= first_kept:
            return self.kept.lines(start, stop)
        older = self._older.lines(self._log, max(0, start), min(stop, first_kept))
        return older + self.kept.lines(start, stop)

    def pending(self) -> list[Line]:
        """The unfinished last line of each stream that has one."""
        return self.kept.pending()

    def time_of(self, number: int) -> float | None:
        """When a whole line became whole; None where that is not known."""
        if 0 <= number < self.kept.first_line:
            return self._older.time_of(self._log, number)
        return self.kept.time_of(number)

    def line_at(self, t: float) -> int:
        """The number of the first line that became whole at this time or later, or of the end."""
        kept = self.kept.line_at(t)
        if kept > self.kept.first_line:
            return kept
        # The oldest line that is kept is the first so late only if no older one is.
        older = self._older.line_at(self._log, t)
        return kept if older is None else min(kept, older)

    @property
    def problem(self) -> str:
        """Why lines are missing."""
        return self._older.problem or "this line cannot be read back"

    def begin_search(self, sought: Sought) -> OlderSearch:
        """A search in what is no longer kept."""
        return OlderSearch(self._older, self._log, sought)


def whole_log(run: Run, log: int | None, older: OlderOutput | None) -> Log:
    """A log of a run from its first line on, or from the first that can be had.

    Args:
        run: the run.
        log: the process whose log it is; None: all together.
        older: has the lines that the run does not keep.
    """
    kept = run.merged if log is None else run.logs[log]
    if older is None or not kept.first_line or not older.reaches(run, kept):
        return kept
    return WholeLog(kept, older, log)
