"""Who has a column, and how the columns are spread over the room: in rows, and on pages.

Each is as wide as its lines want, within bounds: more rows come before columns too narrow to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.order import made_order

if TYPE_CHECKING:
    from mptui.model import Run

MIN_WIDTH: Final = 24
"""No column is narrower, unless the whole view is."""
CROWDED_WIDTH: Final = 28
"""Where not all find room, each takes no more than this: long lines wrap."""
MAX_WANTED: Final = 64
"""A line that is longer wraps, rather than taking the room of other columns."""
_STEP: Final = 8
"""Widths grow in steps, so that not every longer line moves all columns."""
MIN_HEIGHT: Final = 6
"""A row of columns is no lower: its head, and some lines."""


class Grid(NamedTuple):
    """How columns are spread over the room."""

    columns: int
    """So many side by side."""
    heights: tuple[int, ...]
    """Of each row of columns, its head included."""
    width: int
    """Of each column, without the rule between two."""

    @property
    def capacity(self) -> int:
        """How many find room at once."""
        return self.columns * len(self.heights)


def grid_of(count: int, size: tuple[int, int], wanted: int) -> Grid:
    """So many columns in this room.

    Args:
        count: how many columns there are, on all pages.
        size: the cells and lines there are.
        wanted: how wide each column should be.
    """
    width, height = size
    most_rows = max(1, height // MIN_HEIGHT)
    side_by_side = _fitting(width, wanted)
    if side_by_side * most_rows < count:
        side_by_side = _fitting(width, min(wanted, CROWDED_WIDTH))
    rows = min(most_rows, -(-count // side_by_side)) or 1
    # Rows as even as can be: seven are four and three, not six and one.
    columns = max(1, min(side_by_side, -(-count // rows)))
    spare = height % rows
    heights = tuple(height // rows + (row < spare) for row in range(rows))
    return Grid(columns, heights, max(1, (width + 1) // columns - 1))


def wanted_width(longest: int) -> int:
    """How wide a column should be, where the longest of its lines has so many cells."""
    stepped = -(-longest // _STEP) * _STEP
    return max(MIN_WIDTH, min(stepped, MAX_WANTED))


def speakers_of(run: Run) -> tuple[int, ...]:
    """The processes that have a column: those that printed, in the order they were made."""
    states = (state for state in run.processes.values() if state.byte_count)
    return tuple(state.process for state in sorted(states, key=made_order))


def page_of(place: int, grid: Grid) -> int:
    """The page on which the column in this place stands."""
    return place // grid.capacity


def page_count(count: int, grid: Grid) -> int:
    """On how many pages so many columns stand; at least one."""
    return max(1, -(-count // grid.capacity))


def position_text(page: int, count: int, grid: Grid) -> str:
    """Which of the columns are seen; nothing where all are."""
    if count <= grid.capacity:
        return ""
    first = page * grid.capacity
    return f"{first + 1}-{min(first + grid.capacity, count)} of {count}, [ ] turn"


def _fitting(width: int, each: int) -> int:
    return max(1, (width + 1) // (each + 1))
