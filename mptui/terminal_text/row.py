"""One row of a terminal: what it holds after text was written to it, partly over itself.

Must not know where the text came from: whatever is written here is safe already.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.terminal_text.glyphs import MAX_MARKS, code_point

if TYPE_CHECKING:
    from mptui.terminal_text.text_style import TextStyle

TAB_WIDTH: Final = 8


class Span(NamedTuple):
    """A piece of a line in one style; None is the style of whoever shows it."""

    text: str
    style: TextStyle | None


class Row:
    """The cells of one line: what a terminal holds after text was written, partly over itself."""

    def __init__(self, max_columns: int) -> None:
        self.is_cut = False
        self.column = 0
        # A wide character is followed by an empty cell, and marks are in the cell of their base.
        self._cells: list[str] = []
        self._styles: list[TextStyle | None] = []
        self._max_columns = max_columns
        self._has_wide = False

    def write(self, text: str, style: TextStyle | None) -> None:
        """Write text that takes as many columns as it has characters."""
        room = self._max_columns - self.column
        if len(text) > room:
            self.is_cut = True
            text = text[:room]
        if text:
            self._put(text, style)

    def write_wide(self, char: str, style: TextStyle | None) -> None:
        """Write a character that takes two columns."""
        if self.column + 2 > self._max_columns:
            self.is_cut = True
            return
        self._has_wide = True
        self._put([char, ""], style)

    def add_mark(self, mark: str, style: TextStyle | None) -> None:
        """Write a mark, which joins the character on its left."""
        base = self.column - 1
        if base > 0 and base < len(self._cells) and not self._cells[base]:
            base -= 1
        if not 0 <= base < len(self._cells):
            self.write(code_point(mark), style)
        elif len(self._cells[base]) <= MAX_MARKS:
            self._cells[base] += mark

    def move_to_tab(self) -> None:
        """Move right to the next column that divides by `TAB_WIDTH`."""
        next_stop = (self.column // TAB_WIDTH + 1) * TAB_WIDTH
        self.column = min(next_stop, self._max_columns)

    @property
    def length(self) -> int:
        """How many columns hold something."""
        return len(self._cells)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read in it."""
        return not "".join(self._cells).strip(" ")

    def erase(self, start: int, end: int) -> None:
        """Blank the columns from ``start`` up to ``end``; at the end of the row they go."""
        end = min(end, len(self._cells))
        start = max(0, start)
        if start >= end:
            return
        self._blank_halves(start, end)
        if end == len(self._cells):
            del self._cells[start:]
            del self._styles[start:]
        else:
            self._cells[start:end] = " " * (end - start)
            self._styles[start:end] = [None] * (end - start)

    def spans(self) -> list[Span]:
        """What is in the row now."""
        spans: list[Span] = []
        start = 0
        for style, cells in groupby(self._styles):
            end = start + sum(1 for _ in cells)
            spans.append(Span("".join(self._cells[start:end]), style))
            start = end
        return spans

    def _put(self, cells: str | list[str], style: TextStyle | None) -> None:
        start, end = self.column, self.column + len(cells)
        gap = start - len(self._cells)
        if gap > 0:
            self._cells += " " * gap
            self._styles += [None] * gap
        elif self._has_wide:
            self._blank_halves(start, end)
        self._cells[start:end] = cells
        self._styles[start:end] = [style] * len(cells)
        self.column = end

    def _blank_halves(self, start: int, end: int) -> None:
        """Half a wide character cannot stay when its other half is written over."""
        if start < len(self._cells) and not self._cells[start]:
            self._cells[start - 1] = " "
        if end < len(self._cells) and not self._cells[end]:
            self._cells[end] = " "
