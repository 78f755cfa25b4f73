"""The lines of one log as a view shows them: all, or those that a filter leaves.

A view scrolls by places, which are numbers of lines where nothing is left out; a search and marks
know the numbers. Here one becomes the other. Must not know where the view stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.output.window import (
    cells_of,
    extent_of,
    lines_of,
    seen_cells,
)
from mptui.replay.whole_log import whole_log
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.dashboard.presentation.output.line_filter import LineFilter
    from mptui.dashboard.presentation.output.lines import OutputCell
    from mptui.dashboard.presentation.output.scroll_position import Extent
    from mptui.dashboard.presentation.output.window import Look
    from mptui.model import Line, Run
    from mptui.replay.older_output import OlderOutput
    from mptui.replay.whole_log import Log

_LINES_AT_ONCE: Final = 500


class ShownLog(NamedTuple):
    """One log of a run, and what is left of it."""

    run: Run
    log: int | None
    """That of a process, or of all together (None)."""
    filter: LineFilter | None
    older: OlderOutput | None = None
    """Has the lines that the run does not keep any more."""

    @property
    def source(self) -> Log:
        """The log itself, from its first line on; what a filter leaves is only of what is kept."""
        return whole_log(self.run, self.log, self.older if self.filter is None else None)

    @property
    def extent(self) -> Extent:
        """The places that there are."""
        return self.filter.extent(self.source) if self.filter else extent_of(self.source)

    @property
    def room(self) -> tuple[int, int]:
        """The numbers of the first and the last whole line that are kept."""
        first = self.source.first_line
        return first, max(first, self.source.end_line - 1)

    def cells(self, places: range, look: Look) -> list[OutputCell]:
        """The lines in these places."""
        if self.filter is None:
            return seen_cells(self.run, self.log, places, look, self.source)
        source = self.source
        return cells_of(self.run, self.log, self.filter.lines(source, places), look, source)

    def each_line(self, numbers: range) -> Iterator[Line]:
        """The lines with these numbers, as far as they are shown, some read at a time."""
        source = self.source
        for start in range(numbers.start, numbers.stop, _LINES_AT_ONCE):
            lines = lines_of(source, range(start, min(start + _LINES_AT_ONCE, numbers.stop)))
            for line in lines:
                if self.filter is None or self.filter.accepts(line):
                    yield line

    def line_count(self, numbers: range) -> int:
        """How many lines with these numbers are shown."""
        if self.filter is not None:
            return sum(1 for _ in self.each_line(numbers))
        extent = self.extent
        first = self.source.first_line
        return max(0, min(numbers.stop, extent.end) - max(numbers.start, first))

    def gap_between(self, start: int, stop: int) -> str:
        """What is to be said of output that is missing in the recording near these lines."""
        if self.older is None or self.log is not None or self.filter is not None:
            return ""
        gap = self.older.gap_between(start, stop)
        if gap is None:
            return ""
        return f"{counted(gap.pieces, 'output')} missing after line {gap.first_line:,}"

    def place_of(self, number: int) -> int:
        """Where a line is, or the next one that is shown."""
        return number if self.filter is None else self.filter.place_of(number)

    def number_at(self, place: int) -> int | None:
        """The number of the whole line in this place, or of the nearest one; None without any."""
        if self.filter is not None:
            return self.filter.number_at(place)
        first, last = self.room
        return max(first, min(place, last)) if self.source.end_line else None
