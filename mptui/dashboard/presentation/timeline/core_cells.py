"""Whether a process without tasks was on a core: its cells of the timeline, and the words for them.

What its main thread was seen to wait in gives way where other threads of it were on a core. A
recording without the kernel's accounts leaves the cells as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.text.palette import BAD, DIM
from mptui.wording.counts import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.timeline.cells import Cell
    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs
    from mptui.model import ProcessState, Run

_MOST_OF_IT: Final = 0.5
_WORTH_A_WORD: Final = 0.005


def sign_core_times(
    cells: list[Cell],
    run: Run,
    state: ProcessState,
    edges: Sequence[float],
    glyphs: TimelineGlyphs,
    first: int = 0,
) -> None:
    """Say of each cell without a task, from the first on that is meant, where the process was.

    That is: on a core, or ready but without one.
    """
    stretches = run.core_times.over(state.process, edges[first:])
    running, waiting = (glyphs.running, DIM), (glyphs.waiting, glyphs.idle)
    ended_at = state.ended_at if state.ended_at is not None else edges[-1]
    for column, spent in enumerate(stretches, first):
        sign, _ = cells[column]
        began = max(edges[column], state.started_at)
        seconds = min(edges[column + 1], ended_at) - began
        if seconds <= 0.0 or (sign != glyphs.running and sign not in waiting):
            continue
        if spent.on_core >= _MOST_OF_IT * seconds:
            cells[column] = running
        elif spent.ready >= _MOST_OF_IT * seconds:
            cells[column] = (glyphs.no_core, BAD)
        elif sign == glyphs.running and spent.on_core + spent.ready < _MOST_OF_IT * seconds:
            cells[column] = (glyphs.asleep, DIM)


def core_text(run: Run, state: ProcessState, start: float, end: float) -> str:
    """How long the process was on a core meanwhile; "" where that is not known."""
    start = max(start, state.started_at)
    end = min(end, run.now if state.ended_at is None else state.ended_at)
    spent = run.core_times.between(state.process, start, end)
    if spent is None or end <= start:
        return ""
    seconds = end - start
    said = f"on a core {percent_text(min(100 * spent.on_core / seconds, 100.0))}"
    if spent.ready >= _WORTH_A_WORD * seconds:
        said += f", without one {percent_text(min(100 * spent.ready / seconds, 100.0))}"
    return said
