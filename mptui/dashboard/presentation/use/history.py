"""What the program, or one process, used and did over the run, as a line of small bars for each.

Every bar stands for the same time, whole seconds or halves of one: it changes no more once it is
there, and the line moves when a new one has become complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.text.bars import history_text
from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.terminal_text import Span
from mptui.wording.counts import percent_text, rate_text
from mptui.wording.durations import since_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.model import Run

_STEPS: Final = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""How long the time of one bar can be; beyond that as many hours as are needed."""
_TITLE_CELLS: Final = 6
_FIGURE_CELLS: Final = 6
_LEAST_BARS: Final = 4
_FULL_CORE: Final = 100.0
_SIDE_BY_SIDE: Final = 3
_LEAST_CURVE_CELLS: Final = 28
"""No more curves stand side by side than have so much room."""


class Curve(NamedTuple):
    """One figure over time."""

    title: str
    values: tuple[float, ...]
    top: float
    """What the highest bar stands for; nothing is drawn above it."""
    words: Callable[[float], str]


def bar_edges(began: float, end: float, bars: int) -> list[float]:
    """The times between which each bar stands: complete ones alone, the newest last."""
    span = max(end - began, 0.0)
    fitting = (step for step in _STEPS if step * (bars - 1) >= span)
    step = next(fitting, None) or 3600.0 * (int(span / 3600 / max(1, bars - 1)) + 1)
    first, last = int(began // step), int(end // step)
    return [number * step for number in range(max(first, last - bars), last + 1)]


def curves(run: Run, process: int | None, now: float, bars: int) -> tuple[list[Curve], float]:
    """CPU, memory and finished tasks of a process, or of all; and the seconds they stand for.

    Args:
        run: the run.
        process: the number of the process; None: all together.
        now: the time of the run.
        bars: how many bars there is room for.
    """
    times = _times(run, process, now)
    edges = bar_edges(*times, bars) if times is not None else []
    if len(edges) < 2:
        return [], 0.0
    histories = run.use_histories
    if process is None:
        rates, memory = histories.of_program(edges), histories.rss_of_program(edges[1:])
    else:
        rates, memory = histories.of_process(process, edges), run.rss_levels(process, edges[1:])
    loads = tuple(rate.cpu_percent for rate in rates)
    tasks = tuple(rate.tasks_per_second for rate in rates)
    found = [
        Curve("CPU", loads, max(_FULL_CORE, *loads, 0.0), percent_text),
        Curve("MEM", tuple(memory), max(memory, default=0.0), bytes_text),
    ]
    if any(tasks):
        found.append(Curve("TASKS", tasks, max(tasks), rate_text))
    return found, edges[-1] - edges[0]


def curve_text(curve: Curve, glyphs: Glyphs) -> str:
    """One small bar for each value."""
    top = curve.top or 1.0
    return history_text((100 * value / top for value in curve.values), glyphs)


def curve_words(curve: Curve, seconds: float, glyphs: Glyphs) -> str:
    """The bars of a curve and the most there was, for a line of text."""
    peak = curve.words(max(curve.values))
    return f"{curve_text(curve, glyphs)} {peak} at most in {since_text(seconds)}"


class HistoryLines(NamedTuple):
    """The curves as they are painted."""

    lines: tuple[Spans, ...]
    seconds: float
    """The time they stand for; 0: there is nothing yet."""


def history_lines(
    run: Run, process: int | None, now: float, size: tuple[int, int], glyphs: Glyphs
) -> HistoryLines:
    """The curves in so many cells and lines: below each other, or side by side in one line."""
    width, height = size
    columns = 1 if height > 1 else max(1, min(_SIDE_BY_SIDE, width // _LEAST_CURVE_CELLS))
    fixed = _TITLE_CELLS + _FIGURE_CELLS + 2
    bars = max(_LEAST_BARS, width // columns - fixed)
    found, seconds = curves(run, process, now, bars)
    cells = [_spans(curve, bars, glyphs) for curve in found]
    if height > 1:
        return HistoryLines(tuple(cells[:height]), seconds)
    return HistoryLines((tuple(span for spans in cells[:columns] for span in spans),), seconds)


def _spans(curve: Curve, bars: int, glyphs: Glyphs) -> Spans:
    figure = curve.words(curve.values[-1])
    return (
        Span(f"{curve.title:<{_TITLE_CELLS}}", DIM),
        Span(f"{curve_text(curve, glyphs):>{bars}} ", None),
        Span(f"{figure:<{_FIGURE_CELLS}} ", STRONG),
    )


def _times(run: Run, process: int | None, now: float) -> tuple[float, float] | None:
    """From when to when there is something to show."""
    first = run.use_histories.first_sampled_at
    if first is None:
        return None
    if process is None:
        finished = run.finished
        return first, min(now, finished.t) if finished is not None else now
    state = run.processes.get(process)
    if state is None:
        return None
    ended = now if state.ended_at is None else state.ended_at
    return max(first, state.started_at), ended
