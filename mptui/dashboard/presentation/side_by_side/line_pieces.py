"""Lines of output made as wide as a column: wrapped, or the part of each that is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.output.lines import Highlight, OutputCell, text_spans
from mptui.dashboard.presentation.text.palette import DIM, SELECTED, STDERR, STRONG
from mptui.dashboard.presentation.text.spans import spans_width
from mptui.terminal_text import Span

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans

LEAD_CELLS = 2
"""Before each text, behind its time: the sign of the stream, and whether the line began above."""


class Measure(NamedTuple):
    """What the lines of all columns have in common."""

    width: int
    is_wrapped: bool
    cells_left: int = 0
    """How far lines that are not wrapped are scrolled to the right."""
    highlights: tuple[Highlight, ...] = ()
    """What stands out."""
    pattern: re.Pattern[str] | None = None
    """What is looked for."""


class LinePieces:
    """The pieces of lines, each exactly as wide as a column; made once for as long as it is seen.

    Args:
        glyphs: the signs.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        self.glyphs = glyphs
        self._measure = Measure(1, is_wrapped=True)
        self._known: dict[OutputCell, tuple[Spans, ...]] = {}
        self._seen: dict[OutputCell, tuple[Spans, ...]] = {}
        self._lengths: dict[OutputCell, int] = {}

    def begin(self, measure: Measure) -> None:
        """A look begins: what was not seen in the one before is forgotten."""
        self._known = self._seen if measure == self._measure else {}
        self._measure, self._seen = measure, {}
        self._lengths = {cell: self._lengths[cell] for cell in self._known if cell in self._lengths}

    @property
    def longest(self) -> int:
        """How many cells the longest line that was seen takes as a whole."""
        return max(self._lengths.values(), default=0)

    def of(self, cell: OutputCell) -> tuple[Spans, ...]:
        """The pieces of a line, from top to bottom; at least one."""
        pieces = self._known.get(cell) or self._seen.get(cell)
        if pieces is None:
            text = text_spans(cell, self._measure.pattern, self._measure.highlights)
            self._lengths[cell] = len(cell.time) + bool(cell.time) + LEAD_CELLS + spans_width(text)
            pieces = tuple(self._made(cell, text))
        self._seen[cell] = pieces
        return pieces

    def _made(self, cell: OutputCell, text: Spans) -> Iterator[Spans]:
        width, is_wrapped, cells_left, *_ = self._measure
        time = (Span(f"{cell.time} ", DIM),) if cell.time else ()
        room = max(1, width - LEAD_CELLS - spans_width(time))
        is_error = cell.stream == "stderr"
        sign = Span(self.glyphs.stderr, STDERR) if is_error else Span(" ", None)
        first = Span(self.glyphs.bookmark if cell.is_bookmarked else " ", STRONG)
        if cell.is_selected:
            text = tuple(Span(span.text, SELECTED) for span in text)
        if not is_wrapped:
            part = part_of(text, cells_left, room, self.glyphs)
            yield filled((*time, sign, first, *part), width)
            return
        for place, piece in enumerate(wrapped_spans(text, room)):
            mark = Span(self.glyphs.continued, DIM) if place else first
            yield filled((*time, sign, mark, *piece), width)
            time = (Span(" " * spans_width(time), None),) if time else ()


def filled(spans: Iterable[Span], width: int) -> Spans:
    """The spans in exactly so many cells: cut, or filled up with blanks."""
    kept: list[Span] = []
    room = width
    for text, style in spans:
        if room <= 0:
            break
        shown = text if cell_len(text) <= room else text[: _fitting_end(text, 0, room)]
        kept.append(Span(shown, style))
        room -= cell_len(shown)
    return (*kept, Span(" " * room, None)) if room > 0 else tuple(kept)


def wrapped_spans(spans: Sequence[Span], width: int) -> list[Spans]:
    """The spans in lines of at most so many cells, parted at blanks where that wastes little."""
    text = "".join(span.text for span in spans)
    if cell_len(text) <= width:
        return [tuple(spans)]
    pieces: list[Spans] = []
    start = 0
    while start < len(text):
        # However narrow, a piece holds a character.
        end = after = max(start + 1, _fitting_end(text, start, width))
        if end < len(text):
            blank = text.rfind(" ", start + (end - start) // 2, end + 1)
            if blank > start:
                end, after = blank, blank + 1
        pieces.append(tuple(_slice(spans, start, end)))
        start = after
    return pieces


def part_of(spans: Sequence[Span], cells_left: int, width: int, glyphs: Glyphs) -> Spans:
    """The part of a line that is in sight, with a sign at each end where it goes on."""
    length = spans_width(spans)
    if not cells_left and length <= width:
        return tuple(spans)
    before = (Span(glyphs.more_left, STRONG),) if cells_left and length else ()
    after = (Span(glyphs.more_right, STRONG),) if length > cells_left + width else ()
    text = "".join(span.text for span in spans)
    start = _fitting_end(text, 0, cells_left + len(before)) if cells_left else 0
    end = _fitting_end(text, start, width - len(before) - len(after))
    return (*before, *_slice(spans, start, end), *after)


def _fitting_end(text: str, start: int, width: int) -> int:
    """How far from the start on the text fits into so many cells."""
    end = min(len(text), start + max(0, width))
    while end > start and cell_len(text[start:end]) > width:
        end -= 1
    # Marks that take no cell stay with what they stand on.
    while end < len(text) and cell_len(text[start : end + 1]) <= width:
        end += 1
    return end


def _slice(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    place = 0
    for text, style in spans:
        part = text[max(0, start - place) : max(0, end - place)]
        if part:
            yield Span(part, style)
        place += len(text)
