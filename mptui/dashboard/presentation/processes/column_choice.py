"""Which columns the table of processes has: as many as fit, of those with something to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.columns import (
    COLUMN_OF,
    COLUMNS,
    READY_PERCENT,
    Column,
    Known,
)
from mptui.dashboard.presentation.processes.sorting import Sorting
from mptui.dashboard.presentation.text.column_widths import Growth, Wish, column_widths
from mptui.dashboard.presentation.words.tasks import has_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.session.table_choice import TableChoice
    from mptui.model import Run

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
        has_gpus=before.has_gpus or bool(run.gpus),
        has_failed_tasks=run.tasks.failed_count > 0,
        has_stderr=before.has_stderr or run.has_written_stderr,
        has_ready=before.has_ready or _any_waits_for_core(run),
    )


def _any_waits_for_core(run: Run) -> bool:
    """Whether any process has to wait for a core, and not only while it starts."""
    latest = run.now - _STARTED_SECONDS
    waits = [
        state.started_at <= latest
        for state in run.alive
        if state.sample is not None and state.sample.ready_percent >= READY_PERCENT
    ]
    return any(waits)


def sorting_of(choice: TableChoice) -> Sorting | None:
    """How the processes are sorted; None: in the order they were made."""
    column = COLUMN_OF.get(choice.sort)
    if column is None or column.measure is None:
        return None
    return Sorting(column.measure, column.is_largest_first is not choice.is_reversed)


def sort_text(choice: TableChoice, glyphs: Glyphs) -> str:
    """What the processes are sorted by, as short as a title; empty where they are not."""
    sorting, column = sorting_of(choice), COLUMN_OF.get(choice.sort)
    if sorting is None or column is None:
        return ""
    return f"by {column.title or column.explanation} {sort_sign(sorting, glyphs)}"


def sort_sign(sorting: Sorting, glyphs: Glyphs) -> str:
    """Which way round they are sorted."""
    return glyphs.descending if sorting.is_descending else glyphs.ascending


def column_title(column: Column, width: int, choice: TableChoice, glyphs: Glyphs) -> str:
    """The title of a column in its head; a sign marks the one that the processes are sorted by."""
    sorting = sorting_of(choice) if column.key == choice.sort else None
    if sorting is None:
        return column.title
    return column.title[: width - 1] + sort_sign(sorting, glyphs)


def step_sort(choice: TableChoice, placed: Sequence[PlacedColumn], step: int) -> TableChoice:
    """Sorted by the column so many to the right of the present one; before the first one: not."""
    keys = ["", *(one.column.key for one in placed if one.column.measure is not None)]
    at = keys.index(choice.sort) if choice.sort in keys else 0
    key = keys[max(0, min(at + step, len(keys) - 1))]
    return choice if key == choice.sort else choice.sorted_by(key)


def placed_columns(
    width: int, known: Known = ONLY_PROCESSES, chosen: Sequence[str] = ()
) -> tuple[PlacedColumn, ...]:
    """The columns that fit side by side into so many cells, the least important left out.

    Args:
        width: how many cells there are.
        known: what is known of the run.
        chosen: the keys of those that a person chose, the most important first; empty: nobody did.
    """
    if chosen:
        return _chosen_columns(width, [COLUMN_OF[key] for key in chosen if key in COLUMN_OF])
    columns = [column for column in COLUMNS if column.is_shown(known)]
    wishes = [Wish(column.importance, column.key, column.width) for column in columns]
    wishes += [
        Wish(claim.importance, column.key, claim.width)
        for column in columns
        for claim in column.claims
        if claim.is_made(known)
    ]
    return _placed(width, columns, wishes)


def _chosen_columns(width: int, columns: Sequence[Column]) -> tuple[PlacedColumn, ...]:
    wishes = [Wish(-place, column.key, column.width) for place, column in enumerate(columns)]
    return _placed(width, columns, wishes)


def _placed(
    width: int, columns: Sequence[Column], wishes: Sequence[Wish]
) -> tuple[PlacedColumn, ...]:
    growths = sorted(
        (growth.turn, column.key, growth.width) for column in columns for growth in column.growths
    )
    widths = column_widths(
        wishes, [Growth(key, limit) for _, key, limit in growths], width - LEAD_WIDTH
    )
    return tuple(
        PlacedColumn(column, widths[column.key]) for column in columns if column.key in widths
    )
