"""How the table of processes looks when it is sorted, and beside GPUs, at the sizes that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.app import Dashboard
from tests.dashboard.recorded_runs import Teller
from tests.dashboard.snapshots.test_snapshots import SIZES, SnapCompare, name
from tests.dashboard.stage import Stage, own_program
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot


class Look:
    """Compares the screen with the one that was looked at."""

    def __init__(self, compare: SnapCompare, folder: Path) -> None:
        self._compare = compare
        self._folder = folder
        self._tellers: list[Teller] = []

    def __call__(self, history: str, size: tuple[int, int], *keys: str) -> None:
        """Show a history at this size, and press these keys."""
        teller = Teller(self._folder, HISTORIES[history])
        self._tellers.append(teller)
        app = Dashboard([own_program("train.py")], start_run=teller, clock=lambda: 0.0)

        async def act(pilot: Pilot[int]) -> None:
            there = Stage(app, pilot, teller)
            run = await there.run()
            run.tell()
            await there.sees("NAME", "STATUS")
            last = HISTORIES[history][-1].t
            await there.until(lambda: app.stack.pane_run.run.now >= last, "the whole history")
            await there.press(*keys)
            await pilot.pause(0.3)

        assert self._compare(app, terminal_size=size, run_before=act)

    def end(self) -> None:
        for teller in self._tellers:
            teller.end()


@pytest.fixture
def look(snap_compare: SnapCompare, tmp_path: Path) -> Iterator[Look]:
    one = Look(snap_compare, tmp_path)
    yield one
    one.end()


@pytest.mark.parametrize("size", SIZES, ids=name)
def test_sorted_table(look: Look, size: tuple[int, int]) -> None:
    look("pool_live", size, "P")


@pytest.mark.parametrize("size", SIZES, ids=name)
def test_gpu_columns(look: Look, size: tuple[int, int]) -> None:
    look("training", size, "M", "down")


def test_menu_of_orders(look: Look) -> None:
    look("killed_in_task", (80, 24), "P", "f6")


def test_menu_of_columns(look: Look) -> None:
    look("killed_in_task", (80, 24), "f2")
