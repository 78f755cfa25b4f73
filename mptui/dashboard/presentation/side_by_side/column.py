"""One column: whose output it is and how that process fares, and the lines that are in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.output.lines import prefix_of
from mptui.dashboard.presentation.processes.status import process_status
from mptui.dashboard.presentation.side_by_side.line_pieces import filled
from mptui.dashboard.presentation.words.tasks import Doing, doing_of, doing_text
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.shown_log import ShownLog
    from mptui.dashboard.presentation.output.window import Look
    from mptui.dashboard.presentation.processes.status import Status
    from mptui.dashboard.presentation.side_by_side.column_logs import ColumnLogs
    from mptui.dashboard.presentation.side_by_side.line_pieces import LinePieces
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans

_GLYPH_CELLS: Final = 2
_NAME_CELLS: Final = 8
"""A name gets as many, whatever else there is to say."""
_TASK_CELLS: Final = 6
"""In fewer no task can be read."""


class Rows(NamedTuple):
    """What stands in a column."""

    rows: list[Spans]
    line_count: int
    """How many lines of the output these are."""


def column_rows(
    shown: ShownLog, look: Look, last_line: int, height: int, pieces: LinePieces
) -> Rows:
    """The lines of a process in so many rows, with the one in this place as the last.

    Where less than that stands before it, what comes after it follows.
    """
    extent = shown.extent
    last = max(extent.first, min(last_line, extent.end - 1)) + 1
    before = shown.cells(range(max(extent.first, last - height), last), look)
    rows: list[Spans] = []
    count = 0
    for cell in reversed(before):
        if len(rows) >= height:
            break
        rows[:0] = pieces.of(cell)
        count += 1
    rows = rows[-height:]
    numbers = range(last, last + height - len(rows))
    for cell in shown.cells(numbers, look) if numbers else ():
        if len(rows) >= height:
            break
        rows += pieces.of(cell)
        count += 1
    return Rows(rows[:height], count)


def head_spans(
    logs: ColumnLogs, process: int, selected: int | None, width: int, glyphs: Glyphs
) -> Spans:
    """Name, status and task of a process, in exactly so many cells.

    How much of the name is said depends on the room alone: it must not change with the task.
    """
    run = logs.run
    state = run.processes.get(process)
    prefix = prefix_of(run, process, selected)
    if state is None:
        return filled((Span(prefix.name, prefix.style),), width)
    doing = doing_of(run, process)
    status = process_status(state, glyphs, doing.wait, run.now)
    room = width - _GLYPH_CELLS
    label = logs.labels.get(process, prefix.name)
    name = logs.names.within(label, max(_NAME_CELLS, room * 2 // 5), glyphs)
    left = room - cell_len(name) - 1
    word, task = _word_and_task(status, doing if state.is_alive else Doing(), run.now, left, glyphs)
    said = [Span(f"{status.glyph} ", status.style), Span(name, prefix.style)]
    said += [Span(f" {word}", status.style)] if word else []
    said += [Span(f" {task}", None)] if task else []
    return filled(said, width)


def _word_and_task(
    status: Status, doing: Doing, now: float, room: int, glyphs: Glyphs
) -> tuple[str, str]:
    """As much of both as there are cells for; that it runs, or sleeps, the sign says already."""
    task = doing_text(doing, now, room, glyphs) if doing.running else ""
    word = status.within(room)
    if not task:
        return (word if cell_len(word) <= room else ""), ""
    is_said = status.glyph in (glyphs.running, glyphs.sleeping)
    if is_said and cell_len(word) + 1 + cell_len(task) > room:
        return "", task
    word = status.within(max(0, room - cell_len(task) - 1))
    left = room - cell_len(word) - 1
    if left < _TASK_CELLS:
        return (word if cell_len(word) <= room else ""), ""
    return word, doing_text(doing, now, left, glyphs)
