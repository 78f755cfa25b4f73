"""Where a text stands in a log, searched a piece at a time so that no frame has to wait for it.

A line is found by what can be read of it, never by its escape sequences. Must not scroll.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.output.lines import shown_text
from mptui.dashboard.presentation.text.text_search import text_pattern

if TYPE_CHECKING:
    from mptui.model import OutputLog

_EFFORT: Final = 8_000
"""The size of one piece, in plain short lines: a few milliseconds."""
_LINES_AT_ONCE: Final = 500
_EFFORT_CHARACTERS: Final = 200
"""So many characters of a long line cost as much as a short line."""
_INTERPRETED_EFFORT: Final = 20
"""A line with escape sequences costs so many times as much."""


class OutputSearch:
    """A search in one log, which may grow and lose its oldest lines meanwhile.

    Args:
        text: what to look for; capitals count only if it has some.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.pattern = text_pattern(text)
        self.current: int | None = None
        """The number of the line that it has come to."""
        self.is_done = False
        """Whether every whole line that there was at the last look has been seen."""
        self._found = array("L")
        self._next_line = 0

    @property
    def result(self) -> str:
        """How it stands, in words: ``3 of 17``."""
        count = len(self._found)
        if self.current is not None:
            return f"{bisect_right(self._found, self.current)} of {count}"
        if not self.is_done:
            return "searching"
        return f"{count} found" if count else "not found"

    def advance(self, log: OutputLog) -> None:
        """Look through the next piece of the log."""
        self._forget_before(log.first_line)
        effort = 0
        while self._next_line < log.end_line and effort < _EFFORT:
            for line in log.lines(self._next_line, self._next_line + _LINES_AT_ONCE):
                text = shown_text(line.text)
                effort += 1 + len(text) // _EFFORT_CHARACTERS
                effort += 0 if text is line.text else _INTERPRETED_EFFORT
                if self.pattern.search(text):
                    self._found.append(line.number)
            self._next_line = min(self._next_line + _LINES_AT_ONCE, log.end_line)
        self.is_done = self._next_line >= log.end_line

    def come_to(self, line: int) -> None:
        """Come to the nearest match that is not below this line, or to the first one."""
        if self._found:
            self.current = self._found[max(0, bisect_right(self._found, line) - 1)]

    def step(self, step: int, line: int) -> None:
        """Come to the next match below (1) or above (-1); behind the last one is the first.

        Args:
            step: which way.
            line: where to begin, as long as it has not come to any.
        """
        if not self._found:
            return
        start = line if self.current is None else self.current
        if step > 0:
            index = bisect_right(self._found, start)
        else:
            index = bisect_left(self._found, start) - 1
        self.current = self._found[index % len(self._found)]

    def _forget_before(self, first_line: int) -> None:
        """Lines that are no longer kept are not found any more."""
        del self._found[: bisect_left(self._found, first_line)]
        self._next_line = max(self._next_line, first_line)
        if self.current is not None and self.current < first_line:
            self.current = None
