"""Where a view of output stands in logs that grow at the end and are dropped from the start.

Lines have absolute numbers, so a view that was scrolled back stays on the same lines whatever
arrives behind them. Several logs side by side are scrolled together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Extent(NamedTuple):
    """The numbers of the lines of a log that can be shown: from ``first`` up to ``end``."""

    first: int
    end: int


class ScrollPosition:
    """Either at the end of every log (following), or so many lines above where following ended."""

    def __init__(self) -> None:
        self.is_following = True
        self._anchors: dict[int | None, int] = {}
        self._lines_up = 0

    def top(self, log: int | None, extent: Extent, height: int) -> int:
        """The number of the line of this log that stands at the top of the view."""
        end = extent.end
        if not self.is_following:
            end = min(end, self._anchors.setdefault(log, end) - self._lines_up)
        return max(extent.first, end - height)

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.is_following = True
        self._anchors.clear()
        self._lines_up = 0

    def hold(self, extents: Mapping[int | None, Extent]) -> None:
        """Stay on the lines that are shown now."""
        if self.is_following:
            self.is_following = False
            self._anchors = {log: extent.end for log, extent in extents.items()}

    def scroll(self, lines: int, extents: Mapping[int | None, Extent], height: int) -> None:
        """Move so many lines down (up when negative); at the very end following begins again."""
        if not extents:
            return
        self.hold(extents)
        ends = {log: self._anchors.setdefault(log, extent.end) for log, extent in extents.items()}
        highest = max(ends[log] - height - extent.first for log, extent in extents.items())
        lowest = min(ends[log] - extent.end for log, extent in extents.items())
        self._lines_up = max(lowest, min(self._lines_up - lines, highest))
        if self._lines_up <= lowest:
            self.follow()

    def end_at(self, ends: Mapping[int | None, int]) -> None:
        """Let each of these logs end with the line before this one, and stay."""
        self.is_following = False
        self._anchors = dict(ends)
        self._lines_up = 0

    def show_line(self, line: int, log: int | None, extent: Extent, height: int) -> None:
        """Bring this line of a log into view, if it is not there, and stay."""
        top = self.top(log, extent, height)
        if not top <= line < top + height:
            self.scroll(line - height // 3 - top, {log: extent}, height)
        self.hold({log: extent})

    def put_on_top(self, line: int, log: int | None, extent: Extent, height: int) -> None:
        """Bring this line of a log to the top of the view, and stay."""
        self.hold({log: extent})
        self.scroll(line - self.top(log, extent, height), {log: extent}, height)
        self.hold({log: extent})
