"""Lines of output painted as strips, each once for as long as it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip, get_line_length

from mptui.dashboard.presentation.output.lines import OutputCell, lead_spans, text_spans
from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.dashboard.widgets.painting.strips import fitted, segments_of, strip_of, styled

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from rich.style import Style

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.terminal_text import Span


class Geometry(NamedTuple):
    """What every line of the view has in common."""

    column_width: int
    name_width: int
    """How wide the names before merged lines are."""
    cells_left: int
    """How far the view is scrolled to the right in long lines."""
    pattern: re.Pattern[str] | None
    """What is looked for."""


class OutputPainter:
    """Paints lines of output, and remembers those that are seen."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._geometry = Geometry(0, 0, 0, None)
        self._strips: dict[OutputCell, Strip] = {}
        self._overhangs: dict[OutputCell, int] = {}

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

    def keep(self, lines: Iterable[Sequence[OutputCell | None]]) -> None:
        """Forget all lines but these."""
        seen = {cell for line in lines for cell in line}
        self._strips = {cell: strip for cell, strip in self._strips.items() if cell in seen}
        self._overhangs = {cell: size for cell, size in self._overhangs.items() if cell in seen}

    @property
    def overhang(self) -> int:
        """By how many cells the longest line that is seen reaches beyond its column."""
        return max(self._overhangs.values(), default=0)

    def line(self, cells: Sequence[OutputCell | None], base: Style) -> Strip:
        """The lines that stand side by side."""
        return self._side_by_side([self._cell(cell, base) for cell in cells], base)

    def header(self, heads: Sequence[tuple[Span, ...]], hint: str, base: Style) -> Strip:
        """The heads of the columns, and at the end a hint that there would be more."""
        width = self._geometry.column_width
        *others, last = heads
        strips = [strip_of(fitted(head, width, base), width, base) for head in others]
        end = Segment(hint, styled(base, STRONG))
        room = max(0, width - end.cell_length)
        strips.append(strip_of([*fitted(last, room, base), end], width, base))
        return self._side_by_side(strips, base)

    def _side_by_side(self, strips: Sequence[Strip], base: Style) -> Strip:
        if len(strips) == 1:
            return strips[0]
        rule = Strip([Segment(self._glyphs.column, styled(base, DIM))], 1)
        return Strip.join([part for strip in strips for part in (rule, strip)][1:])

    def _cell(self, cell: OutputCell | None, base: Style) -> Strip:
        width = self._geometry.column_width
        if cell is None:
            return Strip.blank(width, base)
        strip = self._strips.get(cell)
        if strip is None:
            lead = segments_of(lead_spans(cell, self._geometry.name_width, self._glyphs), base)
            text = segments_of(text_spans(cell, self._geometry.pattern), base)
            room = width - get_line_length(lead)
            length = get_line_length(text)
            if length > room:
                self._overhangs[cell] = length - room
            if length > room or self._geometry.cells_left:
                text = self._part(Strip(text, length), room, base)
            strip = self._strips[cell] = strip_of([*lead, *text], width, base)
        return strip

    def _part(self, text: Strip, width: int, base: Style) -> list[Segment]:
        """The part of a line that is seen, with a sign at each end where it goes on."""
        start = self._geometry.cells_left
        end = start + width
        sign = styled(base, STRONG)
        before = [Segment(self._glyphs.more_left, sign)] if start and text.cell_length else []
        after = [Segment(self._glyphs.more_right, sign)] if text.cell_length > end else []
        return [*before, *text.crop(start + len(before), end - len(after)), *after]
