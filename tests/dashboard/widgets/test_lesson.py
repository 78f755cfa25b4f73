"""What was to be seen in a scenario stands below its run, once it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dashboard.stage import own_program, stage
from tests.histories import Story

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

TABLE = """processes    wall time    speedup    efficiency
        1      4.000 s      1.00x         100 %
        2      2.500 s      1.60x          80 %
"""
LESSON = "2 processes took 2.500 s"


def measured() -> list[Event]:
    story = Story("speedup.py")
    story.say(story.main, TABLE)
    return story.finish()


async def test_it_stands_there_after_the_end_until_the_next_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("5")
        run = await there.run()
        run.tell(*measured()[:-1])
        await there.sees("1.60x")
        assert LESSON not in there.text
        run.tell(*measured()[-1:])
        run.end()
        await there.sees(LESSON, "Enter run")
        await there.run()
        await there.until(lambda: LESSON not in there.text, "the lesson of the last run is gone")


async def test_a_program_of_ones_own_is_no_lesson(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*measured())
        run.end()
        await there.sees("finished, exit 0", "1.60x")
        assert LESSON not in there.text
