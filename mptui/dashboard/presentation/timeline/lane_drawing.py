"""A row's cells, drawn again only where something may have changed since they were drawn before.

The window moves several times a second, and nearly all that is in it only moves along. What a cell
shows rests on what happened in it and beside it; so those that lie before every change are kept.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from mptui.dashboard.presentation.processes.status import process_status
from mptui.dashboard.presentation.text.palette import BAD
from mptui.dashboard.presentation.timeline.cells import (
    FAILURE,
    NO_PARTS,
    LaneParts,
    lane_parts,
    written_cells,
)
from mptui.dashboard.presentation.timeline.core_cells import sign_core_times
from mptui.dashboard.presentation.timeline.rows import takes_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.timeline.cells import Cell, LaneLife, Pen
    from mptui.dashboard.presentation.timeline.rows import LaneKey
    from mptui.dashboard.presentation.timeline.window import WindowView
    from mptui.model import ProcessState, Run
    from mptui.model.timeline.lane import Ongoing


class LaneDrawing(NamedTuple):
    """The cells of a lane in some window, and what they rest on."""

    cells: list[Cell]
    parts: LaneParts
    zoom_level: int
    first_cell: int
    until: float
    life: LaneLife
    changes: int
    ongoing: Ongoing
    settled_until: float
    """Up to when it was known where the process was."""


def draw_lane(
    run: Run,
    key: LaneKey,
    window: WindowView,
    life: LaneLife,
    pen: Pen,
    before: LaneDrawing | None = None,
) -> LaneDrawing:
    """What happened in a lane, in a window.

    Args:
        run: the run.
        key: the lane.
        window: what is seen of the run's time.
        life: how long the process or thread lived.
        pen: what to draw with.
        before: what was drawn of this lane before, in whatever window.
    """
    edges, lane = window.edges, run.timeline.lanes[key]
    shows_cores = key[1] is None and not takes_tasks(run, key)
    settled_until = run.core_times.settled_until(key[0]) if shows_cores else math.inf
    parts, cells = NO_PARTS, list["Cell"]()
    if len(edges) > 1:
        known = NO_PARTS
        if before is not None and _is_like(before, window, life, settled_until):
            known = _kept_parts(run, key, window, before)
        parts = lane_parts(lane, edges, life, pen, known)
        state = run.processes[key[0]]
        if shows_cores:
            sign_core_times(parts.cells, run, state, edges, pen.glyphs, len(known.cells))
        cells = written_cells(parts, edges, pen, has_failures=run.tasks.has_failures)
        if key[1] is None:
            _sign_end(cells, state, edges, pen)
    return LaneDrawing(
        cells,
        parts,
        window.zoom_level,
        window.first_cell,
        window.until,
        life,
        lane.changes,
        lane.ongoing,
        settled_until,
    )


def changed_from(run: Run, key: LaneKey, before: LaneDrawing) -> float:
    """From when on what happened in a lane is not as it was when it was drawn."""
    lane = run.timeline.lanes[key]
    if lane.changes == before.changes:
        return math.inf
    return min(lane.changed_from(before.changes), _other_ongoing_from(before.ongoing, lane.ongoing))


def _is_like(before: LaneDrawing, window: WindowView, life: LaneLife, settled_until: float) -> bool:
    """Whether cells that were drawn before may be seen in this window."""
    is_known_now = before.settled_until == math.inf != settled_until
    return (
        before.zoom_level == window.zoom_level
        and before.life == life
        and before.first_cell <= window.first_cell
        and not is_known_now
    )


def _kept_parts(run: Run, key: LaneKey, window: WindowView, before: LaneDrawing) -> LaneParts:
    """Of what was drawn before, that which is as it was in this window."""
    moved = window.first_cell - before.first_cell
    unchanged_until = min(before.until, before.settled_until, changed_from(run, key, before))
    # The last cell that was drawn may have been one of which only a part was there.
    whole = bisect_right(window.edges, unchanged_until) - 1
    count = min(whole, len(before.parts.shares) - moved)
    return before.parts.kept(moved, moved + count) if count > 0 else NO_PARTS


def _other_ongoing_from(before: Ongoing, now: Ongoing) -> float:
    """From when on a lane differs because something else goes on in it."""
    changed = math.inf
    for old, new in zip(before[:2], now[:2], strict=True):
        if old is not new:
            changed = min([changed, *(one.started_at for one in (old, new) if one is not None)])
    if before.lost is not now.lost:
        lost = (one for one in (before.lost, now.lost) if one is not None)
        changed = min([changed, *(one.task.started_at for one in lost)])
    return changed


def _sign_end(cells: list[Cell], state: ProcessState, edges: Sequence[float], pen: Pen) -> None:
    """Mark where a process died, unless the task that was lost with it is marked there."""
    ended_at = state.ended_at
    if ended_at is None or not edges[0] <= ended_at <= edges[-1]:
        return
    column = max(0, bisect_left(edges, ended_at) - 1)
    if process_status(state, pen.names).is_failure and cells[column][1] is not FAILURE:
        cells[column] = (pen.glyphs.failed, BAD)
