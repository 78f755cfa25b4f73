"""What the timeline says in words: the bar under the cursor, and what the signs mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.text.palette import BAD, DIM
from mptui.dashboard.presentation.text.shortening import shortened
from mptui.dashboard.presentation.timeline.cells import FAILURE
from mptui.dashboard.presentation.timeline.core_cells import core_text
from mptui.dashboard.presentation.timeline.rows import lane_name, takes_tasks
from mptui.dashboard.presentation.words.waits import wait_text
from mptui.terminal_text import Span, safe_text
from mptui.wording.counts import percent_text
from mptui.wording.durations import measured_text, moment_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.timeline.cells import Pen
    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs
    from mptui.dashboard.presentation.timeline.rows import LaneKey
    from mptui.dashboard.presentation.timeline.window import TimelineWindow
    from mptui.model import Bar, CellShare, Lane, Run
    from mptui.terminal_text import TextStyle

_UNKNOWN_TASK: Final = "a task"
_LEGEND_NAME_WIDTH: Final = 24
_LEGEND_GAP: Final = 2
_MORE_WIDTH: Final = 12
_ITEM_CHARACTERS: Final = 80
_ALMOST_NOTHING: Final = 1e-6


def cursor_text(
    run: Run, key: LaneKey, window: TimelineWindow, column: int, glyphs: TimelineGlyphs
) -> str:
    """What is under the cursor: a task, a wait, or what the cell as a whole holds."""
    parts = _cursor_parts(run, key, window, column)
    # In ASCII a comma is near to the word before it, as everywhere.
    between = f"{glyphs.between} " if glyphs.between == "," else f" {glyphs.between} "
    return between.join(parts)


def _cursor_parts(run: Run, key: LaneKey, window: TimelineWindow, column: int) -> list[str]:
    name = lane_name(run, key)
    bars = _bars_at(run.timeline.lanes[key], window, column)
    tasks = [bar for bar in bars if bar.kind != "wait"]
    waits = [bar for bar in bars if bar.kind == "wait"]
    if tasks:
        task, *rest = _task_parts(run, key, tasks[-1], window)
        inner = [wait_text(bar.wait, bar.label) for bar in waits[-1:]]
        cores = _core_parts(run, key, tasks[-1], window)
        return [task, *inner, *rest[:1], *cores, name, *rest[1:]]
    if waits:
        return _wait_parts(waits[-1], name, window)
    at = f"at {moment_text(window.time_at(column), window.seconds_a_cell)}"
    return [_nothing_text(run, key, window, column), name, at]


def _bars_at(lane: Lane, window: TimelineWindow, column: int) -> list[Bar]:
    """The bars in the middle of a cell; where there are none, those at one of its edges."""
    start, end = window.cell_bounds(column)
    for t in ((start + end) / 2, end, start) if start < end else ():
        bars = [bar for bar in lane.between(t, t) if _is_in(bar, start, end)]
        if bars:
            return bars
    return []


def _is_in(bar: Bar, start: float, end: float) -> bool:
    """Whether a part of it that is worth a word is in this stretch."""
    ended = end if bar.ended is None else min(bar.ended, end)
    return ended - max(bar.began, start) > _ALMOST_NOTHING * (end - start)


def legend_spans(
    pen: Pen, width: int, *, has_failures: bool, has_core_times: bool = False
) -> tuple[Span, ...]:
    """What the signs mean, as far as there is room; functions first, as they were met."""
    signs = pen.glyphs
    functions = []
    for label in pen.looks.labels:
        look = pen.looks.of(label)
        name = shortened(safe_text(label or _UNKNOWN_TASK), _LEGEND_NAME_WIDTH, pen.names)
        functions.append(_Entry(Span(*look.full), name, None))
    lines = [
        _Entry(Span(signs.running, DIM), "running", DIM),
        _Entry(Span(signs.waiting, None), "waiting", DIM),
        _Entry(Span(signs.idle, DIM), "idle", DIM),
    ]
    if has_core_times:
        lines.insert(1, _Entry(Span(signs.no_core, BAD), "no core", DIM))
        lines.append(_Entry(Span(signs.asleep, DIM), "asleep", DIM))
    if has_failures:
        failures = (signs.failed, "failed"), (signs.lost, "lost")
        lines += [_Entry(Span(sign, FAILURE), name, DIM) for sign, name in failures]
    shown = _fitting(functions, width)
    more = len(functions) - len(shown)
    if more:
        shown = _fitting(functions, width - _MORE_WIDTH)
        more = len(functions) - len(shown)
        shown.append(_Entry(Span(f"+{more}", DIM), "more", DIM))
    shown += _fitting(lines, width - sum(entry.width for entry in shown))
    return tuple(span for entry in shown for span in entry.spans)


class _Entry(NamedTuple):
    """A sign and what it means."""

    sign: Span
    name: str
    style: TextStyle | None

    @property
    def width(self) -> int:
        """The cells it takes, with the gap after it."""
        return len(self.sign.text) + 1 + cell_len(self.name) + _LEGEND_GAP

    @property
    def spans(self) -> tuple[Span, Span]:
        """The sign and the name."""
        return self.sign, Span(f" {self.name}{' ' * _LEGEND_GAP}", self.style)


def _fitting(entries: list[_Entry], room: int) -> list[_Entry]:
    """As many of the first entries as there is room for."""
    shown = []
    for entry in entries:
        room -= entry.width
        if room < -_LEGEND_GAP:
            break
        shown.append(entry)
    return shown


def _wait_parts(bar: Bar, name: str, window: TimelineWindow) -> list[str]:
    """What it waits in, how long it did, who it is, and since when."""
    lasted, since = _times(bar, window)
    what = wait_text(bar.wait, bar.label)
    if bar.count == 1:
        return [what, lasted, name, since]
    return [f"{what}, {bar.count:,} times", f"{_busy_text(bar, window)} of {lasted}", name, since]


def _busy_text(bar: Bar, window: TimelineWindow) -> str:
    """How much of its time a bar that stands for many is filled."""
    seconds = (bar.ended if bar.ended is not None else window.until) - bar.began
    return percent_text(100 * bar.busy_seconds / seconds) if seconds > 0 else "100%"


def _task_parts(run: Run, key: LaneKey, bar: Bar, window: TimelineWindow) -> list[str]:
    """What it is, how long it took, and the rest."""
    name = safe_text(bar.label) if bar.label else _UNKNOWN_TASK
    lasted, since = _times(bar, window)
    if bar.count > 1:
        busy = _busy_text(bar, window)
        failed = [] if bar.ok else ["some failed"]
        return [f"{bar.count:,} tasks of {name}, busy {busy}", f"in {lasted}", since, *failed]
    item = f"({safe_text(bar.detail, _ITEM_CHARACTERS)})" if bar.detail else ""
    if bar.kind == "lost":
        return [f"{name}{item}", f"lost after {lasted}", since, "its process ended"]
    if not bar.ok:
        return [f"{name}{item}", f"failed after {lasted}", since, *_error_of(run, key, bar)]
    return [f"{name}{item}", lasted, since]


def _core_parts(run: Run, key: LaneKey, bar: Bar, window: TimelineWindow) -> list[str]:
    """How much of a task its process was on a core; of a thread's own that is not known."""
    process, thread = key
    ended = bar.ended if bar.ended is not None else max(window.until, bar.began)
    said = core_text(run, run.processes[process], bar.began, ended) if thread is None else ""
    return [said] if said else []


