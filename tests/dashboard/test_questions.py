"""Questions are asked as long as there is something to ask, with the counts of the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.screens.confirm import Confirm
from tests.cluster.cluster_story import ADA, BEN, ClusterStory
from tests.dashboard.stage import own_program, stage
from tests.dashboard.test_outliving import killed
from tests.histories import HISTORIES, Story

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = HISTORIES["gallery_finished"][:2]


@pytest.mark.parametrize(("key", "question"), [("q", "still running"), ("x", "Stop train.py?")])
async def test_the_question_goes_when_the_run_has_ended(
    tmp_path: Path, key: str, question: str
) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press(key)
        await there.sees(question)
        run.tell()
        run.end()
        await there.until(lambda: not isinstance(there.app.screen, Confirm), "no question")
        await there.sees("finished, exit 0", "it has ended meanwhile")
        assert "stop" not in run.calls
        assert not there.app._exit


async def test_an_answer_that_comes_too_late_starts_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("● running")
        await there.press("q")
        await there.sees("still running")
        run.end()
        await there.until(lambda: not isinstance(there.app.screen, Confirm), "no question")
        await there.press("enter")
        assert len(there.teller.runs) == 1


async def test_the_question_counts_anew(tmp_path: Path) -> None:
    story = Story("train.py", core_count=4)
    first = story.process("Worker-0")
    story.process("Worker-1")
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*story.events)
        await there.sees("Worker-1")
        await there.press("x")
        await there.sees("runs of its 3")
        told = len(story.events)
        story.exit(first)
        run.tell(*story.events[told:])
        await there.sees("runs of its 2")
        assert run.calls == []
        await there.press("y")
        assert run.calls == ["stop"]


async def test_the_question_is_about_what_is_left_once_main_has_ended(tmp_path: Path) -> None:
    events = killed()
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        end = next(n for n, event in enumerate(events) if "Exited" in type(event).__name__)
        run.tell(*events[:end])
        await there.sees("Worker-2")
        await there.press("x")
        await there.sees("Stop train.py?")
        run.tell(*events[end:])
        await there.sees("Stop the 3 processes that train.py")


async def test_the_way_out_names_only_what_still_runs(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        own = await there.run()
        own.tell(*BEGIN)
        await there.press("1")
        scenario = await there.run()
        scenario.tell(*BEGIN)
        await there.press("q")
        await there.sees("processes and train.py are still running")
        scenario.end()
        await there.sees("train.py is still running.", "leave train.py running and quit")


async def test_a_cluster_is_only_watched(tmp_path: Path) -> None:
    story = ClusterStory()
    story.answer(
        story.worker(ADA),
        story.worker(BEN),
        ended=[story.task(f"square-{number}") for number in range(30)],
        left=(True, [("square", 70)]),
        counts=(12, 50, 8, 30, 0),
        transfers=(3, 2_000_000, 41),
    )
    async with stage(tmp_path, own_program("10.0.0.1:8786"), has_gallery=False) as there:
        run = await there.run()
        run.tell(*story.events)
        await there.sees("worker-0", "10.0.0.8:40002", "square 30 of 100")
        await there.sees("waiting 12, queued 50, processing 8, in memory 30")
        await there.sees("transfers: 3 (1.9M) now, 41 so far")
        await there.press("X")
        await there.until(lambda: "a cluster is only watched" in str(there.notices), "a notice")
        await there.press("q")
        await there.sees("10.0.0.1:8786 is watched, and goes on in any case", "end watching")
        await there.press("escape", "x")
        await there.sees("Stop watching 10.0.0.1:8786?", "The cluster goes on")
        await there.press("y")
        await there.until(lambda: "stop" in run.calls, "a stop")
