"""Lines of output painted as strips, each once for as long as it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip, get_line_length

from mptui.dashboard.presentation.output.lines import OutputCell, lead_spans, text_spans
from mptui.dashboard.presentation.output.wrapping import wrapped
from mptui.dashboard.presentation.text.palette import SELECTED, STRONG
from mptui.dashboard.widgets.painting.strips import segments_of, strip_of, styled

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from rich.style import Style

    from mptui.dashboard.presentation.output.lines import Highlight
    from mptui.dashboard.presentation.output.wrapping import Row
    from mptui.dashboard.presentation.text.glyphs import Glyphs


_WRAPPED_KEPT: Final = 1000
"""Wrapped lines that are remembered, also beyond what is seen: a page up looks at them again."""


class Geometry(NamedTuple):
    """What every line of the view has in common."""

    width: int
    name_width: int
    """How wide the names before merged lines are."""
    cells_left: int
    """How far the view is scrolled to the right in long lines."""
    pattern: re.Pattern[str] | None
    """What is looked for."""
    highlights: tuple[Highlight, ...] = ()


class OutputPainter:
    """Paints lines of output, and remembers those that are seen."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._geometry = Geometry(0, 0, 0, None)
        self._strips: dict[OutputCell, Strip] = {}
        self._overhangs: dict[OutputCell, int] = {}
        self._wrapped: dict[OutputCell, tuple[Row, ...]] = {}
        """The rows of long lines, by the first of them."""

    def arrange(self, geometry: Geometry) -> bool:
        """Paint in this geometry from now on; gives whether it is another one."""
        if geometry == self._geometry:
            return False
        self._geometry = geometry
        self.forget()
        return True

    def forget(self) -> None:
        """Paint everything anew."""
        self._strips.clear()
        self._overhangs.clear()
        self._wrapped.clear()

    def keep(self, lines: Iterable[OutputCell]) -> None:
        """Forget all lines but these."""
        seen = set(lines)
        self._strips = {cell: strip for cell, strip in self._strips.items() if cell in seen}
        if len(self._wrapped) > _WRAPPED_KEPT:
            self._wrapped.clear()
        self._overhangs = {cell: size for cell, size in self._overhangs.items() if cell in seen}

    def rows(self, cell: OutputCell) -> int:
        """How many rows a line takes where it is wrapped."""
        return len(self._rows(cell))

    @property
    def overhang(self) -> int:
        """By how many cells the longest line that is seen reaches beyond the view."""
        return max(self._overhangs.values(), default=0)

    def line(self, cell: OutputCell, base: Style) -> Strip:
        """A line, as wide as the view."""
        width = self._geometry.width
        strip = self._strips.get(cell)
        if strip is None:
            lead, text = self._made(cell, base)
            if cell.is_selected:
                whole = "".join(segment.text for segment in (*lead, *text))
                lead, text = [], [Segment(whole, styled(base, SELECTED))]
            strip = self._strips[cell] = strip_of([*lead, *text], width, base)
        return strip

    def _made(self, cell: OutputCell, base: Style) -> tuple[list[Segment], list[Segment]]:
        """What stands before the text, and what is seen of the text."""
        geometry = self._geometry
        lead = segments_of(lead_spans(cell, geometry.name_width, self._glyphs), base)
        if cell.row is not None:
            rows = self._rows(cell)
            return lead, segments_of(rows[min(cell.row, len(rows) - 1)], base)
        text = segments_of(text_spans(cell, geometry.pattern, geometry.highlights), base)
        room = geometry.width - get_line_length(lead)
        length = get_line_length(text)
        if length > room:
            self._overhangs[cell] = length - room
        if length > room or geometry.cells_left:
            text = self._part(Strip(text, length), room, base)
        return lead, text

    def _rows(self, cell: OutputCell) -> tuple[Row, ...]:
        first = cell._replace(row=0)
        rows = self._wrapped.get(first)
        if rows is None:
            geometry = self._geometry
            lead = lead_spans(first, geometry.name_width, self._glyphs)
            room = geometry.width - sum(cell_len(span.text) for span in lead)
            text = text_spans(first, geometry.pattern, geometry.highlights)
            rows = self._wrapped[first] = wrapped(text, max(1, room))
        return rows

    def _part(self, text: Strip, width: int, base: Style) -> list[Segment]:
        """The part of a line that is seen, with a sign at each end where it goes on."""
        start = self._geometry.cells_left
        end = start + width
        sign = styled(base, STRONG)
        before = [Segment(self._glyphs.more_left, sign)] if start and text.cell_length else []
        after = [Segment(self._glyphs.more_right, sign)] if text.cell_length > end else []
        return [*before, *text.crop(start + len(before), end - len(after)), *after]
