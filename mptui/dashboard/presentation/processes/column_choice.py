"""Which columns the table of processes has: as many as fit, of those with something to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.columns import (
    COLUMNS,
    READY_PERCENT,
    Column,
    Known,
)
from mptui.dashboard.presentation.text.column_widths import Growth, Wish, column_widths
from mptui.dashboard.presentation.words.tasks import has_tasks

if TYPE_CHECKING:
    from mptui.model import ProcessState, Run

LEAD_WIDTH: Final = 3
"""The marker of the chosen row, the sign of its status, and a gap."""
ONLY_PROCESSES: Final = Known()
_STARTED_SECONDS: Final = 1.5


class PlacedColumn(NamedTuple):
    """A column as wide as the table at hand lets it be."""

    column: Column
    width: int


def known_of(run: Run, before: Known = ONLY_PROCESSES, *, has_findings: bool = False) -> Known:
    """What is known of this run; what once was known stays so.

    Args:
        run: the run.
        before: what was known of it until now.
        has_findings: whether there is a finding now that names a process.
    """
    return Known(
        has_tasks=has_tasks(run),
        has_waits=run.waits.changes > 0,
        has_findings=has_findings or before.has_findings,
        has_ready=before.has_ready or any(_waits_for_core(state, run.now) for state in run.alive),
    )


def _waits_for_core(state: ProcessState, now: float) -> bool:
    """Whether it has to wait for a core, and not only while it starts."""
    sample = state.sample
    is_started = now - state.started_at >= _STARTED_SECONDS
    return is_started and sample is not None and sample.ready_percent >= READY_PERCENT


def placed_columns(width: int, known: Known = ONLY_PROCESSES) -> tuple[PlacedColumn, ...]:
    """The columns that fit side by side into so many cells, the least important left out."""
    columns = [column for column in COLUMNS if column.is_shown(known)]
    wishes = [Wish(column.importance, column.key, column.width) for column in columns]
    wishes += [
        Wish(claim.importance, column.key, claim.width)
        for column in columns
        for claim in column.claims
        if claim.is_made(known)
    ]
    growths = sorted(
        (growth.turn, column.key, growth.width) for column in columns for growth in column.growths
    )
    widths = column_widths(
        wishes, [Growth(key, limit) for _, key, limit in growths], width - LEAD_WIDTH
    )
    return tuple(
        PlacedColumn(column, widths[column.key]) for column in columns if column.key in widths
    )
