"""The cores of the machine: the load of each, and which processes of the program run on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.processes.names import process_name
from mptui.dashboard.presentation.text.bars import bar_text, height_text, history_text
from mptui.dashboard.presentation.text.palette import DIM, MARKED, STRONG, process_style
from mptui.dashboard.presentation.text.shortening import shorten_keeping_number
from mptui.terminal_text import Span
from mptui.wording.counts import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import ProcessState, Run
    from mptui.terminal_text import TextStyle

MAX_BARS: Final = 16
"""More cores than these are shown as a map, one cell for each."""
MIN_BAR_CELL_WIDTH: Final = 18
GROUP: Final = 8
"""The map leaves a gap after so many cores, so that one can be counted."""
READABLE_CELL_WIDTH: Final = 40
"""From this width on a bar's line has room for the name of the process that runs there."""
_FIXED_WIDTH: Final = 10
"""The other cells of a bar's line: marker, number of the core, gaps and percent."""
HISTORY_KEPT: Final = 20
"""Loads of each core worth remembering."""
_NAME_WIDTH: Final = 16
UNWATCHED_LINES: Final = ((Span("no longer watched", DIM),),)
"""What stands in place of loads that are not of now."""
_BUSY_CORE_PERCENT: Final = 50.0
_NAMED_FROM_PERCENT: Final = 2.0
"""A process that used less of its core than this hardly ran on it."""


class CoreCell(NamedTuple):
    """What is known of one core."""

    core: int
    percent: float
    names: tuple[Span, ...]
    """The processes that run on it, the busiest first, each in its style."""
    is_chosen: bool
    """Whether the chosen process last ran here."""


class CoreLayout(NamedTuple):
    """How the cores are spread over the room there is."""

    is_map: bool
    columns: int
    """How many bars, or cores, stand side by side in a line."""
    column_width: int
    """Cells of a bar's column, the gap after it included."""


def core_cells(run: Run, selected: int | None) -> tuple[CoreCell, ...]:
    """Each core with its load and the processes on it."""
    running: dict[int, list[ProcessState]] = {}
    for state in run.alive:
        if state.sample and state.sample.cpu_percent >= _NAMED_FROM_PERCENT:
            running.setdefault(state.sample.core, []).append(state)
    chosen = run.processes.get(selected) if selected is not None else None
    chosen_core = chosen.sample.core if chosen and chosen.sample else None
    return tuple(
        CoreCell(core, percent, _names(running.get(core, [])), core == chosen_core)
        for core, percent in enumerate(run.cores)
    )


