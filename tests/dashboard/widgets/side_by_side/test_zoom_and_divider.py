"""How the room of a pane is shared: one part alone, and the divider between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import MouseDown, MouseMove, MouseUp

from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.lower_panel import LowerPanel
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.side_by_side.output_columns import OutputColumns
from mptui.dashboard.widgets.worker_table import WorkerTable
from tests.dashboard.stage import own_program, stage

if TYPE_CHECKING:
    from pathlib import Path

    from textual.widget import Widget

    from tests.dashboard.stage import Stage

PARTS = (WorkerTable, CoreGrid, OutputView, OutputColumns, LowerPanel)


async def told(there: Stage) -> None:
    (await there.run()).tell()
    await there.sees("Processing task ;  9")
    await there.until(lambda: there.app.focused is not None, "somebody with the keys")


def in_sight(there: Stage) -> list[type[Widget]]:
    def is_seen(part: Widget) -> bool:
        return bool(part.region) and all(node.display for node in part.ancestors_with_self)

    return [kind for kind in PARTS if is_seen(there.app.stack.pane.query_one(kind))]


def width(there: Stage, kind: type[Widget]) -> int:
    return there.app.stack.pane.query_one(kind).region.width


def height(there: Stage, kind: type[Widget]) -> int:
    return there.app.stack.pane.query_one(kind).region.height


async def comes(there: Stage, *kinds: type[Widget]) -> None:
    await there.until(lambda: in_sight(there) == list(kinds), f"only {kinds}")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
@pytest.mark.parametrize(
    ("keys", "alone"),
    [((), WorkerTable), (("tab",), OutputView), (("a",), LowerPanel)],
    ids=["workers", "output", "tasks"],
)
async def test_z_lets_the_part_with_the_keys_fill_the_pane_and_gives_the_room_back(
    tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...], alone: type[Widget]
) -> None:
    async with stage(tmp_path, own_program(), size=size, has_gallery=False) as there:
        await told(there)
        await there.press(*keys)
        await there.until(lambda: there.app.focused is not None, "keys for it")
        before = in_sight(there)
        await there.press("z")
        await comes(there, alone)
        assert width(there, alone) == size[0]
        assert height(there, alone) >= size[1] - 4
        await there.press("z")
        await comes(there, *before)


async def test_what_is_below_says_the_way_back_as_long_as_it_is_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await told(there)
        for key, name in (("a", "tasks"), ("w", "findings"), ("l", "timeline")):
            await there.press(key)
            await there.sees(f"─ {name} ─")
            await there.press("z")
            await there.sees(f"─ {name} · z: all parts ─")
            await there.press("z")
            await there.sees(f"─ {name} ─")
        await there.press("s")
        await there.sees("─ processes.py ─")
        await there.press("z")
        await there.sees("─ processes.py · z: all parts ─")
        await there.press("z", "C")
        await there.sees("cores · z: all parts")
        await there.press("a")
        await there.sees("─ tasks ─")
        assert "all parts" not in there.text


async def test_capital_c_shows_the_cores_alone_with_who_runs_where(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), history="pool_live", size=(80, 24)) as there:
        (await there.run()).tell()
        await there.sees("ForkPoolWorker-5")
        await there.press("C")
        await comes(there, CoreGrid)
        await there.sees("cores · z: all parts", "3 of 8 cores idle", "ForkPoolWorker-2")
        await there.until(lambda: isinstance(there.app.focused, CoreGrid), "keys for the cores")
        await there.press("z")
        await there.until(lambda: WorkerTable in in_sight(there), "all parts")
        assert not there.app.query_one(CoreGrid).can_focus


async def test_a_view_that_is_asked_for_ends_the_zoom_that_covers_it(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        await there.press("z")
        await comes(there, WorkerTable)
        await there.press("l")
        await comes(there, WorkerTable, CoreGrid, OutputView, LowerPanel)
        await there.press("z")
        await comes(there, LowerPanel)
        await there.press("a")
        await there.sees("no tasks so far")
        await comes(there, LowerPanel)
        await there.press("a")
        await comes(there, WorkerTable, CoreGrid, OutputView)


async def test_o_brings_the_output_to_sight_where_a_zoom_covers_it(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        await there.press("z")
        await comes(there, WorkerTable)
        await there.press("o")
        await there.until(lambda: OutputView in in_sight(there), "the output")
        await there.sees("output · merged")


async def test_columns_take_the_whole_width_until_z_is_pressed_and_that_stays_chosen(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        await there.press("o", "o")
        await comes(there, OutputColumns)
        assert width(there, OutputColumns) == 120
        await there.until(lambda: isinstance(there.app.focused, OutputColumns), "the keys")
        await there.press("z")
        await there.until(lambda: WorkerTable in in_sight(there), "the workers too")
        await there.press("o")
        await there.until(lambda: OutputView in in_sight(there), "merged")
        await there.press("o", "o")
        await there.until(lambda: OutputColumns in in_sight(there), "columns")
        assert WorkerTable in in_sight(there)


async def test_a_search_in_the_columns_stays_there_and_goes_with_the_view(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        await there.press("o", "o")
        await comes(there, OutputColumns)
        await there.press("slash", *"task", "enter")
        await there.sees("output · side by side · /task 3 of 3 in Process-1")
        await there.press("n", "colon", *"0", "enter")
        await there.sees("/task 1 of 3 in Process-1", "held, f follows")
        await there.press("o")
        await there.sees("output · merged · /task 10 found")
        await there.press("o", "o")
        await there.sees("output · side by side · /task 3 found in Process-1")


async def test_the_divider_moves_by_keys(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        # The workers may have another use for the keys.
        await there.press("tab")
        before = width(there, OutputView)
        for less, more in (("less_than_sign", "greater_than_sign"), ("ctrl+left", "ctrl+right")):
            await there.press(less, less)
            await there.until(lambda: width(there, OutputView) == before + 8, "more output")
            await there.press(*[more] * 4)
            await there.until(lambda: width(there, OutputView) == before - 8, "less output")
            await there.press(less, less)
            await there.until(lambda: width(there, OutputView) == before, "as before")


async def test_the_divider_leaves_something_of_both_sides(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        await there.press("tab")
        await there.press(*["ctrl+left"] * 13)
        await there.until(lambda: width(there, WorkerTable) == 24, "few workers")
        await there.press(*["ctrl+right"] * 19)
        await there.until(lambda: width(there, OutputView) == 24, "little output")


async def test_one_above_the_other_the_divider_moves_up_and_down(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(80, 24)) as there:
        await told(there)
        before = height(there, OutputView)
        await there.press("ctrl+left")
        await there.until(lambda: height(there, OutputView) == before + 2, "more output")
        await there.press("ctrl+right", "ctrl+right")
        await there.until(lambda: height(there, OutputView) == before - 2, "less output")


async def test_the_divider_is_dragged_with_the_mouse(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        await told(there)
        edge = there.app.query_one(OutputView).region.x
        pilot, y = there._pilot, 5
        await pilot._post_mouse_events([MouseDown], offset=(edge, y), button=1)
        await pilot._post_mouse_events([MouseMove], offset=(edge + 10, y), button=1)
        await there.until(lambda: there.app.query_one(OutputView).region.x == edge + 10, "a move")
        await pilot._post_mouse_events([MouseUp], offset=(edge + 10, y), button=1)
        await pilot._post_mouse_events([MouseMove], offset=(edge + 20, y))
        await pilot.pause()
        assert there.app.query_one(OutputView).region.x == edge + 10


async def test_where_the_divider_is_holds_in_every_pane_and_for_the_next_run(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        await told(there)
        before = width(there, OutputView)
        await there.press("tab", "less_than_sign")
        await there.until(lambda: width(there, OutputView) == before + 4, "more output")
        await there.press("2")
        await there.sees("pool.py")
        await told(there)
        await there.until(lambda: width(there, OutputView) == before + 4, "as much output")
        await there.resize(80, 24)
        await there.until(lambda: width(there, OutputView) == 80, "one above the other")
        await there.resize(120, 40)
        await there.until(lambda: width(there, OutputView) == before + 4, "as it was")
