"""Tables of text: columns that fit, a head above them, and rows under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from mptui.dashboard.presentation.text.column_widths import Wish, column_widths
from mptui.dashboard.presentation.text.palette import STRONG
from mptui.dashboard.presentation.text.spans import shortened_spans, spans_width
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mptui.dashboard.presentation.text.column_widths import Growth
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans

_GAP: Final = Span(" ", None)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One column: what it is called and how wide it is at least."""

    key: str
    title: str
    width: int
    alignment: Literal["left", "right"]
    importance: int
    """The column with the smallest one is left out first."""


class TextTable:
    """As many of the columns as fit into so many cells.

    Args:
        columns: all there could be, in their order.
        growths: the columns that get the room that is left.
        width: the room there is.
        glyphs: the signs.
    """

    def __init__(
        self, columns: Sequence[TextColumn], growths: Sequence[Growth], width: int, glyphs: Glyphs
    ) -> None:
        wishes = [Wish(column.importance, column.key, column.width) for column in columns]
        self.widths = column_widths(wishes, growths, width)
        """The width of each column that is kept."""
        self._columns = [column for column in columns if column.key in self.widths]
        self._glyphs = glyphs

    def head(self) -> Spans:
        """The titles."""
        return self.line({column.key: (Span(column.title, STRONG),) for column in self._columns})

    def line(self, cells: Mapping[str, Spans]) -> Spans:
        """What these say, each in its column; what is too long for it is shortened."""
        spans: list[Span] = []
        for column in self._columns:
            width = self.widths[column.key]
            spans += self._aligned(cells.get(column.key, ()), width, column.alignment)
            spans.append(_GAP)
        return tuple(spans[:-1])

    def _aligned(self, spans: Spans, width: int, alignment: Literal["left", "right"]) -> list[Span]:
        kept = shortened_spans(spans, width, self._glyphs)
        room = width - spans_width(kept)
        blank = [Span(" " * room, None)] if room > 0 else []
        return [*blank, *kept] if alignment == "right" else [*kept, *blank]
