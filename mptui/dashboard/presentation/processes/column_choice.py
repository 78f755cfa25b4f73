"""Which columns the table of processes has: as many as fit, of those with something to say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.columns import COLUMNS, LEAD_WIDTH, Column, PlacedColumn
from mptui.dashboard.presentation.text.column_widths import Growth, Wish, column_widths
from mptui.dashboard.presentation.words.tasks import has_tasks

if TYPE_CHECKING:
    from mptui.model import Run

_NAME_WIDTH_BESIDE: Final = 13
"""Of the names at least, where what their processes do matters as much."""
_NAME_WISH: Final = Wish(7.5, "name", 3)
"""Then `ForkPoolWorker-1` is whole."""
_WAIT_WISHES: Final = (Wish(6.5, "status", 8), Wish(4.5, "status", 6), Wish(3.5, "status", 6))
"""To say for what a process waits, in ever more words."""
_GROWTHS: Final = (
    Growth("name", 16),
    Growth("task", 16),
    Growth("name", 18),
    Growth("status", 16),
    Growth("task", 32),
    Growth("name", 32),
    Growth("target", 40),
)


class Known(NamedTuple):
    """What is known of a run, beside what is known of every run."""

    has_tasks: bool = False
    has_waits: bool = False


ONLY_PROCESSES: Final = Known()


def known_of(run: Run) -> Known:
    """What is known of this run; what once was stays."""
    return Known(has_tasks=has_tasks(run), has_waits=run.waits.changes > 0)


def placed_columns(width: int, known: Known = ONLY_PROCESSES) -> tuple[PlacedColumn, ...]:
    """The columns that fit side by side into so many cells, the least important left out."""
    columns = _columns(known)
    wishes = [Wish(column.importance, column.key, column.width) for column in columns]
    if any(known):
        wishes.append(_NAME_WISH)
    if known.has_waits:
        wishes += _WAIT_WISHES
    widths = column_widths(wishes, _GROWTHS, width - LEAD_WIDTH)
    return tuple(
        PlacedColumn(column, widths[column.key]) for column in columns if column.key in widths
    )


def _columns(known: Known) -> tuple[Column, ...]:
    columns = tuple(column for column in COLUMNS if known.has_tasks or column.key != "task")
    if not any(known):
        return columns
    name, *others = columns
    return (replace(name, width=_NAME_WIDTH_BESIDE), *others)
