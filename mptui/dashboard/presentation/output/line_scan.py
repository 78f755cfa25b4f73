"""Lines of a log chosen by what they are, a piece of the log at a time.

A log may hold a million lines and no frame may wait for them: a scan is advanced as long as there
are more, and keeps the numbers of the lines that it accepted. Must not show anything.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.model import Line
    from mptui.replay.whole_log import Log

MOST_FOUND: Final = 1_000_000
"""Of more lines the oldest are no longer known."""
_EFFORT: Final = 8_000
"""The size of one piece, in plain short lines: a few milliseconds."""
_LINES_AT_ONCE: Final = 500
_EFFORT_CHARACTERS: Final = 200
"""So many characters of a long line cost as much as a short line."""
_INTERPRETED_EFFORT: Final = 20
"""A line with escape sequences costs so many times as much."""


class LineScan:
    """Goes through one log, which may grow and lose its oldest lines meanwhile."""

    def __init__(self) -> None:
        self.is_done = False
        """Whether every whole line that there was at the last look has been seen."""
        self.found = array("L")
        """The numbers of the lines that were accepted and are still kept, upwards."""
        self.forgotten_count = 0
        """How many were accepted and are no longer kept."""
        self._next_line = 0

    def accepts(self, line: Line) -> bool:
        """Whether this line is one of those that are looked for."""
        raise NotImplementedError

    def advance(self, log: Log) -> None:
        """Look through the next piece of the log."""
        self.forget_before(log.first_line)
        self._skip(log)
        effort = 0
        while self._next_line < log.end_line and effort < _EFFORT:
            for line in log.lines(self._next_line, self._next_line + _LINES_AT_ONCE):
                effort += 1 + len(line.text) // _EFFORT_CHARACTERS
                effort += 0 if line.text.isprintable() else _INTERPRETED_EFFORT
                if self.accepts(line):
                    self.found.append(line.number)
            self._next_line = min(self._next_line + _LINES_AT_ONCE, log.end_line)
        self.is_done = self._next_line >= log.end_line

    def _skip(self, log: Log) -> None:
        """Pass over what is looked through by somebody else."""

    def forget_before(self, first_line: int) -> None:
        """Lines that are no longer kept are not among those found any more."""
        gone = max(bisect_left(self.found, first_line), len(self.found) - MOST_FOUND)
        if gone > 0:
            del self.found[:gone]
            self.forgotten_count += gone
        self._next_line = max(self._next_line, first_line)
