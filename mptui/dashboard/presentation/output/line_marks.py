"""Lines that a person marked: bookmarks to come back to, and a stretch of lines to be copied.

Lines are named by their absolute numbers, each log for itself. Must not know what a line holds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.model import Run

MOST_BOOKMARKS: Final = 1000
"""In one log; the oldest go."""


class Bookmarks:
    """The bookmarks of one log."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        """Upwards."""

    def toggle(self, line: int) -> None:
        """Mark a line, or take its mark away."""
        if line in self.lines:
            self.lines.remove(line)
            return
        insort(self.lines, line)
        del self.lines[:-MOST_BOOKMARKS]

    def beside(self, line: int, step: int) -> int | None:
        """The next marked line below (1) or above (-1); behind the last one is the first."""
        if not self.lines:
            return None
        index = bisect_right(self.lines, line) if step > 0 else bisect_left(self.lines, line) - 1
        return self.lines[index % len(self.lines)]

    def forget_before(self, first_line: int) -> None:
        """Lines that are no longer kept have no marks."""
        del self.lines[: bisect_left(self.lines, first_line)]


class RunBookmarks:
    """The bookmarks in the logs of one run, wherever these are read."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._logs: dict[int | None, Bookmarks] = {}

    def begin(self, run: Run) -> None:
        """Forget the bookmarks of any other run."""
        if run is not self._run:
            self._run = run
            self._logs.clear()

    def of(self, log: int | None) -> Bookmarks:
        """Those in the log of a process, or of all together (None)."""
        return self._logs.setdefault(log, Bookmarks())

    def lines_of(self, log: int | None) -> frozenset[int]:
        """The numbers of the marked lines there."""
        marks = self._logs.get(log)
        return frozenset(marks.lines) if marks is not None else frozenset()


class Stretch:
    """Neighbouring lines that are marked to be copied, from where it began to where it is now.

    Args:
        line: where it begins.
    """

    def __init__(self, line: int) -> None:
        self._start = line
        self.end = line
        """The line that moves."""

    @property
    def lines(self) -> range:
        """The numbers of the lines in it."""
        return range(min(self._start, self.end), max(self._start, self.end) + 1)

    def move(self, step: int, first: int, last: int) -> None:
        """Reach so many lines further down (up when negative), but not out of the log."""
        self.end = max(first, min(self.end + step, last))
