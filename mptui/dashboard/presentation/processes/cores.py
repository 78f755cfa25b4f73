"""The cores of the machine: the load of each, and which processes of the program run on it."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.processes.names import process_name
from mptui.dashboard.presentation.text.bars import bar_text, history_text
from mptui.dashboard.presentation.text.palette import DIM, STRONG, process_style
from mptui.dashboard.presentation.text.short_names import ShortNames
from mptui.terminal_text import Span
from mptui.wording.counts import percent_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
_LEAST_BAR: Final = 6
NAMES_KNOWN: Final = 64
"""Of more processes on one core the others are counted: no line has room for so many names."""
UNWATCHED_LINES: Final = ((Span("no longer watched", DIM),),)
"""What stands in place of loads that are not of now."""
_NAMED_FROM_PERCENT: Final = 2.0
"""A process that used less of its core than this hardly ran on it."""
_BUSY_PERCENT: Final = 20.0
_NOT_ALLOWED: Final = "not usable"


class CoreCell(NamedTuple):
    """What is known of one core."""

    core: int
    percent: float
    names: tuple[Span, ...]
    """The processes that run on it, the busy ones first, each in its style."""
    is_chosen: bool
    """Whether the chosen process last ran here."""
    is_allowed: bool = True
    """Whether the program may run here."""
    node: int | None = None
    """The NUMA node, where there are several."""
    further: int = 0
    """How many more run on it than have names here."""


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
    allowed = run.allowed_cores
    nodes = {core: node for node, cores in enumerate(run.numa_nodes) for core in cores}
    return tuple(
        CoreCell(
            core,
            percent,
            _names(running.get(core, [])),
            core == chosen_core,
            not allowed or core in allowed,
            nodes.get(core),
            max(0, len(running.get(core, ())) - NAMES_KNOWN),
        )
        for core, percent in enumerate(run.cores)
    )


def names_on_cores(cells: Iterable[CoreCell]) -> ShortNames:
    """The short names of everybody who runs."""
    return ShortNames({span.text for cell in cells for span in cell.names})


def core_layout(count: int, width: int, height: int) -> CoreLayout:
    """Bars in as few columns as the height allows, or a map where bars would not fit."""
    columns = -(-count // max(1, height))
    column_width = width // max(1, columns)
    if count <= MAX_BARS and column_width >= MIN_BAR_CELL_WIDTH:
        return CoreLayout(is_map=False, columns=columns, column_width=column_width)
    number_width = len(str(max(0, count - 1))) + 1
    groups = max(1, (width - number_width) // (GROUP + 1))
    return CoreLayout(is_map=True, columns=groups * GROUP, column_width=number_width)


def bar_line_count(count: int, width: int) -> int:
    """The lines that so many bars want in this width; never none."""
    return max(1, -(-count // max(1, width // READABLE_CELL_WIDTH)))


def history_width(column_width: int) -> int:
    """How many cells of a bar's line show how the load was; none where room is scarce."""
    room = column_width - _FIXED_WIDTH - _NAME_WIDTH - 14
    return min(HISTORY_KEPT, room // 2) if room >= GROUP else 0


def bar_spans(
    cell: CoreCell, width: int, history: Sequence[float], names: ShortNames, glyphs: Glyphs
) -> tuple[Span, ...]:
    """One core as a line: marker, number, bar, percent, history, the processes on it."""
    node = f"n{cell.node} " if cell.node is not None else ""
    fixed = _FIXED_WIDTH + len(node)
    history_cells = history_width(width)
    room = width - fixed - (history_cells + 1 if history_cells else 0) - 1
    name_cells = max(0, min(room * 3 // 5, _most_name_cells(width), room - _LEAST_BAR))
    bar, rest = bar_text(cell.percent, max(2, room - name_cells), glyphs)
    number = f"{glyphs.chosen if cell.is_chosen else ' '}{cell.core:>2} "
    past = history_text(history[-history_cells:], glyphs) if history_cells else ""
    return (
        Span(node, DIM),
        Span(number, STRONG if cell.is_chosen else None),
        Span(bar, bar_style(cell)),
        Span(rest, DIM),
        Span(f"{percent_text(cell.percent):>5} ", STRONG if cell.is_chosen else None),
        Span(f"{past:>{history_cells}} " if history_cells else "", DIM),
        *names_in(cell, name_cells, names, glyphs),
        Span(" ", None),
    )


def bar_style(cell: CoreCell) -> TextStyle | None:
    """The colour of the process that has the core to itself; faint where it is not the program."""
    if len(cell.names) == 1:
        return cell.names[0].style
    return None if cell.names else DIM


def names_in(cell: CoreCell, width: int, names: ShortNames, glyphs: Glyphs) -> tuple[Span, ...]:
    """Who runs on a core, in exactly so many cells: by names that are as short as they must be.

    Where not all find room the others are counted.
    """
    if not cell.names:
        said = "" if cell.is_allowed or len(_NOT_ALLOWED) > width else _NOT_ALLOWED
        return (Span(said.ljust(width), DIM),)
    spans = () if cell.further else _all_names(cell.names, width, names, glyphs)
    spans = spans or _some_names(cell, width, names, glyphs)
    rest = width - sum(cell_len(span.text) for span in spans)
    return (*spans, Span(" " * rest, None))


def _all_names(
    found: Sequence[Span], width: int, names: ShortNames, glyphs: Glyphs
) -> tuple[Span, ...]:
    """All of them, under the longest of their names that leave room for all."""
    if len(found) > _most_names(width):
        return ()
    forms = [names.of(span.text) for span in found]
    if len(found) == 1 and cell_len(forms[0][-1]) <= width:
        # Everybody who is alone on a core goes by the same form of name.
        return (Span(names.within(found[0].text, width, glyphs), found[0].style),)
    for level in range(max(map(len, forms))):
        said = [form[min(level, len(form) - 1)] for form in forms]
        if sum(map(cell_len, said)) + len(said) - 1 <= width:
            return _beside(Span(text, span.style) for text, span in zip(said, found, strict=True))
    return ()


def _some_names(cell: CoreCell, width: int, names: ShortNames, glyphs: Glyphs) -> tuple[Span, ...]:
    found, all_count = cell.names, len(cell.names) + cell.further
    for count in range(min(len(found), all_count - 1, _most_names(width)), 0, -1):
        more = f" +{all_count - count}"
        some = _all_names(found[:count], width - len(more), names, glyphs)
        if some:
            return (*some, Span(more, DIM))
    more = f" +{all_count - 1}" if all_count > 1 else ""
    name = names.within(found[0].text, width - len(more), glyphs)
    if more and name in ("", glyphs.ellipsis):
        # No room for a name: all by number.
        return (Span(f"+{all_count}"[:width], DIM),)
    return (Span(name, found[0].style), Span(more, DIM))


def _most_names(width: int) -> int:
    """How many names find room at most, each a cell wide and a blank between them; at least one."""
    return max(1, (width + 1) // 2)


def _beside(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(part for span in spans for part in (Span(" ", None), span))[1:]


def _most_name_cells(width: int) -> int:
    """Where a line is wide, more of its cells are for names."""
    return _NAME_WIDTH if width < READABLE_CELL_WIDTH else max(_NAME_WIDTH, width // 3)


def _names(states: list[ProcessState]) -> tuple[Span, ...]:
    return tuple(
        Span(process_name(state), process_style(state.process, state.role))
        for state in nsmallest(NAMES_KNOWN, states, key=_rank)
    )


def _rank(state: ProcessState) -> tuple[bool, int]:
    """The busy ones first; among them not by load, or they would change places all the time."""
    percent = state.sample.cpu_percent if state.sample else 0.0
    return percent < _BUSY_PERCENT, state.process
