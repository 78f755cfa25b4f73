"""What a person chose of the table holds in every pane, until it is chosen otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.dashboard.screens.column_menu import ColumnMenu
from mptui.dashboard.screens.sort_menu import SortMenu
from mptui.dashboard.session.table_choice import TableChoice
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
