"""The scale above the timeline: round times at even distances, and times in few characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs
    from mptui.dashboard.presentation.timeline.window import TimelineWindow
    from mptui.terminal_text import TextStyle

TICK_CELLS: Final = 10
_GAP: Final = 2
_NOW: Final = "now"
_SECONDS_A_MINUTE: Final = 60
_SECONDS_AN_HOUR: Final = 3600
_MILLISECONDS_BELOW: Final = 0.0995
_TWO_DECIMALS_BELOW: Final = 9.995


def moment_text(t: float, precision_seconds: float) -> str:
    """A moment of the run, as exact as that: ``3.2 s``, ``1m05s``, ``1m05.25s``, ``2h00m05s``."""
    decimals = 0
    while decimals < 6 and round(precision_seconds * 10**decimals, 6) < 1:
        decimals += 1
    t = round(t, decimals)
    if t < _SECONDS_A_MINUTE:
        return f"{t:.{decimals}f} s"
    minutes, seconds = divmod(t, _SECONDS_A_MINUTE)
    width = decimals + 3 if decimals else 2
    rest = f"{int(minutes) % 60:02}m{seconds:0{width}.{decimals}f}s"
    hours = int(t) // _SECONDS_AN_HOUR
    return f"{hours}h{rest}" if hours else rest.removeprefix("0")


def span_text(seconds: float) -> str:
    """How long something took, as exact as is worth reading: ``0.45 ms``, ``32 ms``, ``0.52 s``."""
    seconds = max(0.0, seconds)
    if seconds < _MILLISECONDS_BELOW:
        milliseconds = seconds * 1e3
        decimals = next((count for count in (0, 1, 2) if milliseconds * 10**count >= 10), 3)
        return f"{milliseconds:.{decimals}f} ms"
    if seconds < _SECONDS_A_MINUTE - 0.05:
        return f"{seconds:.2f} s" if seconds < _TWO_DECIMALS_BELOW else f"{seconds:.1f} s"
    return moment_text(seconds, 1)


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
