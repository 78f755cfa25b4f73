"""A supervisor that was killed, and a recording that is not whole, on the dashboard."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from mptui import events as ev
from tests.dashboard.stage import own_program, stage
from tests.histories import Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def under_way(folder: str | None = None) -> list[ev.Event]:
    story = Story("train.py", core_count=4)
    story.process("Worker-1")
    first, *rest = story.events
    assert isinstance(first, ev.RunStarted)
    return [msgspec.structs.replace(first, folder=folder), *rest]


async def test_the_status_of_the_program_is_kept_though_the_disk_is_full(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.trouble, run.exit_status = "No space left on device", 3
        run.tell(*under_way())
        run.end()
        await there.sees("exit 3, the recording is not whole", "No space left on device")
        assert there.app.stack.pane_run.exit_status == 3


@contextmanager
def sleeping(room: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the run that has this run folder."""
    command = [sys.executable, "-c", "import time; time.sleep(1000)"]
    with subprocess.Popen(command, env={**os.environ, "MPTUI_RUN": room}) as process:
        yield process
        process.kill()


async def test_what_a_killed_supervisor_has_left_is_said_and_stopped(tmp_path: Path) -> None:
    room = str(tmp_path / "room")
    with sleeping(room) as left, sleeping(f"{room}2") as other:
        async with stage(tmp_path, own_program(), size=(120, 40)) as there:
            run = await there.run()
            run.trouble, run.is_lost = "the supervisor was killed", True
            run.tell(*under_way(room))
            run.end()
            await there.sees("lost, the supervisor is gone")
            await there.sees("the supervisor was killed; 1 process goes on without it: x stops it")
            await there.press("x")
            await there.sees("Stop what is left of train.py?")
            await there.press("escape")
            assert left.poll() is None
            await there.press("x", "y")
            await there.until(lambda: left.poll() is not None, "its end")
            await there.until(lambda: not there.app.stack.pane_run.can_stop_left, "the look at it")
            assert other.poll() is None, "what has another run folder is another run's"


async def test_nothing_is_offered_where_nothing_is_left(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.trouble, run.is_lost = "the supervisor was killed", True
        run.tell(*under_way(str(tmp_path / "room")))
        run.end()
        await there.sees("the supervisor was killed, and nothing of the program is left")
        await there.sees("  over")
        assert "● live" not in there.text
        await there.press("x")
        await there.until(lambda: there.notices == ["nothing is running here"], "a notice")
