"""What a later version recorded is shown: unknown values as their text, in every part of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dashboard.stage import own_program, stage

if TYPE_CHECKING:
    from pathlib import Path


async def test_unknown_values_are_shown_as_their_text(tmp_path: Path) -> None:
    own = own_program("later.py")
    async with stage(tmp_path, own, history="later_version", size=(160, 50)) as there:
        (await there.run()).tell()
        await there.sees("Coroutine-1", "on a stream of its own", "quorum", "3 lost (quarks)")
        await there.sees("orders 9 put, 4 got")
        await there.press("down", "down", "enter")
        await there.sees("coroutine", "teleport", "quorum")
        await there.press("escape", "t", "o", "o", "w", "l", "a")
        await there.sees("orders.pack(7)")


async def test_an_unknown_reason_to_stop_is_shown_as_its_text(tmp_path: Path) -> None:
    own = own_program("later.py")
    async with stage(tmp_path, own, history="later_version_stopped", size=(160, 50)) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("stopped: policy, exit 0")
