"""The lines of one log as a view shows them: all, or those that a filter leaves.

A view scrolls by places, which are numbers of lines where nothing is left out; a search and marks
know the numbers. Here one becomes the other. Must not know where the view stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.dashboard.presentation.output.window import (
    cells_of,
    extent_of,
    lines_of,
    log_of,
    seen_cells,
)

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.line_filter import LineFilter
    from mptui.dashboard.presentation.output.lines import OutputCell
    from mptui.dashboard.presentation.output.scroll_position import Extent
    from mptui.dashboard.presentation.output.window import Look
    from mptui.model import Line, OutputLog, Run


class ShownLog(NamedTuple):
    """One log of a run, and what is left of it."""

    run: Run
    log: int | None
    """That of a process, or of all together (None)."""
    filter: LineFilter | None

    @property
    def source(self) -> OutputLog:
        """The log itself."""
        return log_of(self.run, self.log)

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
            return seen_cells(self.run, self.log, places, look)
        return cells_of(self.run, self.log, self.filter.lines(self.source, places), look)

    def lines(self, numbers: range) -> list[Line]:
        """The lines with these numbers, as far as they are shown."""
        lines = lines_of(self.source, numbers)
        return [line for line in lines if self.filter is None or self.filter.accepts(line)]

    def place_of(self, number: int) -> int:
        """Where a line is, or the next one that is shown."""
        return number if self.filter is None else self.filter.place_of(number)

    def number_at(self, place: int) -> int | None:
        """The number of the whole line in this place, or of the nearest one; None without any."""
        if self.filter is not None:
            return self.filter.number_at(place)
        first, last = self.room
        return max(first, min(place, last)) if self.source.end_line else None
