"""The rows of the timeline: whose they are, in which order, and what stands before the bars.

A row is a value: two equal rows look the same, so only a row that differs need be painted.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rich.cells import cell_len

from mptui.dashboard.presentation.processes.names import process_name
from mptui.dashboard.presentation.processes.order import ProcessOrder, made_order
from mptui.dashboard.presentation.text.palette import DIM, STRONG, process_style
from mptui.dashboard.presentation.text.shortening import short_name
from mptui.dashboard.presentation.timeline.cells import EMPTY, LaneLife
from mptui.terminal_text import Span, TextStyle, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.dashboard.presentation.processes.order import Rank
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.timeline.cells import Cell, Pen
    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs
    from mptui.dashboard.presentation.timeline.window import TimelineWindow
    from mptui.model import ProcessState, Run

LaneKey: TypeAlias = tuple[int, int | None]
"""A process, or one of its threads."""

_LEAST_NAME_WIDTH: Final = 8
_MOST_NAME_WIDTH: Final = 20
_SHARE_FOR_NAMES: Final = 4


class TimelineRow(NamedTuple):
    """What one line of the timeline shows."""

    key: LaneKey
    name: Span
    is_chosen: bool
    cells: tuple[Span, ...]


class LaneOrder:
    """The lanes that have a row, threads below their process.

    Main comes first, then workers in the order they were made. A helper has a row only while it is
    chosen, and processes that ended so long ago that they are forgotten have none. Where the rows
    are more than the height, those that live in the window come first; of a window that is live
    those that live now, as in the table of processes.
    """

    def __init__(self) -> None:
        self._order = ProcessOrder()
        self._is_crowded = False

    def keys(
        self, run: Run, window: TimelineWindow, selected: int | None, height: int
    ) -> list[LaneKey]:
        """The lanes from top to bottom."""
        keys = self._keys(run, window, selected)
        if (len(keys) > height) != self._is_crowded:
            self._is_crowded = not self._is_crowded
            keys = self._keys(run, window, selected)
        return keys

    def rests_on(self, run: Run, window: TimelineWindow) -> tuple[object, ...]:
        """What of the window and its time the lanes rest on; it stays while nothing came or went.

        Where all can be seen a live window moves on and changes nothing; in a crowd those that
        ended leave it one by one.
        """
        if not window.is_live:
            return (window.zoom_level, window.first_cell, window.width, window.until)
        is_now = not window.is_finished
        if not self._is_crowded:
            return (is_now,)
        start = window.first_cell * window.seconds_a_cell
        ends = [state.ended_at for state in run.processes.values()]
        return (is_now, sum([ended is not None and ended <= start for ended in ends]))

    def _keys(self, run: Run, window: TimelineWindow, selected: int | None) -> list[LaneKey]:
        start = window.first_cell * window.seconds_a_cell
        # The picture of a live window may be a moment behind the processes there are.
        end = math.inf if window.is_live else start + window.width * window.seconds_a_cell
        until = math.inf if window.is_live else window.until
        is_crowded = self._is_crowded
        is_now = window.is_live and not window.is_finished

        def rank(state: ProcessState) -> Rank | None:
            if state.started_at > until or (state.role == "helper" and state.process != selected):
                return None
            is_over = state.ended_at is not None and state.ended_at <= start
            is_elsewhere = is_crowded and (is_over or state.started_at >= end)
            is_past = is_crowded and is_now and not state.is_alive
            return (int(is_elsewhere), int(is_past), *made_order(state))

        rests_on = (is_crowded, selected, self.rests_on(run, window))
        self._order.update(run.processes, rank, rests_on)
        return [
            (lane.process, lane.thread)
            for process in self._order
            for lane in run.timeline.of_process(process)
        ]


def name_width(run: Run, keys: Iterable[LaneKey], width: int) -> int:
    """How many cells the names take: as many as the longest, but not too much of the width."""
    limit = min(_MOST_NAME_WIDTH, width // _SHARE_FOR_NAMES)
    longest = 0
    for key in keys:
        longest = max(longest, cell_len(lane_name(run, key)))
        if longest >= limit:
            break
    return max(_LEAST_NAME_WIDTH, min(longest, limit))


def lane_name(run: Run, key: LaneKey) -> str:
    """What a lane is called: as its process, or as its thread."""
    process, thread = key
    if thread is None:
        return process_name(run.processes[process])
    state = run.threads.get(process, {}).get(thread)
    return safe_text(state.name if state else "") or f"thread {thread}"


def name_span(run: Run, key: LaneKey, width: int, glyphs: Glyphs) -> Span:
    """The name in at most so many cells; a thread hangs from its process."""
    process, thread = key
    if thread is None:
        state = run.processes[process]
        style = process_style(process, state.role)
        return Span(short_name(process_name(state), width, glyphs), style)
    name = short_name(lane_name(run, key), width - len(glyphs.tree_end), glyphs)
    return Span(glyphs.tree_end + name, DIM)


def lane_life(run: Run, key: LaneKey, pen: Pen) -> LaneLife:
    """How long the process or thread of a lane lived, and what a gap in it means."""
    process, thread = key
    state = run.processes[process]
    if thread is not None:
        began = run.timeline.lanes[key].first_began
        is_there = thread in run.threads.get(process, {})
        ended = state.ended_at if is_there else began
        return LaneLife(began or 0.0, ended, (pen.glyphs.idle, DIM))
    gap = (pen.glyphs.idle if takes_tasks(run, key) else pen.glyphs.running, DIM)
    return LaneLife(state.started_at, state.ended_at, gap)


def marked(
    cells: Sequence[Cell], column: int, glyphs: TimelineGlyphs, *, is_chosen: bool
) -> list[Cell]:
    """The cells with the cursor's moment in them: in the chosen row, and wherever no task is.

    Tasks of other rows stay as they are: what is to be compared must be seen.
    """
    marked = [*cells, *[EMPTY] * (column + 1 - len(cells))]
    sign, style = marked[column]
    lines = (glyphs.idle, glyphs.running, glyphs.waiting, glyphs.no_core, glyphs.asleep)
    is_free = sign in (EMPTY[0], *lines)
    if is_chosen:
        marked[column] = (glyphs.line, _on(style))
    elif is_free and not (style and style.reverse):
        marked[column] = (glyphs.hairline, DIM)
    return marked


def takes_tasks(run: Run, key: LaneKey) -> bool:
    """Whether a gap between the bars of a lane means that there was no task."""
    process, thread = key
    if thread is not None:
        return True
    # Tasks that threads take are none of the main thread's.
    is_alone = len(run.timeline.of_process(process)) == 1
    return is_alone and (process in run.tasks.of_process or bool(run.tasks.running_in(process)))


def spans_of(cells: Sequence[Cell]) -> tuple[Span, ...]:
    """Neighbours of one style joined."""
    spans: list[Span] = []
    text, current = "", None
    for sign, style in cells:
        if style is current:
            text += sign
            continue
        if text:
            spans.append(Span(text, current))
        text, current = sign, style
    if text:
        spans.append(Span(text, current))
    return tuple(spans)


@lru_cache(maxsize=64)
def _on(style: TextStyle | None) -> TextStyle:
    """The cursor's line on this: on the colour of a task, else by itself."""
    has_colour = style is not None and style.foreground is not None
    return replace(style, reverse=True, bold=True) if style and has_colour else STRONG
