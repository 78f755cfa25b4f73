"""F9: a signal to the chosen process, or to all below it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.screens.confirm import Confirm
from mptui.dashboard.screens.signal_menu import SIGNALS, SignalMenu
from mptui.model.processes.processes import MAIN
from tests.dashboard.stage import own_program, stage
from tests.histories import Story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.recorded_runs import ToldRun
    from tests.dashboard.stage import Stage


def story_of_two() -> tuple[Story, list[int]]:
    story = Story("train.py", core_count=4)
    workers = [story.process("Worker-0"), story.process("Worker-1")]
    story.work(1.0, workers)
    return story, workers


async def running(there: Stage, story: Story) -> ToldRun:
    run = await there.run()
    run.tell(*story.events)
    await there.sees("Worker-1")
    return run


async def menu(there: Stage) -> None:
    await there.press("f9")
    await there.until(lambda: isinstance(there.app.screen, SignalMenu), "the menu")


async def test_the_chosen_process_gets_the_signal_after_a_question(tmp_path: Path) -> None:
    story, workers = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        run = await running(there, story)
        await there.press("down", "down", "f9")
        await there.sees("to Worker-0 (pid ", *(text for text in SIGNALS.values()))
        await there.press("down", "down", "enter")
        await there.sees("Send SIGKILL to Worker-0 (pid ")
        assert run.calls == []
        await there.press("y")
        assert run.calls == [f"signal {workers[0]} 9"]


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_the_harmless_answer_sends_nothing(tmp_path: Path, key: str) -> None:
    story, _ = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        run = await running(there, story)
        await menu(there)
        await there.press("enter")
        await there.until(lambda: isinstance(there.app.screen, Confirm), "the question")
        await there.press(key)
        assert not isinstance(there.app.screen, Confirm)
        assert run.calls == []


@pytest.mark.parametrize("key", ["t", "space"])
async def test_all_below_get_it_too_where_that_is_wanted(tmp_path: Path, key: str) -> None:
    story, _ = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        run = await running(there, story)
        await menu(there)
        await there.sees("), not to what is below it")
        await there.press(key)
        await there.sees("and 2 processes below it")
        await there.press("enter")
        await there.sees("Send SIGTERM to train.py")
        await there.press("y")
        assert run.calls == [f"signal {MAIN} 15 tree"]


async def test_what_another_signal_undoes_is_sent_at_once(tmp_path: Path) -> None:
    story, workers = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        run = await running(there, story)
        await there.press("down", "down", "f9")
        await there.until(lambda: isinstance(there.app.screen, SignalMenu), "the menu")
        await there.press("down", "down", "down", "enter")
        await there.until(lambda: run.calls, "a signal")
        await menu(there)
        await there.press("down", "down", "down", "down", "enter")
        await there.until(lambda: len(run.calls) == 2, "another one")
        assert run.calls == [f"signal {workers[0]} 19", f"signal {workers[0]} 18"]


@pytest.mark.parametrize("key", ["escape", "q", "f9", "f10"])
async def test_the_menu_is_left_without_sending(tmp_path: Path, key: str) -> None:
    story, _ = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        run = await running(there, story)
        await menu(there)
        await there.press(key)
        assert not isinstance(there.app.screen, SignalMenu)
        assert run.calls == []


async def test_menu_and_question_go_when_the_process_has_ended(tmp_path: Path) -> None:
    story, workers = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        run = await running(there, story)
        told = len(story.events)
        await there.press("down", "down", "f9")
        await there.until(lambda: isinstance(there.app.screen, SignalMenu), "the menu")
        story.exit(workers[0])
        run.tell(*story.events[told:])
        await there.until(lambda: not isinstance(there.app.screen, SignalMenu), "no menu")
        await there.press("down", "f9")
        await there.sees("to Worker-1")
        await there.press("enter")
        await there.sees("Send SIGTERM to Worker-1")
        told = len(story.events)
        story.exit(workers[1])
        run.tell(*story.events[told:])
        await there.until(lambda: not isinstance(there.app.screen, Confirm), "no question")
        assert run.calls == []


async def test_where_nothing_runs_there_is_nobody_to_signal(tmp_path: Path) -> None:
    story, _ = story_of_two()
    async with stage(tmp_path, own_program()) as there:
        await there.press("f9")
        await there.until(lambda: there.notices, "a notice")
        assert there.notices == ["nothing is running here"]
        run = await running(there, story)
        run.tell(*story.finish()[-2:])
        run.end()
        await there.until(lambda: not there.app.pane_runs[-1].is_live, "the end")
        await there.press("f9")
        assert not isinstance(there.app.screen, SignalMenu)
