"""The timeline as lines: the scale, the rows that are seen, and what the signs mean.

Holds how a person looks at it (the moment, how far it is scrolled) and draws a row anew only when
something in it changed. What is chosen is handed in with each look. Must not know how lines are
painted, nor which key or button did what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.dashboard.presentation.timeline.axis import axis_spans
from mptui.dashboard.presentation.timeline.lane_drawing import (
    LaneDrawing,
    changed_from,
    draw_lane,
)
from mptui.dashboard.presentation.timeline.rows import (
    LaneKey,
    LaneOrder,
    TimelineRow,
    lane_life,
    lane_name,
    marked,
    name_span,
    name_width,
    spans_of,
)
from mptui.dashboard.presentation.timeline.window import TimelineWindow
from mptui.dashboard.presentation.timeline.words import cursor_text, legend_spans
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from mptui.dashboard.presentation.timeline.cells import Cell, Pen
    from mptui.dashboard.presentation.timeline.window import WindowView
    from mptui.model import Run

TimelineLine: TypeAlias = "TimelineRow | tuple[Span, ...]"
"""A row, or a line of text."""

LEAD_WIDTH: Final = 2
"""The marker of the chosen row before a name, and a gap behind it."""
_AXIS_LINES: Final = 1
_HEIGHT_WITH_LEGEND: Final = 5


class _Drawn(NamedTuple):
    """A row, and what it was drawn from: as long as that stays, so does the row."""

    cells_stamp: tuple[object, ...]
    drawing: LaneDrawing
    row_stamp: tuple[object, ...]
    row: TimelineRow


class TimelinePicture:
    """What is seen of one run.

    Args:
        run: the run, as it is whenever the lines are asked for.
        pen: what to draw with.
    """

    def __init__(self, run: Run, pen: Pen) -> None:
        self.window = TimelineWindow(is_whole=run.finished is not None)
        self.keys: list[LaneKey] = []
        """The lanes that have a row, from top to bottom."""
        self.top = 0
        """The first row that is seen."""
        self.name_width = 0
        self.is_over = False
        """Whether nothing more will come of the run, though its end was never told."""
        self._run = run
        self._pen = pen
        self._cursor: float | None = None
        self._size = (1, 1)
        self._selected = ALL
        """What was chosen at the latest look."""
        self._arranged: tuple[object, ...] = ()
        """What the rows depend on, as it was when they were arranged."""
        self._order = LaneOrder()
        self._drawn: dict[LaneKey, _Drawn] = {}
        self._axis_of: tuple[object, ...] = ()
        """What the scale was drawn from, and the legend."""
        self._axis_spans: tuple[Span, ...] = ()
        self._legend_of: tuple[object, ...] = ()
        self._legend: tuple[Span, ...] = ()
        self._changes = -1
        """How often something had happened when the window moved."""

    @property
    def page_height(self) -> int:
        """How many rows are seen at once."""
        return max(1, self._size[1] - self.chrome_height)

    @property
    def chrome_height(self) -> int:
        """The lines that are no rows."""
        _, height = self._size
        has_words = height >= _HEIGHT_WITH_LEGEND or (self.has_cursor and height > _AXIS_LINES + 1)
        return _AXIS_LINES + has_words

    @property
    def has_cursor(self) -> bool:
        """Whether the person looks at a moment."""
        return self._cursor is not None

    @property
    def cursor(self) -> float | None:
        """The moment that the person looks at."""
        return self._cursor

    def draw(
        self, now: float, size: tuple[int, int], selected: Selection = ALL
    ) -> list[TimelineLine]:
        """The lines at this time of the run, in so many cells and lines, with the choice marked."""
        is_new_choice = selected != self._selected
        self._size, self._selected = size, selected
        run, (width, _) = self._run, size
        self._pen.looks.learn(run.tasks.functions)
        bars_width = max(1, width - self.bars_left)
        until = self.window.until
        self.window.is_quiet = run.timeline.changes == self._changes
        is_finished = run.finished is not None or self.is_over
        self.window.set_time(now, bars_width, is_finished=is_finished)
        self._arrange_rows()
        if is_new_choice:
            self.scroll_to_chosen()
        if self.bars_left + bars_width != width:
            self.window.set_time(now, width - self.bars_left, is_finished=is_finished)
        if self.window.until != until:
            self._changes = run.timeline.changes
        rows = self._rows()
        cursor = self._cursor_column
        lines: list[TimelineLine] = [(*self._state_spans(), *self._axis(cursor)), *rows]
        if self.chrome_height > _AXIS_LINES:
            lines += [()] * (size[1] - 1 - len(lines))
            lines.append(self._words(cursor))
        return lines

    @property
    def bars_left(self) -> int:
        """The column of the line in which the bars begin."""
        return self.name_width + LEAD_WIDTH

    def choice_beside(self, rows: int) -> Selection:
        """The lane so many rows below the chosen one; above the first there is none to choose."""
        return self.choice_at(self._chosen_index + rows)

    def choice_at(self, index: int) -> Selection:
        """The lane in this row; one below the last is the last, one above the first is none."""
        if index < 0 or not self.keys:
            return ALL
        return Selection(*self.keys[min(index, len(self.keys) - 1)])

    def scroll(self, rows: int) -> None:
        """Show the rows so many further down, or up."""
        self.top = max(0, min(self.top + rows, len(self.keys) - self.page_height))

    def scroll_to_chosen(self) -> None:
        """Show the chosen row."""
        index = self._chosen_index
        if index >= 0:
            self.scroll(min(0, index - self.top))
            self.scroll(max(0, index - self.top - self.page_height + 1))

    def move_cursor(self, cells: int) -> None:
        """Look at a moment so many cells later, and let the window stand still for that."""
        window = self.window
        window.hold()
        column = self._cursor_column
        newest = min(window.width - 1, window.last_cell - window.first_cell)
        target = newest if column is None else column + cells
        if not 0 <= target < window.width:
            window.pan(target if target < 0 else target - window.width + 1)
        self.point_at(target)

    def point_at(self, column: int) -> None:
        """Look at the moment in this column, or the nearest that there is."""
        window = self.window
        newest = min(window.width - 1, window.last_cell - window.first_cell)
        self._cursor = window.time_at(max(0, min(column, newest)))

    def look_at(self, t: float) -> None:
        """Look at this moment, and bring it to sight."""
        window = self.window
        window.hold()
        column = window.distance_of(t)
        if not 0 <= column < window.width:
            window.pan(column - window.width // 2)
        self._cursor = t

    def drop_cursor(self) -> None:
        """Look at no moment any more."""
        self._cursor = None

    def zoom(self, steps: int, around: int | None = None) -> None:
        """See more, or less of it more closely: around this column, else around the cursor."""
        moment = self._cursor if around is None else self.window.time_at(around)
        self.window.zoom(steps, moment)

    def row_at(self, y: int) -> int | None:
        """Which row stands in this line."""
        index = self.top + y - _AXIS_LINES
        is_row = _AXIS_LINES <= y < _AXIS_LINES + self.page_height
        return index if is_row and index < len(self.keys) else None

    @property
    def _chosen_helper(self) -> int | None:
        """The chosen process, if it has a row only for that; all others have theirs anyway."""
        process = self._selected.process
        state = None if process is None else self._run.processes.get(process)
        return process if state is not None and state.role == "helper" else None

    @property
    def _chosen(self) -> LaneKey | None:
        """The lane that is chosen."""
        process, thread, _ = self._selected
        return None if process is None else (process, thread)

    @property
    def _chosen_index(self) -> int:
        """Its row; -1 where it has none."""
        chosen = self._chosen
        return self.keys.index(chosen) if chosen in self.keys else -1

    @property
    def _cursor_column(self) -> int | None:
        return None if self._cursor is None else self.window.column_of(self._cursor)

    def _arrange_rows(self) -> None:
        run, window = self._run, self.window
        chosen = self._chosen_helper
        arranged = (
            run.process_changes,
            len(run.timeline.lanes),
            chosen,
            self._size,
            self.page_height,
            self._order.rests_on(run, window),
        )
        if arranged == self._arranged:
            return
        self._arranged = arranged
        before = self._chosen_index
        self.keys = self._order.keys(run, window, chosen, self.page_height)
        after = self._chosen_index
        # While others come and go, the chosen row stays where it is seen.
        if self.top <= before < self.top + self.page_height and after >= 0:
            self.top += after - before
        self.name_width = name_width(run, self.keys, self._size[0])
        self.scroll(0)

    def _rows(self) -> list[TimelineRow]:
        window = self.window
        if window.is_live and self._cursor is not None and self._cursor_column is None:
            self._cursor = None
        view = window.view
        # While it is live a row is as it was until the window moves on or something happens in it.
        until = None if window.is_live else view.until
        stamp = (view.zoom_level, view.first_cell, view.last_cell, view.width, until)
        seen = self.keys[self.top : self.top + self.page_height]
        column = self._cursor_column
        self._drawn = {key: self._draw(key, view, stamp, column) for key in seen}
        return [self._drawn[key].row for key in seen]

    def _draw(
        self, key: LaneKey, view: WindowView, stamp: tuple[object, ...], column: int | None
    ) -> _Drawn:
        run, known = self._run, self._drawn.get(key)
        life = lane_life(run, key, self._pen)
        cells_stamp = (life, *stamp)
        is_pointed_at = column is not None and key == self._pointed_key
        row_stamp = (
            lane_name(run, key),
            self.name_width,
            key == self._chosen,
            column,
            is_pointed_at,
        )
        is_old = (
            known is not None
            and known.cells_stamp == cells_stamp
            and changed_from(run, key, known.drawing) >= view.until
        )
        if known is not None and is_old and known.row_stamp == row_stamp:
            return known
        drawing = known.drawing if known is not None else None
        if drawing is None or not is_old:
            drawing = draw_lane(run, key, view, life, self._pen, drawing)
        return _Drawn(cells_stamp, drawing, row_stamp, self._row(key, drawing.cells, column))

    def _row(self, key: LaneKey, cells: list[Cell], column: int | None) -> TimelineRow:
        if column is not None:
            is_chosen = key == self._pointed_key
            cells = marked(cells, column, self._pen.glyphs, is_chosen=is_chosen)
        name = name_span(self._run, key, self.name_width, self._pen.names)
        return TimelineRow(key, name, key == self._chosen, spans_of(cells))

    @property
    def _pointed_key(self) -> LaneKey | None:
        """The row that the cursor is in: the chosen one, else the first."""
        return self.keys[max(0, self._chosen_index)] if self.keys else None

    def _state_spans(self) -> tuple[Span, ...]:
        signs, width = self._pen.glyphs, self.bars_left
        if self.window.is_finished:
            said = "  ended" if self._run.finished is not None else "  over"
            return (Span(f"{said:<{width}}", DIM),)
        said = f"{signs.live} live" if self.window.is_live else f"{signs.held} frozen"
        return (Span(f"{said:<{width}}", DIM if self.window.is_live else STRONG),)

    def _axis(self, cursor: int | None) -> tuple[Span, ...]:
        window = self.window
        axis_of = (window.view, window.is_live, window.is_finished, cursor)
        if axis_of != self._axis_of:
            self._axis_of = axis_of
            self._axis_spans = axis_spans(window, self._pen.glyphs, cursor)
        return self._axis_spans

    def _words(self, cursor: int | None) -> tuple[Span, ...]:
        key = self._pointed_key
        if cursor is not None and key is not None:
            said = cursor_text(self._run, key, self.window, cursor, self._pen.glyphs)
            return (Span(said, None),)
        has_failures = self._run.tasks.has_failures
        has_core_times = self._run.core_times.are_known
        # Functions come, and none goes.
        legend_of = (self._size[0], len(self._pen.looks.labels), has_failures, has_core_times)
        if legend_of != self._legend_of:
            self._legend_of = legend_of
            self._legend = legend_spans(
                self._pen,
                self._size[0],
                has_failures=has_failures,
                has_core_times=has_core_times,
            )
        return self._legend
