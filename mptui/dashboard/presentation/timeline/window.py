"""Which part of a run's time is seen, and how much of it one cell stands for.

Time is counted in whole cells from the beginning of the run: the window moves a cell at a time, and
a moment stays in its cell however the window moves. It is live, at the newest moment, or held,
where it was when the person looked more closely; a run goes on behind a window that is held. Must
not know what is drawn in it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

SECONDS_A_CELL: Final = (
    *(digit / 10**power for power in (5, 4, 3, 2, 1) for digit in (1, 2, 5)),
    *(1.0, 2.0, 6.0, 12.0, 30.0, 60.0, 120.0, 360.0, 720.0, 2160.0, 8640.0),
)
"""How far one can zoom, and in which steps; ten cells are always a round time."""
_FINEST: Final = SECONDS_A_CELL.index(0.01)
"""A run that has just begun is not seen any closer by itself: it would soon not fit again."""
_COARSEST: Final = SECONDS_A_CELL.index(0.2)
"""A longer run is not seen from any further by itself: the window moves along with it."""

_LEAST_SECONDS_A_STEP: Final = 0.25
"""A live window moves no more often, if its cells are narrower several at a time."""
_QUIET_SECONDS_A_STEP: Final = 1.0
"""And where nothing happens in it, no more often than a clock that shows seconds."""
_ALMOST_NOTHING: Final = 1e-6
"""A part of a cell: the division of two times is not exact."""


class _Held(NamedTuple):
    """Where a window stands still."""

    zoom: int
    first_cell: int


class WindowView(NamedTuple):
    """What is seen in a window, as it is now: for those who ask for it again and again."""

    zoom_level: int
    first_cell: int
    last_cell: int
    """The cell that holds the moment the picture is of."""
    width: int
    until: float
    edges: tuple[float, ...]


class TimelineWindow:
    """A part of a run's time.

    Args:
        is_whole: whether the whole run is to be seen, however long it is.
    """

    def __init__(self, *, is_whole: bool = False) -> None:
        self.until = 0.0
        """The moment that the picture is of: nothing later is in it."""
        self.width = 1
        """How many cells there are."""
        self.is_quiet = False
        """Whether nothing happened since the window moved."""
        self._now = 0.0
        self._is_finished = False
        self._is_whole = is_whole
        self._chosen_zoom: int | None = None
        self._held: _Held | None = None
        self._edges: tuple[float, ...] = ()
        self._edges_of: tuple[float, ...] = ()
        """What the edges were made of."""

    @property
    def is_live(self) -> bool:
        """Whether the newest moment is at the right, or the whole run is seen."""
        return self._held is None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        return self._is_finished

    @property
    def zoom_level(self) -> int:
        """Which of the steps of zoom is in force."""
        if self._held is not None:
            return self._held.zoom
        if self._chosen_zoom is not None:
            return self._chosen_zoom
        fitting = self._fitting_zoom
        if self._is_whole or (self._is_finished and fitting <= _COARSEST):
            return fitting
        return max(_FINEST, min(fitting, _COARSEST))

    @property
    def seconds_a_cell(self) -> float:
        """How much time a cell stands for."""
        return SECONDS_A_CELL[self.zoom_level]

    @property
    def first_cell(self) -> int:
        """Which cell of the run's time is the leftmost."""
        return self._held.first_cell if self._held is not None else self._furthest

    @property
    def last_cell(self) -> int:
        """The cell that holds the moment the picture is of."""
        return _last_cell(self.until, self.seconds_a_cell)

    @property
    def edges(self) -> tuple[float, ...]:
        """The times between the cells, up to ``until``; fewer than two where nothing is yet."""
        edges_of = (self.zoom_level, self.first_cell, self.width, self.until)
        if edges_of != self._edges_of:
            self._edges_of, self._edges = edges_of, self._made_edges()
        return self._edges

    @property
    def view(self) -> WindowView:
        """All that is seen, worked out once."""
        return WindowView(
            self.zoom_level, self.first_cell, self.last_cell, self.width, self.until, self.edges
        )

    def _made_edges(self) -> tuple[float, ...]:
        step, first = self.seconds_a_cell, self.first_cell
        count = min(self.width, self.last_cell - first + 1)
        times = [cell * step for cell in range(first, first + count)]
        times.append(min((first + count) * step, self.until))
        return tuple(times) if count > 0 and times[-1] > times[-2] else tuple(times[:-1])

    def distance_of(self, t: float) -> int:
        """How many columns right of the leftmost this moment is, in sight or not."""
        return _cell_of(t, self.seconds_a_cell) - self.first_cell

    def column_of(self, t: float) -> int | None:
        """The column in which this moment is seen; None where it is not."""
        column = self.distance_of(t)
        return column if 0 <= column < self.width else None

    def time_at(self, column: int) -> float:
        """The middle of a column, as far as there is anything in it."""
        start, end = self.cell_bounds(column)
        return (start + end) / 2

    def cell_bounds(self, column: int) -> tuple[float, float]:
        """When a column begins and ends, as far as there is anything in it."""
        step, cell = self.seconds_a_cell, self.first_cell + column
        start = cell * step
        return start, max(start, min((cell + 1) * step, self.until))

    @property
    def rests_seconds(self) -> float:
        """In how many seconds of the run the window moves on by itself."""
        if self._held is not None or self._is_finished:
            return math.inf
        pace = self._pace_seconds
        return (math.floor(self._now / pace) + 1) * pace - self._now

    def set_time(self, now: float, width: int, *, is_finished: bool) -> None:
        """The time of the run is this now, and there are so many cells to see it in."""
        self._now, self.width, self._is_finished = now, max(1, width), is_finished
        if self._held is None:
            self.until = self._newest
        else:
            self._hold_at(*self._held)

    def zoom(self, steps: int, around: float | None = None) -> None:
        """See it from further away, or closer (steps below 0), around a moment that stays in place.

        A window that is live stays so: the newest moment is what stays in place.
        """
        old = self.zoom_level
        furthest = max(self._fitting_zoom, old)
        level = max(0, min(old + steps, furthest))
        if level == old:
            return
        if self._held is None and not self._is_finished:
            self._chosen_zoom, self._is_whole = level, False
            return
        middle = (self.first_cell + self.width / 2) * self.seconds_a_cell
        anchor = middle if around is None else around
        column = self.column_of(anchor) or 0
        self._chosen_zoom = level
        self.until = self._now
        self._hold_at(level, _cell_of(anchor, SECONDS_A_CELL[level]) - column)

    def pan(self, cells: int) -> None:
        """See what is so many cells later, or earlier, and stay there."""
        self.hold()
        self.until = self._now
        self._hold_at(self.zoom_level, self.first_cell + cells)

    def hold(self) -> None:
        """Stand still, whatever comes."""
        if self._held is None:
            self._held = _Held(self.zoom_level, self.first_cell)

    def go_live(self) -> None:
        """Go to the newest moment, and stay with it."""
        self._held = None
        self.until = self._newest

    def go_live_anew(self) -> None:
        """The same, at the zoom it had at first."""
        self._chosen_zoom, self._is_whole = None, self._is_finished
        self.go_live()

    def go_to_beginning(self) -> None:
        """See how the run began."""
        self.pan(-self.first_cell)

    def show_whole(self) -> None:
        """See all of it, as long as it is not held also of what is to come."""
        self._chosen_zoom, self._is_whole = None, True
        if self._held is not None:
            self.until = self._now
            self._held = _Held(self._fitting_zoom, 0)

    @property
    def _newest(self) -> float:
        """The newest moment that is worth a picture: with narrow cells no row would ever rest."""
        if self._is_finished or self.seconds_a_cell >= _LEAST_SECONDS_A_STEP:
            return self._now
        pace = self._pace_seconds
        return max(self.until, math.floor(self._now / pace) * pace)

    @property
    def _pace_seconds(self) -> float:
        """How often it moves: by whole cells, by several where they are narrow."""
        step = self.seconds_a_cell
        least_seconds = _QUIET_SECONDS_A_STEP if self.is_quiet else _LEAST_SECONDS_A_STEP
        return step * math.ceil(least_seconds / step - _ALMOST_NOTHING)

    @property
    def _furthest(self) -> int:
        """The first cell of the window that has the newest moment at its right end."""
        return max(0, self.last_cell - self.width + 1)

    @property
    def _fitting_zoom(self) -> int:
        """The closest look at which the whole run is in the window."""
        return _fitting_zoom(self.until, self.width)

    def _hold_at(self, level: int, first_cell: int) -> None:
        self._held = _Held(level, first_cell)
        self._held = _Held(level, max(0, min(first_cell, self._furthest)))


def _cell_of(t: float, seconds_a_cell: float) -> int:
    return max(0, math.floor(t / seconds_a_cell + _ALMOST_NOTHING))


@lru_cache(maxsize=4)
def _fitting_zoom(until: float, width: int) -> int:
    """The closest zoom at which all until this moment takes no more cells than that."""
    for level, step in enumerate(SECONDS_A_CELL):
        if _last_cell(until, step) < width:
            return level
    return len(SECONDS_A_CELL) - 1


def _last_cell(until: float, seconds_a_cell: float) -> int:
    """The cell in which the time ends; one that it only touches is not needed."""
    return max(0, math.ceil(until / seconds_a_cell - _ALMOST_NOTHING) - 1)
