"""One row for each thing that is to be fast: what it costs now, at a peer, and what is wanted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Goal(NamedTuple):
    """What was measured of one thing; a missing peer is said, never guessed."""

    what: str
    ours: str
    peer: str
    goal: str
    factor: float | None = None
    """What mptui costs in times of the peer, where both were measured."""


_HEADINGS = Goal("what", "mptui", "peer", "goal")


def print_goals(goals: Iterable[Goal]) -> None:
    """Print them as one table, as wide as it needs to be."""
    rows = [_cells(_HEADINGS), *map(_cells, goals)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    sys.stdout.flush()


def _cells(goal: Goal) -> tuple[str, ...]:
    if goal is _HEADINGS:
        factor = "times the peer"
    else:
        factor = "" if goal.factor is None else f"{goal.factor:.2f}x"
    return goal.what, goal.ours, goal.peer, factor, goal.goal