def core_layout(count: int, width: int, height: int) -> CoreLayout:
    """Bars in as few columns as the height allows, or a map where bars would not fit."""
    columns = -(-count // max(1, height))
    column_width = width // max(1, columns)
    if count <= MAX_BARS and column_width >= MIN_BAR_CELL_WIDTH:
        return CoreLayout(is_map=False, columns=columns, column_width=column_width)
    number_width = len(str(max(0, count - 1))) + 1
    groups = max(1, (width - number_width) // (GROUP + 1))
    return CoreLayout(is_map=True, columns=groups * GROUP, column_width=number_width)


def cores_height(count: int, width: int) -> int:
    """The lines that so many cores want in this width; never none."""
    if count <= MAX_BARS:
        return max(1, -(-count // max(1, width // READABLE_CELL_WIDTH)))
    layout = core_layout(count, width, 1)
    return -(-count // layout.columns) + 1


def history_width(column_width: int) -> int:
    """How many cells of a bar's line show how the load was; none where room is scarce."""
    room = column_width - _FIXED_WIDTH - _NAME_WIDTH - 14
    return min(HISTORY_KEPT, room // 2) if room >= GROUP else 0


def bar_spans(
    cell: CoreCell, width: int, history: Sequence[float], glyphs: Glyphs
) -> tuple[Span, ...]:
    """One core as a line: marker, number, bar, percent, history, the processes on it."""
    history_cells = history_width(width)
    name_cells = min(_NAME_WIDTH, max(0, (width - _FIXED_WIDTH) // 2))
    bar_cells = width - _FIXED_WIDTH - name_cells - (history_cells + 1 if history_cells else 0) - 1
    bar, rest = bar_text(cell.percent, max(2, bar_cells), glyphs)
    number = f"{glyphs.chosen if cell.is_chosen else ' '}{cell.core:>2} "
    past = history_text(history[-history_cells:], glyphs) if history_cells else ""
    return (
        Span(number, STRONG if cell.is_chosen else None),
        Span(bar, _bar_style(cell)),
        Span(rest, DIM),
        Span(f"{percent_text(cell.percent):>5} ", STRONG if cell.is_chosen else None),
        Span(f"{past:>{history_cells}} " if history_cells else "", DIM),
        *_names_in(cell.names, name_cells, glyphs),
        Span(" ", None),
    )


def map_spans(cells: Sequence[CoreCell], number_width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """One line of the map: the number of its first core, then a cell for each."""
    spans = [Span(f"{cells[0].core:>{number_width - 1}} ", DIM)] if cells else []
    for position, cell in enumerate(cells):
        if position and position % GROUP == 0:
            spans.append(Span(" ", None))
        style = MARKED if cell.is_chosen else _bar_style(cell)
        spans.append(Span(height_text(cell.percent, glyphs), style))
    return tuple(spans)


def summary_spans(cells: Sequence[CoreCell], left_out: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """The line below the map: how busy the machine is, and where the chosen process runs."""
    if not cells:
        return ()
    busy = sum(cell.percent >= _BUSY_CORE_PERCENT for cell in cells)
    mean = sum(cell.percent for cell in cells) / len(cells)
    spans = [Span(f"{busy}/{len(cells)} busy, mean {percent_text(mean)}", DIM)]
    if left_out:
        spans.append(Span(f", {left_out} not shown", DIM))
    for cell in cells:
        if cell.is_chosen:
            said = f"  {glyphs.chosen}core {cell.core} {percent_text(cell.percent)} "
            spans += [Span(said, STRONG), *cell.names]
    return tuple(spans)


def core_lines(
    cells: Sequence[CoreCell],
    histories: Sequence[Sequence[float]],
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[tuple[Span, ...]]:
    """The cores in so many cells and lines (width, height): bars, or a map where they are many."""
    width, height = size
    layout = core_layout(len(cells), width, height)
    if layout.is_map:
        return _map_lines(cells, layout, height, glyphs)
    line_count = -(-len(cells) // max(1, layout.columns))
    return [
        tuple(
            span
            for cell in cells[line::line_count]
            for span in bar_spans(cell, layout.column_width, histories[cell.core], glyphs)
        )
        for line in range(line_count)
    ]


def _map_lines(
    cells: Sequence[CoreCell], layout: CoreLayout, height: int, glyphs: Glyphs
) -> list[tuple[Span, ...]]:
    lines = [
        map_spans(cells[start : start + layout.columns], layout.column_width, glyphs)
        for start in range(0, len(cells), layout.columns)
    ]
    shown = lines[: max(0, height - 1)]
    left_out = max(0, len(cells) - len(shown) * layout.columns)
    return [*shown, summary_spans(cells, left_out, glyphs)]


def _names(states: list[ProcessState]) -> tuple[Span, ...]:
    by_load = sorted(states, key=_cpu_percent, reverse=True)
    return tuple(
        Span(process_name(state), process_style(state.process, state.role)) for state in by_load
    )


def _cpu_percent(state: ProcessState) -> float:
    return state.sample.cpu_percent if state.sample else 0.0


def _bar_style(cell: CoreCell) -> TextStyle | None:
    """The colour of the process that has the core to itself; faint where it is not the program."""
    if len(cell.names) == 1:
        return cell.names[0].style
    return None if cell.names else DIM


def _names_in(names: tuple[Span, ...], width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """The busiest process by name and the others by number, in exactly so many cells."""
    if not names:
        return (Span(" " * width, None),)
    others = f" +{len(names) - 1}" if len(names) > 1 else ""
    name = shorten_keeping_number(names[0].text, width - len(others), glyphs)
    if others and name in ("", glyphs.ellipsis):
        # No room for a name: all by number.
        name, others = "", f"+{len(names)}"
    rest = " " * (width - cell_len(name) - len(others))
    return (Span(name, names[0].style), Span(others + rest, DIM))
