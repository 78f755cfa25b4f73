import re

import pytest
from rich.cells import cell_len

from mptui.dashboard.presentation.machine.core_lines import Machine, core_lines, cores_height
from mptui.dashboard.presentation.machine.core_words import idle_text
from mptui.dashboard.presentation.processes.cores import (
    NAMES_KNOWN,
    core_cells,
    core_layout,
    names_in,
    names_on_cores,
)
from mptui.dashboard.presentation.text.bars import bar_text, height_text
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE
from mptui.dashboard.presentation.text.palette import MARKED, process_style
from mptui.events import ProcessSample, Sampled
from mptui.model import Run
from mptui.terminal_text import Span
from tests.dashboard.widgets.runs import run_of, run_with_workers

Lines = list[tuple[Span, ...]]


def lines_of(run: Run, width: int, height: int, selected: int | None = None) -> Lines:
    cells = core_cells(run, selected)
    histories = [[cell.percent] * 20 for cell in cells]
    return core_lines(Machine(cells, histories, idle_text(run, cells)), (width, height), UNICODE)


def text_of(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def test_a_core_names_the_processes_on_it_in_their_colours() -> None:
    cells = core_cells(run_of("pool_live"), None)
    by_name = {span.text: cell.core for cell in cells for span in cell.names}
    assert by_name == {f"ForkPoolWorker-{n}": n * 5 % 8 for n in range(1, 6)}
    (span,) = cells[5].names
    assert span.style == process_style(1, "worker")


def test_the_core_of_the_chosen_process_is_marked_without_colour() -> None:
    lines = [text_of(line) for line in lines_of(run_of("pool_live"), 40, 10, selected=1)]
    marked = [line for line in lines if UNICODE.chosen in line]
    assert marked == [lines[5]]
    assert "ForkPoolWorker-1" in lines[5]


def test_a_machine_without_samples_shows_no_core() -> None:
    assert [text_of(line) for line in lines_of(run_of("just_started"), 40, 10)] in ([], [""])


@pytest.mark.parametrize("height", [4, 8, 20])
def test_a_line_of_bars_is_never_wider_than_its_room(height: int) -> None:
    run = run_of("pool_live")
    for width in range(36, 160):
        for line in lines_of(run, width, height, selected=1):
            assert cell_len(text_of(line)) <= width


def test_too_little_height_puts_bars_side_by_side() -> None:
    lines = lines_of(run_of("pool_live"), 60, 4)
    assert len(lines) == 4
    assert text_of(lines[0]).split()[0] == "0"
    assert " 4 " in text_of(lines[0])


def test_many_cores_collapse_to_a_cell_each() -> None:
    assert not core_layout(16, 40, 16).is_map
    assert core_layout(17, 200, 50).is_map
    lines = [text_of(line) for line in lines_of(run_of("many_cores"), 44, 4, selected=1)]
    drawn = sum(character in UNICODE.heights for line in lines[:-1] for character in line)
    assert drawn == 64
    assert lines[-2].startswith("40/64 busy")
    assert f"{UNICODE.chosen}core 5 " in lines[-2]
    assert lines[-1] == "24 of 64 cores idle"


def test_the_chosen_core_stands_out_in_the_map_in_reverse() -> None:
    lines = lines_of(run_of("many_cores"), 44, 3, selected=1)
    assert sum(span.style == MARKED for line in lines for span in line) == 1


def test_cores_that_find_no_room_are_counted() -> None:
    lines = [text_of(line) for line in lines_of(run_of("many_cores"), 24, 3)]
    assert len(lines) == 3
    assert "32 not shown" in lines[-1]


@pytest.mark.parametrize("percent", [-5.0, 0.0, 3.0, 50.0, 99.9, 100.0, 250.0])
def test_a_bar_fills_its_width_whatever_the_load(percent: float) -> None:
    for glyphs in (UNICODE, ASCII):
        bar, rest = bar_text(percent, 10, glyphs)
        assert len(bar + rest) == 10
        assert len(height_text(percent, glyphs)) == 1


def test_bars_and_heights_grow_with_the_load() -> None:
    assert bar_text(0, 4, UNICODE)[0] == ""
    assert bar_text(50, 4, UNICODE)[0] == "██"
    assert bar_text(100, 4, UNICODE)[0] == "████"
    heights = [UNICODE.heights.index(height_text(load, UNICODE)) for load in range(101)]
    assert heights == sorted(heights)
    assert (heights[0], heights[100]) == (0, 7)


@pytest.mark.parametrize(
    ("width", "name"), [(48, "ForkPoolWorker-3"), (32, "PoolWorker-3"), (24, "Pool-3"), (20, "P3")]
)
def test_names_on_the_cores_are_shortened_so_that_they_tell_apart(width: int, name: str) -> None:
    lines = [text_of(line).split() for line in lines_of(run_of("pool_live"), width, 10)]
    assert lines[7][-1] == name
    busy = [line[-1] for line in lines[:8] if line[-1][-1].isdigit()]
    assert len(set(busy)) == len(busy) == 5


def test_cores_want_a_line_each_unless_two_fit_side_by_side_or_they_are_many() -> None:
    eight, many = core_cells(run_of("pool_live"), None), core_cells(run_of("many_cores"), None)
    assert cores_height(eight, 48) == 8 + 1
    assert cores_height(eight, 80) == 4 + 1
    assert cores_height((), 48) == 1
    assert cores_height(many, 48) == 2 + 1


def test_where_no_name_fits_the_processes_of_a_core_are_only_counted() -> None:
    line = text_of(lines_of(run_of("hundred_processes"), 78, 2)[0])
    assert re.findall(r"\d+% (\S+) ", line) == ["+9", "+8", "+9", "+9"]


def test_of_very_many_on_one_core_some_are_named_and_all_are_counted() -> None:
    run = run_with_workers(3000)
    samples = {n: ProcessSample(50.0, 1024, 0, "R", 1) for n in range(1, 3001)}
    run.apply([Sampled(t=1.0, cores=[100.0], processes=samples)])
    (cell,) = core_cells(run, None)
    assert (len(cell.names), cell.further) == (NAMES_KNOWN, 3000 - NAMES_KNOWN)
    said = text_of(names_in(cell, 16, names_on_cores([cell]), UNICODE))
    named, _, more = said.strip().rpartition(" +")
    assert len(named.split()) + int(more) == 3000
