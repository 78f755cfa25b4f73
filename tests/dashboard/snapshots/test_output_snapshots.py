"""How the output looks when a person asked for some of it, or for all of each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.app import Dashboard
from mptui.events import Output
from tests.dashboard.recorded_runs import Teller
from tests.dashboard.snapshots.test_snapshots import SIZES, SnapCompare, name
from tests.dashboard.stage import Stage, own_program
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.pilot import Pilot

LINES = (
    (1, "stdout", "epoch 1: loss 0.731 accuracy 0.512 learning rate 0.1\n"),
    (2, "stdout", "read /data/shards/train-00017-of-00128.parquet: 4,194,304 rows, 812 columns, "),
    (2, "stdout", "no nulls, sorted by user_id, in 12.4 s\n"),
    (1, "stderr", "UserWarning: 数値 is not finite, replaced by 0 in 3 rows of train-00017\n"),
    (3, "stdout", "\x1b[32mPASS\x1b[0m checksum of train-00018-of-00128.parquet\n"),
    (1, "stdout", "epoch 2: loss 0.502 accuracy 0.700 learning rate 0.01\n"),
)


@pytest.fixture(params=SIZES, ids=name)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return (request.param[0], request.param[1])


def looks_the_same(
    compare: SnapCompare,
    folder: Path,
    size: tuple[int, int],
    act: Callable[[Stage], Awaitable[None]],
) -> bool:
    history = [
        *HISTORIES["pool_live"][:6],
        *(
            Output(t=1.5 + number, process=process, stream=stream, text=text)
            for number, (process, stream, text) in enumerate(LINES)
        ),
    ]
    teller = Teller(folder, history)
    app = Dashboard((own_program(),), start_run=teller, clock=lambda: 0.0)

    async def run_before(pilot: Pilot[int]) -> None:
        there = Stage(app, pilot, teller)
        (await there.run()).tell()
        await there.sees("epoch 2")
        await act(there)
        await pilot.pause()

    try:
        return compare(app, terminal_size=size, run_before=run_before)
    finally:
        teller.end()


def test_wrapped(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int]) -> None:
    async def act(there: Stage) -> None:
        await there.press("W", "T")
        await there.sees("00:06.500")

    assert looks_the_same(snap_compare, tmp_path, size, act)


def test_filtered(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int]) -> None:
    async def act(there: Stage) -> None:
        await there.press("ampersand", *"@1-2 ", *r"\d", "enter")
        await there.sees("· &@1-2")
        await there.press("H", *"loss accuracy", "enter", "m", "slash", *"epoch", "enter")
        await there.sees("2 of 2")

    assert looks_the_same(snap_compare, tmp_path, size, act)
