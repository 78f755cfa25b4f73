"""What a person chose of the table holds in every pane, until it is chosen otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.screens.column_menu import ColumnMenu
from mptui.dashboard.screens.sort_menu import SortMenu
from mptui.dashboard.session.table_choice import TableChoice
from mptui.events import TaskStarted
from tests.dashboard.stage import own_program, stage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.stage import Stage


async def told(there: Stage) -> None:
    run = await there.run()
    run.tell()
    await there.sees("NAME", "STATUS")


def head(there: Stage) -> list[str]:
    """The titles of the table."""
    return next(row for row in there.rows if "NAME" in row).split()


async def open_menu(there: Stage, key: str) -> None:
    await there.press(key)
    menus = (SortMenu, ColumnMenu)
    await there.until(lambda: isinstance(there.app.screen, menus), "the menu")


async def test_order_chosen_in_the_menu_holds_in_every_pane(tmp_path: Path) -> None:
    own = own_program()
    async with stage(tmp_path, own, history="killed_in_task", size=(80, 24)) as there:
        await told(there)
        await open_menu(there, "f6")
        await there.sees("sort by", "in the order they were made", "share of a core, or more")
        await there.press(*["down"] * 4, "enter")
        await there.sees("CPU▼", "workers · by CPU ▼")
        await open_menu(there, "f6")
        # The menu begins where it was left: the same again turns the order.
        await there.press("enter")
        await there.sees("CPU▲")
        await open_menu(there, "f6")
        await there.press("escape")
        await there.press("1")
        await told(there)
        await there.sees("CPU▲")


async def test_columns_are_ticked_put_in_order_and_given_back(tmp_path: Path) -> None:
    own = own_program()
    async with stage(tmp_path, own, history="pool_live", size=(80, 24)) as there:
        await told(there)
        before = head(there)
        assert before[:2] == ["NAME", "STATUS"]
        await open_menu(there, "f2")
        await there.sees("[x] NAME", "[ ] RUNS", "Space ticks")
        # The second one is moved to the top, the name below it stays though it is ticked off.
        await there.press("down", "left_square_bracket", "down", "space", "down", "space", "enter")
        await there.until(lambda: "NAME" in there.text and head(there)[0] == "STATUS", "columns")
        assert head(there)[1] == "NAME"
        assert "CPU" not in head(there)
        await there.press("1")
        await told(there)
        assert head(there)[0] == "STATUS"
        await open_menu(there, "f2")
        await there.press("d")
        await there.until(lambda: "NAME" in there.text and head(there) == before, "all columns")


async def test_menu_that_is_left_or_changes_nothing_leaves_the_choice(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), history="pool_live", size=(80, 24)) as there:
        await told(there)
        for keys in (("space", "escape"), ("enter",), ("down", "space", "f2")):
            await open_menu(there, "f2")
            await there.press(*keys)
            await there.until(lambda: not isinstance(there.app.screen, ColumnMenu), "no menu")
            assert there.app.stack.table_choice == TableChoice()


async def test_before_a_run_too_columns_and_order_can_be_chosen(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(80, 24)) as there:
        await open_menu(there, "f2")
        await there.press("escape")
        await open_menu(there, "f6")
        await there.press("end", "enter")
        await there.until(lambda: there.app.stack.table_choice.sort, "an order")


@pytest.mark.parametrize(
    ("history", "size"),
    [
        ("deadlock", (120, 40)),
        ("killed_in_task", (120, 40)),
        *(("training", size) for size in ((80, 24), (120, 40), (160, 50), (200, 50))),
    ],
)
async def test_pid_memory_and_core_are_there_whatever_else_is(
    tmp_path: Path, history: str, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, own_program(), history=history, size=size) as there:
        await told(there)
        assert {"NAME", "STATUS", "CPU", "MEM", "CORE", "PID"} <= set(head(there))


async def test_without_room_for_the_task_the_status_says_it(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), history="training", size=(120, 40)) as there:
        run = await there.run()
        run.tell()
        await there.sees("NAME", "DataLoader 7")
        assert "TASK" not in there.text
        state = there.app.stack.pane_run.run.processes[1]
        run.tell(TaskStarted(t=31.0, process=state.process, label="decode", item="7"))
        await there.sees("decode(7)")


async def test_gpus_are_shown_once_the_program_uses_one(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), history="training", size=(120, 40)) as there:
        run = await there.run()
        assert "gpus" not in there.text
        run.tell()
        # Beside a part that needs the room they take one line together.
        await there.sees("─ gpus ─", "2 gpus, mean")
        await there.press("l")
        await there.sees("─ gpus ─", "11G of 80G", "H100 80GB")


async def test_history_of_the_chosen_one_or_of_all_is_there_where_there_is_room(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program(), history="training", size=(120, 40)) as there:
        await told(there)
        assert "history" not in there.text
        await there.press("l")
        await there.sees("history · all processes, ", "761%", "8.0/s")
        await there.press("down")
        await there.sees("history · train.py, ", "21%")
        await there.press("l")
        await there.until(lambda: "history" not in there.text, "the timeline in its place")
        await there.resize(120, 50)
        await there.sees("history · train.py, ")


async def test_key_after_a_new_order_finds_the_rows_in_that_order(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), history="training", size=(120, 40)) as there:
        await told(there)
        await there.until(lambda: there.app.stack.pane_run.run.now >= 30.0, "the whole history")
        await there.press("M", "down")
        chosen = there.app.stack.pane.selected.process
        assert chosen is not None
        assert there.app.stack.pane_run.run.processes[chosen].name == "DataLoader 5"
