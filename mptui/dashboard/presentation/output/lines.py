"""What one line of output looks like: who wrote it, to which stream, and its text made safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.processes.names import name_of, process_name
from mptui.dashboard.presentation.text.palette import (
    CURRENT_MATCH,
    DIM,
    MARKED,
    MATCH,
    STDERR,
    STRONG,
    process_style,
)
from mptui.dashboard.presentation.text.shortening import short_name
from mptui.terminal_text import Span, safe_spans

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import Run
    from mptui.terminal_text import TextStyle

_MIN_PREFIX_WIDTH: Final = 4
_MAX_PREFIX_WIDTH: Final = 20


class Prefix(NamedTuple):
    """How the lines of one process are introduced."""

    name: str
    style: TextStyle | None


class OutputCell(NamedTuple):
    """One line in one column; two equal ones look the same."""

    prefix: Prefix | None
    """None where the column says already whose lines these are."""
    stream: str | None
    """None for what the view itself says."""
    text: str
    is_current: bool = False
    """Whether it is the match that a search has come to."""
    row: int | None = None
    """Which of its rows, where long lines are wrapped; else it is one row, cut at its end."""
    time: str = ""
    """When it was printed, where that is shown."""
    is_bookmarked: bool = False
    is_selected: bool = False
    """Whether it is among the lines that are marked to be copied."""


class Highlight(NamedTuple):
    """What stands out wherever it is found."""

    pattern: re.Pattern[str]
    style: TextStyle


def has_prefixes(run: Run) -> bool:
    """Whether merged lines must say whose they are: not as long as only one process printed."""
    return run.speaker_count > 1


def prefix_width(run: Run, width: int) -> int:
    """How many cells the names before merged lines take: the longest, but not too much of them."""
    names = (process_name(state) for state in run.processes.values() if state.byte_count)
    longest = max(map(cell_len, names), default=0)
    return max(_MIN_PREFIX_WIDTH, min(longest, _MAX_PREFIX_WIDTH, width // 3))


def prefix_of(run: Run, process: int, selected: int | None) -> Prefix:
    """How the lines of a process are introduced; the chosen one stands out."""
    known = run.processes.get(process) or run.forgotten.get(process)
    style = process_style(process, known.role) if known is not None else None
    return Prefix(name_of(run, process), MARKED if process == selected else style)


def notice(text: str) -> OutputCell:
    """Something the view itself says between the lines."""
    return OutputCell(None, None, text)


def lead_spans(cell: OutputCell, name_width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """What stands before the text, as wide for every line: time, name, a mark of the stream.

    Standard error has another sign than standard output, so that it reads without colour. Before
    the further rows of a wrapped line there is nothing but that sign.
    """
    if cell.stream is None:
        return ()
    is_first = not cell.row
    time = (Span(f"{cell.time if is_first else ' ' * len(cell.time)} ", DIM),) if cell.time else ()
    rule = _rule(cell, glyphs, is_bookmarked=cell.is_bookmarked and is_first)
    if cell.prefix is None:
        return (*time, *rule)
    name = short_name(cell.prefix.name, name_width, glyphs) if is_first else ""
    gap = " " * (name_width - cell_len(name) + 1)
    return (*time, Span(name, cell.prefix.style), Span(gap, None), *rule)


def _rule(cell: OutputCell, glyphs: Glyphs, *, is_bookmarked: bool) -> tuple[Span, ...]:
    """The sign of the stream, and of a bookmark, between the name and the text."""
    is_error, has_name = cell.stream == "stderr", cell.prefix is not None
    sign = glyphs.stderr if is_error else glyphs.stdout if has_name else " "
    style = STDERR if is_error else DIM if has_name else None
    if is_bookmarked:
        return (Span(sign, style), Span(glyphs.bookmark, STRONG))
    return (Span(f"{sign} ", style),)


def text_spans(
    cell: OutputCell,
    pattern: re.Pattern[str] | None = None,
    highlights: Iterable[Highlight] = (),
) -> tuple[Span, ...]:
    """The text of a line, safe to show, with the colours its program gave it.

    Where the pattern is found the text stands out, and so does what is highlighted.
    """
    if cell.stream is None:
        return (Span(cell.text, DIM),)
    spans = safe_spans(cell.text)
    for highlight in highlights:
        spans = tuple(_marked(spans, highlight.pattern, highlight.style))
    if pattern is None:
        return spans
    return tuple(_marked(spans, pattern, CURRENT_MATCH if cell.is_current else MATCH))


def _marked(spans: Sequence[Span], pattern: re.Pattern[str], style: TextStyle) -> Iterator[Span]:
    text = "".join(span.text for span in spans)
    places = [match.span() for match in pattern.finditer(text)]
    start = 0
    for span in spans:
        end = start + len(span.text)
        for first, last in places:
            if last <= start or first >= end:
                continue
            yield Span(text[start : max(start, first)], span.style)
            yield Span(text[max(start, first) : min(end, last)], style)
            start = min(end, last)
        yield Span(text[start:end], span.style)
        start = end
