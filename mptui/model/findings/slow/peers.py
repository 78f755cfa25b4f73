"""The workers beside one that was long at something, and what they did meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.model.run import Run

_COMPARED: Final = 64


def peers_of(run: Run, process: int, began: float, until: float) -> list[int]:
    """The other workers of its kind that were there from this time until that, or some of many."""
    own = run.processes.get(process)
    if own is None:
        return []
    peers = [
        state.process
        for state in run.processes.values()
        if (state.role, state.parent, state.target) == (own.role, own.parent, own.target)
        and state.process != own.process
        and state.started_at <= began
        and (state.ended_at is None or state.ended_at >= until)
    ]
    return peers[:_COMPARED]


def worked_seconds(run: Run, process: int, began: float, ended: float) -> float:
    """For how much of this time the main thread of a process had a task."""
    lane = run.timeline.lanes.get((process, None))
    return lane.task_seconds(began, ended) if lane is not None else 0.0
