import pytest

from mptui.dashboard.presentation.processes.selection import Selection
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.events import Sampled
from tests.dashboard.widgets.runs import run_of, run_with_workers
from tests.dashboard.widgets.stage import Stage, lines_of, painted_lines


async def test_each_core_is_a_bar_with_its_load_and_who_runs_there() -> None:
    grid, run = CoreGrid(), run_of("pool_live")
    async with Stage(grid).run_test(size=(50, 10)) as pilot:
        grid.selected = Selection(1)
        grid.show(run)
        await pilot.pause()
        lines = lines_of(grid)
        assert [line[1:3].strip() for line in lines[:8]] == [str(core) for core in range(8)]
        assert lines[5].startswith("▸ 5 ")
        assert lines[5].endswith("ForkPoolWorker-1")
        assert "%" in lines[5]
        assert lines[8:] == [" 3 of 8 cores idle", ""]


async def test_only_cores_whose_line_changed_are_painted_again() -> None:
    grid, run = CoreGrid(), run_with_workers(1)
    async with Stage(grid).run_test(size=(40, 6)) as pilot:
        run.apply([Sampled(t=1.0, cores=[10.0, 20.0, 30.0], processes={})])
        grid.show(run)
        await pilot.pause()
        grid.show(run)
        assert painted_lines(grid) == set()
        run.apply([Sampled(t=1.2, cores=[10.0, 90.0, 30.0], processes={})])
        grid.show(run)
        assert painted_lines(grid) == {1}


async def test_where_there_is_room_a_line_tells_how_the_load_was() -> None:
    grid, run = CoreGrid(), run_with_workers(1)
    async with Stage(grid).run_test(size=(100, 4)):
        for step, load in enumerate([0.0, 50.0, 100.0]):
            run.apply([Sampled(t=1.0 + step, cores=[load], processes={})])
            grid.show(run)
            grid.show(run)
        heights = UNICODE.heights
        assert f"{heights[0]}{heights[4]}{heights[7]}" in lines_of(grid)[0]


async def test_sixty_four_cores_fit_into_a_map() -> None:
    grid, run = CoreGrid(), run_of("many_cores")
    async with Stage(grid).run_test(size=(36, 8)) as pilot:
        grid.selected = Selection(1)
        grid.show(run)
        await pilot.pause()
        lines = lines_of(grid)
        drawn = sum(character in UNICODE.heights for line in lines[:-1] for character in line)
        assert drawn >= 64
        assert any(line.startswith("40/64 busy") for line in lines)


@pytest.mark.usefixtures("ascii_only")
async def test_ascii_only_draws_nothing_else() -> None:
    for history in ("pool_live", "many_cores"):
        grid, run = CoreGrid(), run_of(history)
        async with Stage(grid).run_test(size=(60, 10)) as pilot:
            grid.selected = Selection(1)
            grid.show(run)
            await pilot.pause()
            assert "".join(lines_of(grid)).isascii()


async def test_a_resize_lays_the_cores_out_anew() -> None:
    grid, run = CoreGrid(), run_of("pool_live")
    async with Stage(grid).run_test(size=(60, 10)) as pilot:
        grid.show(run)
        await pilot.resize_terminal(60, 4)
        await pilot.pause()
        assert " 4 " in lines_of(grid)[0]


async def test_loads_of_a_run_that_is_over_are_not_shown_as_if_they_were_of_now() -> None:
    grid, run = CoreGrid(), run_of("pool")
    async with Stage(grid).run_test(size=(60, 10)) as pilot:
        grid.show(run)
        await pilot.pause()
        assert "%" in lines_of(grid)[0]
        grid.show(run, is_watched=False)
        assert lines_of(grid) == ["no longer watched"] + [""] * 9


async def test_a_resize_while_more_was_folded_than_shown_shows_that_too() -> None:
    grid, run = CoreGrid(), run_with_workers(1)
    async with Stage(grid).run_test(size=(100, 4)) as pilot:
        grid.show(run)
        run.apply([Sampled(t=1.0, cores=[10.0, 20.0], processes={})])
        await pilot.resize_terminal(90, 4)
        await pilot.pause()
        assert " 20%" in lines_of(grid)[1]
