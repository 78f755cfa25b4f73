"""Where a view stands in a log whose long lines take several rows each.

It takes the place of `ScrollPosition` for one log at a time. What it keeps is the line at the top
and how many of its rows are above the view, so that lines that arrive or are dropped move nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mptui.dashboard.presentation.output.scroll_position import Extent

_FAR_ROWS: Final = 2000
"""Who scrolls further at once (by the scroll bar) goes by lines: rows would have to be counted."""


class Place(NamedTuple):
    """A row of a line."""

    line: int
    row: int


class WrappedPosition:
    """Either at the end (following), or at a place.

    Args:
        rows_of: how many rows a line of a log takes, at least 1.
    """

    def __init__(self, rows_of: Callable[[int | None, int], int]) -> None:
        self.is_following = True
        self.rows_above = 0
        """How many rows of the line at the top are above the view; right after `top`."""
        self._rows_of = rows_of
        self._place: Place | None = None
        self._height = 1

    def top(self, log: int | None, extent: Extent, height: int) -> int:
        """The number of the line that stands at the top of the view, maybe not whole."""
        self._height = height
        last = self._last_top(log, extent, height)
        place = last
        if not self.is_following and self._place is not None:
            place = max(Place(extent.first, 0), min(self._place, last))
            place = place._replace(row=min(place.row, self._rows(log, place.line, extent) - 1))
        self.rows_above = place.row
        return place.line

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.is_following = True
        self._place = None

    def hold(self, extents: Mapping[int | None, Extent]) -> None:
        """Stay on the lines that are shown now."""
        for log, extent in extents.items():
            if self.is_following:
                self._place = self._last_top(log, extent, self._height)
        self.is_following = False

    def scroll(self, lines: int, extents: Mapping[int | None, Extent], height: int) -> None:
        """Move so many rows down (up when negative); at the very end following begins again."""
        for log, extent in extents.items():
            line = self.top(log, extent, height)
            start = Place(line, self.rows_above)
            self._place = max(Place(extent.first, 0), self._moved(log, start, lines, extent))
            self.is_following = False
            if lines > 0 and self._place >= self._last_top(log, extent, height):
                self.follow()

    def show_line(self, line: int, log: int | None, extent: Extent, height: int) -> None:
        """Bring this line of a log into view, if it is not there, and stay."""
        top = self.top(log, extent, height)
        is_seen = (top, self.rows_above) <= (line, 0)
        rows = -self.rows_above
        for number in range(top, line + 1 if line < top + height else top):
            rows += self._rows(log, number, extent)
        if line < top + height and is_seen and rows <= height:
            self.hold({log: extent})
            return
        self.is_following = False
        self._place = Place(max(extent.first, line), 0)
        self._place = self._moved(log, self._place, -(height // 3), extent)

    def put_on_top(self, line: int, log: int | None, extent: Extent, height: int) -> None:
        """Bring this line of a log to the top of the view, and stay."""
        place = Place(max(extent.first, line), 0)
        self._place = min(place, self._last_top(log, extent, height))
        self.is_following = False

    def _rows(self, log: int | None, line: int, extent: Extent) -> int:
        return max(1, self._rows_of(log, line)) if extent.first <= line < extent.end else 1

    def _last_top(self, log: int | None, extent: Extent, height: int) -> Place:
        """What stands at the top when the last row is at the bottom."""
        line, rows = extent.end, 0
        while rows < height and line > extent.first:
            line -= 1
            rows += self._rows(log, line, extent)
        return Place(line, max(0, rows - height))

    def _moved(self, log: int | None, place: Place, rows: int, extent: Extent) -> Place:
        if abs(rows) > _FAR_ROWS:
            return Place(place.line + rows, 0)
        line, row = place.line, place.row + rows
        while row < 0 and line > extent.first:
            line -= 1
            row += self._rows(log, line, extent)
        while line < extent.end and row >= (height := self._rows(log, line, extent)):
            line += 1
            row -= height
        return Place(line, max(0, row))
