"""All cores in the room there is: a bar for each, or a map and below it who runs where.

On a machine with several NUMA nodes the cores of a node stand together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.machine.core_words import summary_spans, unusable_text
from mptui.dashboard.presentation.processes.cores import (
    GROUP,
    MAX_BARS,
    bar_line_count,
    bar_spans,
    bar_style,
    core_layout,
    names_in,
    names_on_cores,
)
from mptui.dashboard.presentation.text.bars import height_text
from mptui.dashboard.presentation.text.palette import DIM, MARKED
from mptui.dashboard.presentation.text.spans import shortened_spans, spans_width
from mptui.terminal_text import Span
from mptui.wording.counts import counted, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.dashboard.presentation.processes.cores import CoreCell, CoreLayout
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.dashboard.presentation.text.short_names import ShortNames

_PLACE_WIDTH: Final = 30
"""Cells for who runs on one core, below the map."""
_NUMBER_WIDTH: Final = 10
_MOST_RUNS: Final = 4
"""A node whose cores are in more pieces than these is shown as one row of cores."""


class Machine(NamedTuple):
    """What there is to say of the cores."""

    cells: tuple[CoreCell, ...]
    histories: Sequence[Sequence[float]]
    """The loads of each core so far, the oldest first."""
    idle: str
    """How many could be used, in words."""


def cores_height(cells: Sequence[CoreCell], width: int) -> int:
    """The lines that the cores want in this width, the words below them included."""
    if len(cells) <= MAX_BARS:
        return bar_line_count(len(cells), width) + bool(cells)
    layout = core_layout(len(cells), width, 1)
    return len(list(_map_rows(cells, layout))) + 1 + any(not cell.is_allowed for cell in cells)


def core_lines(machine: Machine, size: tuple[int, int], glyphs: Glyphs) -> list[Spans]:
    """The cores in so many cells and lines (width, height): bars, or a map where they are many."""
    width, height = size
    cells = machine.cells
    names = names_on_cores(cells)
    layout = core_layout(len(cells), width, height)
    if layout.is_map:
        return _map_lines(machine, layout, size, names, glyphs)
    line_count = -(-len(cells) // max(1, layout.columns))
    by_node = sorted(cells, key=lambda cell: (cell.node or 0, cell.core))
    lines = [
        tuple(
            span
            for cell in by_node[line::line_count]
            for span in bar_spans(
                cell, layout.column_width, machine.histories[cell.core], names, glyphs
            )
        )
        for line in range(line_count)
    ]
    has_room = bool(cells) and len(lines) < height
    return [*lines, (Span(f" {machine.idle}", DIM),)] if has_room else lines


def map_spans(cells: Sequence[CoreCell], number_width: int, glyphs: Glyphs) -> Spans:
    """One line of the map: its node, the number of its first core, then a cell for each."""
    node = cells[0].node
    spans = [Span(f"n{node} ", DIM)] if node is not None else []
    spans.append(Span(f"{cells[0].core:>{number_width - 1}} ", DIM))
    for position, cell in enumerate(cells):
        if position and position % GROUP == 0:
            spans.append(Span(" ", None))
        style = MARKED if cell.is_chosen else bar_style(cell)
        drawn = height_text(cell.percent, glyphs) if cell.is_allowed else glyphs.bar_rest
        spans.append(Span(drawn, style if cell.is_allowed else DIM))
    return tuple(spans)


def _map_lines(
    machine: Machine,
    layout: CoreLayout,
    size: tuple[int, int],
    names: ShortNames,
    glyphs: Glyphs,
) -> list[Spans]:
    cells, (width, height) = machine.cells, size
    rows = list(_map_rows(cells, layout))
    shown = rows[: max(0, height - 1)]
    left_out = len(cells) - sum(map(len, shown))
    lines = [map_spans(row, layout.column_width, glyphs) for row in shown]
    summary = summary_spans(cells, left_out, glyphs)
    together = (*summary, Span(f", {machine.idle}", DIM))
    is_one_line = machine.idle != "" and spans_width(together) <= width
    lines.append(together if is_one_line else summary)
    more = ("" if is_one_line else machine.idle, unusable_text(cells, glyphs))
    lines += [shortened_spans((Span(said, DIM),), width, glyphs) for said in more if said]
    # One line is left free between the map and who runs where.
    lines += _place_lines(cells, (width, height - len(lines) - 1), names, glyphs)
    return lines[:height]


def _map_rows(cells: Sequence[CoreCell], layout: CoreLayout) -> Iterator[Sequence[CoreCell]]:
    nodes: dict[int | None, list[CoreCell]] = {}
    for cell in cells:
        nodes.setdefault(cell.node, []).append(cell)
    # The node stands before the number.
    columns = max(GROUP, layout.columns - (GROUP if len(nodes) > 1 else 0))
    for node in sorted(nodes, key=lambda node: -1 if node is None else node):
        for run in _runs(nodes[node]):
            for start in range(0, len(run), columns):
                yield run[start : start + columns]


def _runs(cells: Sequence[CoreCell]) -> list[list[CoreCell]]:
    """The cores of a node, parted where their numbers leap: often these are second threads."""
    runs: list[list[CoreCell]] = []
    for cell in cells:
        if runs and runs[-1][-1].core == cell.core - 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return runs if len(runs) <= _MOST_RUNS else [list(cells)]


def _place_lines(
    cells: Sequence[CoreCell], size: tuple[int, int], names: ShortNames, glyphs: Glyphs
) -> list[Spans]:
    """Who runs where: a line for each core that the program is on, as many as there is room for."""
    width, height = size
    used = [cell for cell in cells if cell.names]
    columns = max(1, width // _PLACE_WIDTH)
    if height < 1 or not used:
        return []
    left_out = len(used) - columns * height
    if left_out > 0:
        height -= 1
        left_out = len(used) - columns * height
        used = used[: columns * height]
    line_count = -(-len(used) // columns)
    each = width // columns
    lines: list[Spans] = [
        tuple(span for cell in used[line::line_count] for span in _place(cell, each, names, glyphs))
        for line in range(line_count)
    ]
    if left_out > 0:
        lines.append((Span(f" {glyphs.ellipsis} and on {counted(left_out, 'more core')}", DIM),))
    return [(), *lines]


def _place(cell: CoreCell, width: int, names: ShortNames, glyphs: Glyphs) -> Spans:
    marker = glyphs.chosen if cell.is_chosen else " "
    number = f"{marker}{cell.core:>3} {percent_text(cell.percent):>4} "
    return (
        Span(number, MARKED if cell.is_chosen else DIM),
        *names_in(cell, width - _NUMBER_WIDTH - 1, names, glyphs),
        Span(" ", None),
    )
