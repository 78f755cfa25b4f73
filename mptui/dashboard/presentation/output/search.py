"""Where a text stands in a log, searched a piece at a time so that no frame has to wait for it.

A line is found by what can be read of it, never by its escape sequences. Must not scroll.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from mptui.dashboard.presentation.output.line_scan import LineScan
from mptui.dashboard.presentation.output.lines import shown_text
from mptui.dashboard.presentation.text.text_search import expression

if TYPE_CHECKING:
    from mptui.model import Line


class OutputSearch(LineScan):
    """A search in one log, which may grow and lose its oldest lines meanwhile.

    Args:
        text: what to look for, a regular expression; capitals count only if it has some.
        among: finds only lines that this one accepts too.
    """

    def __init__(self, text: str, among: LineScan | None = None) -> None:
        super().__init__()
        self.text = text
        self.pattern = expression(text)
        self.current: int | None = None
        """The number of the line that it has come to."""
        self._among = among

    @property
    def result(self) -> str:
        """How it stands, in words: ``3 of 17``."""
        count = len(self.found)
        if self.current is not None:
            return f"{bisect_right(self.found, self.current)} of {count}"
        if not self.is_done:
            return "searching"
        return f"{count} found" if count else "not found"

    def accepts(self, line: Line) -> bool:
        """Whether it is found in this line."""
        if self._among is not None and not self._among.accepts(line):
            return False
        return self.pattern.search(shown_text(line.text)) is not None

    def come_to(self, line: int) -> None:
        """Come to the nearest match that is not below this line, or to the first one."""
        if self.found:
            self.current = self.found[max(0, bisect_right(self.found, line) - 1)]

    def step(self, step: int, line: int) -> None:
        """Come to the next match below (1) or above (-1); behind the last one is the first.

        Args:
            step: which way.
            line: where to begin, as long as it has not come to any.
        """
        if not self.found:
            return
        start = line if self.current is None else self.current
        found = self.found
        index = bisect_right(found, start) if step > 0 else bisect_left(found, start) - 1
        self.current = found[index % len(found)]

    def forget_before(self, first_line: int) -> None:
        """Lines that are no longer kept are not found any more."""
        super().forget_before(first_line)
        if self.current is not None and self.current < first_line:
            self.current = None
