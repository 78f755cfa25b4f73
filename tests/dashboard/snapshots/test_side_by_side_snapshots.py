"""How outputs look side by side, at the sizes people use, and parts that fill the pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.events import Output
from tests import histories
from tests.dashboard.side_by_side_runs import training
from tests.dashboard.snapshots.test_snapshots import SIZES, begin, look, name
from tests.dashboard.stage import own_program

if TYPE_CHECKING:
    from tests.dashboard.snapshots.test_snapshots import Look
    from tests.dashboard.stage import Stage

__all__ = ["look"]

FOUR, TWELVE = "four workers train", "twelve workers train"


@pytest.fixture(autouse=True)
def _more_histories(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {FOUR: training(4), TWELVE: training(12)}
    for told, events in more.items():
        monkeypatch.setitem(histories.HISTORIES, told, events)


async def told_all(there: Stage) -> None:
    """Wait until the last line has come, and is counted."""
    said = (event.text or "" for event in there.teller.history if isinstance(event, Output))
    count = sum(text.count("\n") for text in said)
    run = there.app.stack.pane_run
    await there.until(lambda: run.run.line_count == count, "all lines")
    await there.sees(f"{count} lines")


async def columns(there: Stage) -> None:
    await begin(there)
    await told_all(there)
    await there.press("o", "o")
    await there.sees("output · side by side", "epoch 3")


@pytest.mark.parametrize("size", SIZES, ids=name)
@pytest.mark.parametrize("told", [FOUR, TWELVE], ids=["4", "12"])
def test_output_side_by_side(look: Look, size: tuple[int, int], told: str) -> None:
    assert look(size, columns, own_program(), history=told)


def test_output_side_by_side_beside_the_workers(look: Look) -> None:
    async def beside(there: Stage) -> None:
        await columns(there)
        await there.press("z", "shift+right", "shift+right")
        await there.sees("workers", "cores")

    assert look((200, 50), beside, own_program(), history=TWELVE)


def test_found_in_a_column(look: Look) -> None:
    async def found(there: Stage) -> None:
        await columns(there)
        await there.press("shift+right", "shift+right")
        await there.press("slash", *"fold .* reading", "enter")
        await there.sees("3 of 3 in ")
        await there.press("N", "m", "T")
        await there.sees("2 of 3 in ")

    assert look((120, 40), found, own_program(), history=FOUR)


@pytest.mark.parametrize("size", SIZES, ids=name)
def test_workers_alone(look: Look, size: tuple[int, int]) -> None:
    async def zoom(there: Stage) -> None:
        await begin(there)
        await told_all(there)
        await there.press("z")
        await there.sees("workers · z: all parts")

    assert look(size, zoom, own_program(), history=TWELVE)


def test_map_of_many_cores_alone(look: Look) -> None:
    async def zoom(there: Stage) -> None:
        await begin(there)
        await there.sees("SpawnPoolWorker-1")
        await there.press("C")
        await there.sees("24 of 64 cores idle")

    assert look((120, 40), zoom, own_program(), history="many_cores")
