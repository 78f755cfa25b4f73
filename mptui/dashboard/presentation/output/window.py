"""Which lines of which log a view of output shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mptui.dashboard.presentation.output.line_times import line_time
from mptui.dashboard.presentation.output.lines import (
    OutputCell,
    has_prefixes,
    notice,
    prefix_of,
)
from mptui.dashboard.presentation.output.scroll_position import Extent
from mptui.dashboard.presentation.processes.names import process_name
from mptui.replay.whole_log import WholeLog, whole_log
from mptui.terminal_text import safe_text
from mptui.wording.attached import OUTPUT_AND_TASKS_NOT_SEEN, OUTPUT_NOT_SEEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mptui.dashboard.presentation.output.line_times import Clock
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import Line, Run
    from mptui.replay.whole_log import Log

OutputMode: TypeAlias = Literal["merged", "chosen"]
"""The output of all together, or of the chosen process alone."""


class Look(NamedTuple):
    """What decides how lines look, beside what they are."""

    selected: int | None
    """The process that is chosen."""
    glyphs: Glyphs
    current_match: int | None = None
    """The number of the line that a search has come to."""
    clock: Clock | None = None
    """How times are said; None where they are not shown."""
    bookmarks: Collection[int] = ()
    marked: Collection[int] = ()
    """The numbers of the lines that are marked to be copied."""


def has_output(log: Log) -> bool:
    """Whether anything was ever written to this log."""
    return log.end_line > 0 or bool(log.pending())


def extent_of(log: Log) -> Extent:
    """The lines that can be shown: the kept ones and the unfinished ones.

    Where older lines were dropped, a line that says so takes the number before the first.
    """
    first = log.first_line
    return Extent(first - 1 if first else 0, log.end_line + len(log.pending()))


def visible_cells(
    run: Run,
    log: int | None,
    lines: range,
    selected: int | None,
    glyphs: Glyphs,
    current_match: int | None = None,
) -> list[OutputCell]:
    """The lines with these numbers, as many of them as there are."""
    return seen_cells(run, log, lines, Look(selected, glyphs, current_match))


def seen_cells(
    run: Run, log: int | None, lines: range, look: Look, source: Log | None = None
) -> list[OutputCell]:
    """The same with whatever else decides how lines look.

    Args:
        run: whose lines these are.
        log: that of a process, or of all together (None).
        lines: their numbers.
        look: what decides how they look.
        source: the log itself, where it reaches further back than what is kept.
    """
    source = source or whole_log(run, log, None)
    dropped = _note_of_dropped(source, lines, look.glyphs)
    cells = cells_of(run, log, lines_of(source, lines), look, source)
    missing = min(lines.stop, source.end_line) - max(lines.start, source.first_line) - len(cells)
    if missing > 0 and isinstance(source, WholeLog):
        cells[:0] = [notice(safe_text(source.problem))] * missing
    return dropped + cells


def lines_of(log: Log, numbers: range) -> list[Line]:
    """The lines with these numbers, those that are not whole among them."""
    pending = [line for line in log.pending() if line.number in numbers]
    return log.lines(numbers.start, numbers.stop) + pending


def cells_of(
    run: Run, log: int | None, lines: Iterable[Line], look: Look, source: Log
) -> list[OutputCell]:
    """These lines of a log, as they look."""
    lines = list(lines)
    prefixes = (
        {line.process: prefix_of(run, line.process, look.selected) for line in lines}
        if log is None and has_prefixes(run)
        else {}
    )
    clock = look.clock
    return [
        OutputCell(
            prefixes.get(line.process),
            line.stream,
            line.text,
            is_current=line.number == look.current_match,
            time=line_time(source.time_of(line.number), clock) if clock is not None else "",
            is_bookmarked=line.number in look.bookmarks,
            is_selected=line.number in look.marked,
        )
        for line in lines
    ]


def _note_of_dropped(log: Log, numbers: range, glyphs: Glyphs) -> list[OutputCell]:
    is_seen = numbers.start < log.first_line
    return [notice(dropped_text(log.first_line, glyphs))] if is_seen else []


def dropped_text(count: int, glyphs: Glyphs) -> str:
    """What stands above the first line that is still kept."""
    lines = "1 older line is" if count == 1 else f"{count:,} older lines are"
    return f"{glyphs.ellipsis} {lines} no longer kept"


def empty_text(run: Run, mode: OutputMode, selected: int | None) -> str:
    """What stands where no line can be shown, and why."""
    if mode == "chosen" and selected is None:
        return "No process is chosen: choose one to see its output alone."
    if run.is_attached:
        return OUTPUT_NOT_SEEN if run.has_probe else OUTPUT_AND_TASKS_NOT_SEEN
    state = run.processes.get(selected) if mode == "chosen" and selected is not None else None
    if state is None:
        return "Nothing printed yet." if run.is_live else "Nothing was printed."
    said = "has printed nothing yet." if state.is_alive else "printed nothing."
    return f"{process_name(state)} {said}"