def _error_of(run: Run, key: LaneKey, bar: Bar) -> list[str]:
    process, thread = key
    for task in reversed(run.tasks.failed):
        is_it = (task.process, task.thread) == (process, thread)
        if is_it and abs(task.started_at - bar.began) < _ALMOST_NOTHING and task.error:
            return [safe_text(task.error)]
    return []


def _times(bar: Bar, window: TimelineWindow) -> tuple[str, str]:
    """How long it took so far, and since when."""
    ended = bar.ended if bar.ended is not None else max(window.until, bar.began)
    lasted = measured_text(ended - bar.began) + ("" if bar.ended is not None else " so far")
    precision = min(window.seconds_a_cell, 0.01)
    return lasted, f"from {moment_text(bar.began, precision)}"


def _nothing_text(run: Run, key: LaneKey, window: TimelineWindow, column: int) -> str:
    """What is to be said of a moment at which there is no bar."""
    state = run.processes[key[0]]
    start, end = window.cell_bounds(column)
    if start >= end:
        return "still to come"
    if end <= state.started_at:
        return "not started yet"
    if state.ended_at is not None and start >= state.ended_at:
        return "ended"
    if takes_tasks(run, key):
        gap = "no task"
    else:
        gap = core_text(run, state, start, end) or "running, without tasks"
    return _cell_text(run.timeline.lanes[key].shares((start, end))[0]) or gap


def _cell_text(share: CellShare) -> str:
    """What is to be said of a cell in which there are bars, but none in its middle."""
    if share.task_share > 0:
        name = safe_text(share.label) if share.label else _UNKNOWN_TASK
        return f"short tasks of {name}, busy {percent_text(100 * share.task_share)}"
    return wait_text(share.wait, share.label) if share.wait_share > 0 else ""
