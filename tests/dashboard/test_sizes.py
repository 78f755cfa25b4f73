"""The same pane on a small, an ordinary and a very wide terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from textual.widget import Widget

from mptui.dashboard.widgets.chrome.run_header import RunHeader
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.machine.history_strip import HistoryStrip
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.source_view import SourceView
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.events import Output
from tests.dashboard.stage import stage
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.geometry import Region

    from tests.dashboard.stage import Stage

Part = TypeVar("Part", bound=Widget)


def region(there: Stage, kind: type[Part]) -> Region:
    return there.app.query_one(kind).region


def history_top(there: Stage, bottom: int) -> int:
    """Where the history begins, which ends at the bottom; without room for one: there."""
    history = there.app.query_one(HistoryStrip)
    has_room = there.app.size.height >= 48
    assert history.region.height == (2 if has_room else 0)
    assert not has_room or history.region.bottom == bottom
    return history.region.y if has_room else bottom


def all_in(names: Iterable[str], rows: Sequence[str]) -> bool:
    return all(any(name in row for row in rows) for name in names)


async def run_and_see(there: Stage) -> None:
    (await there.run()).tell()
    await there.sees("Processing task ;  9")


async def test_80x24_stacks_workers_cores_and_output_and_needs_no_scrolling(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, size=(80, 24)) as there:
        await run_and_see(there)
        names = ("workers.py", "Process-1", "Process-2", "Process-3", "Process-4")
        # The table takes as many lines as it has rows once it knows them.
        await there.until(lambda: all_in(names, there.rows[: region(there, WorkerTable).bottom]))
        workers, cores, output = (
            region(there, kind) for kind in (WorkerTable, CoreGrid, OutputView)
        )
        assert workers.bottom == cores.y
        assert cores.bottom == output.y
        assert {workers.width, cores.width, output.width} == {80}
        assert region(there, RunHeader).height == 1
        assert "q quit" in there.rows[23]


@pytest.mark.parametrize("size", [(110, 34), (120, 40), (169, 50)])
async def test_from_110_columns_on_the_output_stands_beside_workers_and_cores(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, size=size) as there:
        await run_and_see(there)
        workers, cores, output = (
            region(there, kind) for kind in (WorkerTable, CoreGrid, OutputView)
        )
        assert workers.bottom == cores.y
        assert cores.bottom == history_top(there, output.bottom)
        assert workers.right == cores.right == output.x
        assert (output.y, output.right) == (workers.y, size[0])
        assert output.width >= 56
        assert region(there, SourceView).y == output.bottom
        assert region(there, SourceView).bottom == size[1] - 1


@pytest.mark.parametrize("size", [(170, 40), (200, 50), (300, 80)])
async def test_from_170_columns_on_all_three_stand_side_by_side(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, size=size) as there:
        await run_and_see(there)
        workers, cores, output = (
            region(there, kind) for kind in (WorkerTable, CoreGrid, OutputView)
        )
        assert workers.right == cores.x
        assert cores.right == output.x
        assert output.right == size[0]
        assert workers.y == cores.y == output.y
        assert workers.bottom == cores.bottom == history_top(there, output.bottom)


async def test_tables_of_the_scenarios_fit_into_the_output_at_120_columns(tmp_path: Path) -> None:
    row = f"{'  speedup of computing':<26}{'3.91x':>12}{'1.02x':>12}"
    assert len(row) == 50
    async with stage(tmp_path, size=(120, 40)) as there:
        run = await there.run()
        run.tell(*HISTORIES["just_started"])
        run.tell(Output(t=0.1, process=0, stream="stdout", text=f"{row}\n"))
        await there.sees(row)


async def test_wider_terminal_gives_the_output_more(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        await run_and_see(there)
        narrow = region(there, OutputView).width
        await there.resize(200, 40)
        await there.until(lambda: region(there, OutputView).width > narrow + 10, "a wider output")


async def test_wide_but_low_terminal_leaves_the_source_out_of_a_run(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(160, 24)) as there:
        await run_and_see(there)
        assert not there.app.query_one(SourceView).display
        assert region(there, WorkerTable).y == region(there, OutputView).y


@pytest.mark.parametrize("size", [(59, 24), (20, 5), (1, 1)])
async def test_too_small_a_terminal_says_what_is_wanted_and_recovers(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, size=(80, 24)) as there:
        await run_and_see(there)
        await there.resize(*size)
        if size[0] >= 17 and size[1] >= 1:
            await there.sees("mptui wants 80x24")
        await there.press("3", "1", "question_mark", "escape", "p", "escape", "s", "o")
        await there.resize(80, 24)
        await there.press("s")
        await there.until(lambda: "mptui wants" not in there.text, "the pane again")


@pytest.mark.parametrize("size", [(60, 15), (70, 18), (109, 33)])
async def test_sizes_between_show_everything_that_matters(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, size=size) as there:
        await run_and_see(there)
        await there.sees("workers", "cores", "output", "Enter run", "q quit")


async def test_screens_over_the_dashboard_fit_80x24(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(80, 24)) as there:
        await there.press("question_mark")
        await there.sees("help", "Esc closes", "underlined: news")
        await there.press("escape", "5", "p")
        await there.sees("parameters of speedup", "Enter runs · Esc cancels", "start method")
