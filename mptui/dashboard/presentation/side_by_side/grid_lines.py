"""The lines of a grid of columns: the heads of the processes, and below each what it printed."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from mptui.dashboard.presentation.output.line_wishes import clock_of
from mptui.dashboard.presentation.output.window import Look
from mptui.dashboard.presentation.side_by_side.column import Rows, column_rows, head_spans
from mptui.dashboard.presentation.text.palette import DIM
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.output.line_times import Clock
    from mptui.dashboard.presentation.output.reading import Reading
    from mptui.dashboard.presentation.output.scroll_position import ScrollPosition
    from mptui.dashboard.presentation.side_by_side.column_logs import ColumnLogs
    from mptui.dashboard.presentation.side_by_side.grid import Grid
    from mptui.dashboard.presentation.side_by_side.line_pieces import LinePieces
    from mptui.dashboard.presentation.text.page import Spans


class GridLine(NamedTuple):
    """What stands side by side in one line of the view."""

    spans: Spans
    is_head: bool = False


class SeenColumns(NamedTuple):
    """What decides which lines are seen, and how they look."""

    logs: ColumnLogs
    grid: Grid
    processes: tuple[int, ...]
    """Whose columns are seen, row after row of the grid."""
    position: ScrollPosition
    reading: Reading
    """The chosen column is read with it: what was found and marked there stands out."""
    selected: int | None


class GridLines(NamedTuple):
    """The lines from top to bottom, and how much of the output they show."""

    lines: list[GridLine]
    least_seen: int
    """How many lines of output the column shows that shows fewest, though there are more."""
    read_seen: int
    """How many the chosen column shows."""


def grid_lines(seen: SeenColumns, pieces: LinePieces) -> GridLines:
    """All that is seen."""
    lines: list[GridLine] = []
    counts: list[int] = []
    read_seen, columns = 1, seen.grid.columns
    for row, height in enumerate(seen.grid.heights):
        group = seen.processes[row * columns : (row + 1) * columns]
        rows = [_rows_of(seen, process, height - 1, pieces) for process in group]
        lines += _beside_each_other(seen, group, height, [one.rows for one in rows], pieces)
        for process, one in zip(group, rows, strict=True):
            if one.line_count < _line_count(seen, process):
                counts.append(one.line_count)
            if process == seen.reading.log:
                read_seen = max(1, one.line_count)
    return GridLines(lines, max(1, min(counts, default=1)), read_seen)


def _rows_of(seen: SeenColumns, process: int, height: int, pieces: LinePieces) -> Rows:
    shown = seen.logs.shown(process)
    if shown is None:
        return Rows([], 0)
    last = seen.position.top(process, shown.extent, 1)
    style = seen.reading.wishes.time_style
    clock = clock_of(seen.logs.run, style) if style != "none" else None
    return column_rows(shown, _look_at(seen, process, clock, pieces), last, height, pieces)


def _look_at(seen: SeenColumns, process: int, clock: Clock | None, pieces: LinePieces) -> Look:
    if process == seen.reading.log:
        return seen.reading.look_at(clock)
    bookmarks = seen.reading.bookmarks.lines_of(process)
    return Look(None, pieces.glyphs, clock=clock, bookmarks=bookmarks)


def _line_count(seen: SeenColumns, process: int) -> int:
    shown = seen.logs.shown(process)
    return shown.extent.end - shown.extent.first if shown is not None else 0


def _beside_each_other(
    seen: SeenColumns,
    processes: tuple[int, ...],
    height: int,
    columns: list[list[Spans]],
    pieces: LinePieces,
) -> list[GridLine]:
    """One row of columns, their heads first, in so many lines; blank where nobody has a column."""
    if not processes:
        return [GridLine(())] * height
    logs, width, signs = seen.logs, seen.grid.width, pieces.glyphs
    rule = Span(signs.column, DIM)
    heads = [head_spans(logs, process, seen.selected, width, signs) for process in processes]
    blank = (Span(" " * width, None),)
    rows = list(zip_longest(*columns, fillvalue=blank))
    rows += [(blank,) * len(columns)] * (height - 1 - len(rows))
    return [
        GridLine(_ruled(heads, rule), is_head=True),
        *(GridLine(_ruled(row, rule)) for row in rows),
    ]


def _ruled(cells: Sequence[Spans], rule: Span) -> Spans:
    return tuple(span for cell in cells for span in (rule, *cell))[1:]
