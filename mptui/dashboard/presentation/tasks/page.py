"""The page of a run's tasks: its sections one below the other, or in two columns.

Must not know what a section says.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.text.spans import spans_width
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.dashboard.presentation.tasks.rows import Section, TaskWords
    from mptui.dashboard.presentation.text.page import Page, Spans

_TWO_COLUMNS_WIDTH: Final = 130
_GUTTER: Final = 3
_FEW: Final = 8
"""How many failed and how many slow tasks are shown where sections stand below each other."""


class Stack:
    """Sections one below the other, an empty line between two."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._sections = list(sections)
        self._starts: list[int] = []
        self.line_count = -1
        for section in self._sections:
            self._starts.append(self.line_count + 1)
            self.line_count += section.row_count + 2
        self.line_count = max(0, self.line_count)

    def line(self, number: int) -> Spans:
        """A head, a row, or the empty line after a section."""
        if not 0 <= number < self.line_count:
            return ()
        index = bisect_right(self._starts, number) - 1
        section, row = self._sections[index], number - self._starts[index] - 1
        if row < 0:
            return section.head
        return section.row(row) if row < section.row_count else ()


class SideBySide:
    """Two pages next to each other."""

    def __init__(self, left: Page, right: Page, left_width: int) -> None:
        self._left, self._right = left, right
        self._right_from = left_width + _GUTTER
        self.line_count = max(left.line_count, right.line_count)

    def line(self, number: int) -> Spans:
        """What stands left and right in this line."""
        left, right = self._left.line(number), self._right.line(number)
        if not right:
            return left
        gap = self._right_from - spans_width(left)
        return (*left, Span(" " * gap, None), *right)


def task_page(words: TaskWords, width: int) -> Page:
    """The page that fits into so many cells: totals first, what went wrong before what was slow."""
    if width < _TWO_COLUMNS_WIDTH:
        few = (words.failed(width, _FEW), words.slowest(width, _FEW))
        stood_out = (section for section in few if section.row_count)
        return Stack((words.functions(width), *stood_out, words.times(width)))
    left_width = (width - _GUTTER) // 2
    right_width = width - _GUTTER - left_width
    many = (words.failed(right_width, None), words.slowest(right_width, None))
    return SideBySide(
        Stack((words.functions(left_width), words.times(left_width))),
        Stack(section for section in many if section.row_count),
        left_width,
    )
