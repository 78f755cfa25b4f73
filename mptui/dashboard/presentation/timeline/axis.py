"""The scale above the timeline: round times at even distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.terminal_text import Span
from mptui.wording.durations import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs
    from mptui.dashboard.presentation.timeline.window import TimelineWindow
    from mptui.terminal_text import TextStyle

TICK_CELLS: Final = 10
_GAP: Final = 2
_NOW: Final = "now"


def axis_spans(
    window: TimelineWindow, glyphs: TimelineGlyphs, cursor: int | None = None
) -> tuple[Span, ...]:
    """The scale in as many cells as the window has; the cursor's column says its moment."""
    marks = [_now_mark(window), _cursor_mark(window, cursor, glyphs)]
    cells: list[str] = [" "] * window.width
    styles: list[TextStyle | None] = [DIM] * window.width
    for tick in _ticks(window, glyphs.tick):
        is_free = all(mark is None or not _touch(tick, mark) for mark in marks)
        text = tick.text if is_free else glyphs.tick
        cells[tick.column : tick.column + len(text)] = text
    for mark in marks:
        if mark is not None:
            cells[mark.column : mark.column + len(mark.text)] = mark.text
            styles[mark.column : mark.column + len(mark.text)] = [STRONG] * len(mark.text)
    return _joined(cells, styles)


class _Mark(NamedTuple):
    """Something that is written on the scale."""

    column: int
    text: str


def _now_mark(window: TimelineWindow) -> _Mark | None:
    column = window.last_cell - window.first_cell - len(_NOW) + 1
    is_there = window.is_live and not window.is_finished and column >= 0
    return _Mark(column, _NOW) if is_there else None


def _cursor_mark(
    window: TimelineWindow, cursor: int | None, glyphs: TimelineGlyphs
) -> _Mark | None:
    if cursor is None or not 0 <= cursor < window.width:
        return None
    at = moment_text(window.time_at(cursor), window.seconds_a_cell)
    if cursor + 1 + len(at) <= window.width:
        return _Mark(cursor, f"{glyphs.cursor}{at}")
    if len(at) <= cursor:
        return _Mark(cursor - len(at), f"{at}{glyphs.cursor}")
    return _Mark(cursor, glyphs.cursor)


def _touch(one: _Mark, other: _Mark) -> bool:
    """Whether they could not be read side by side."""
    return one.column <= other.column + len(other.text) and other.column <= one.column + len(
        one.text
    )


def _ticks(window: TimelineWindow, sign: str) -> Iterator[_Mark]:
    """Round times at an even distance, as near to each other as can be read."""
    step, first = window.seconds_a_cell, window.first_cell
    end = first + window.width
    distance = TICK_CELLS
    while len(moment_text(end * step, distance * step)) + _GAP > distance:
        distance *= 2
    for cell in range(-(-first // distance) * distance, end, distance):
        text = sign + moment_text(cell * step, distance * step)
        yield _Mark(cell - first, text if len(text) <= end - cell else sign)


def _joined(cells: list[str], styles: list[TextStyle | None]) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for column in range(1, len(cells) + 1):
        if column == len(cells) or styles[column] is not styles[start]:
            spans.append(Span("".join(cells[start:column]), styles[start]))
            start = column
    return tuple(spans)
