"""What a pane shows before, during and after its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.presentation.processes.selection import ALL
from mptui.dashboard.session.gallery import CORES
from mptui.dashboard.widgets.chrome.run_header import RunHeader
from mptui.dashboard.widgets.chrome.tab_bar import TabBar
from mptui.dashboard.widgets.output_view import OutputView
from mptui.errors import EXIT_NOT_FOUND, MptuiError
from tests.dashboard.stage import own_program, stage
from tests.dashboard.widgets.stage import lines_of
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.stage import Stage

BEGIN = HISTORIES["gallery_finished"][:2]
REST = HISTORIES["gallery_finished"][2:]
HOSTILE = "[@click=app.quit]x[/] [/bold] \x1b]0;t\x07 \x9b2J"


def tabs_with_news(there: Stage) -> list[str]:
    return [tab.title for tab in there.app.query_one(TabBar).tabs if tab.has_news]


@pytest.mark.parametrize(
    ("key", "promise"),
    [
        ("1", "Enter runs it: 2 processes, 0.5 s each, start method"),
        ("2", "Enter runs it: 5 workers, 10 tasks, 0.5 s each, start method"),
        ("3", "Enter runs it: 4 workers, 10 tasks, 0.5 s each, lines whole, start method"),
        ("4", "Enter runs it: 4 workers, 0.5 s each, start method"),
        ("5", f"Enter runs it: {CORES} workers, 4 tasks each, 4 s in all, start method"),
        ("6", "Enter runs it: 4 workers, 8 tasks, 0.25 s each, start method"),
    ],
)
async def test_pane_that_has_not_run_says_what_enter_does(
    tmp_path: Path, key: str, promise: str
) -> None:
    async with stage(tmp_path) as there:
        await there.press(key)
        await there.sees(promise)


async def test_pane_that_has_not_run_shows_explanation_and_source(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(100, 60)) as there:
        await there.press("2")
        await there.sees("A pool of processes squares a row of numbers", "def square(number")
        assert '"""A pool of' not in there.text


async def test_program_of_the_users_says_its_command(tmp_path: Path) -> None:
    own = own_program(command=("/usr/bin/python3", "train.py", "--epochs", "3"))
    async with stage(tmp_path, own) as there:
        await there.sees("Enter runs python3 train.py --epochs 3")
        run = await there.run()
        assert run.request.command == ("/usr/bin/python3", "train.py", "--epochs", "3")
        assert run.request.on_disconnect == "keep"
        assert run.request.scenario is None


async def test_running_and_finished_are_told_with_figures(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(120, 40)) as there:
        run = await there.run()
        await there.sees("processes.py --work 0.5 --start-method")
        run.tell(*BEGIN)
        await there.sees("● running      0s   1/1 process     0 lines")
        run.tell(*REST)
        run.end()
        await there.sees("✓ finished, exit 0   1.64s   5 processes     10 lines")


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ("crashed", "✗ failed, exit 1"),
        ("killed_worker", "■ stopped by you, exit 130"),
        ("gallery_finished", "✓ finished, exit 0"),
        ("just_started", "✗ lost, the supervisor is gone"),
    ],
)
async def test_ending_is_told_in_words(tmp_path: Path, history: str, words: str) -> None:
    async with stage(tmp_path, history=history) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees(words)
        sign = there.app.query_one(TabBar).tabs[0].mark.text
        assert words.startswith(sign)


async def test_result_stays_until_the_next_run_takes_its_place(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished, exit 0")
        await there.press("2", "1")
        await there.sees("finished, exit 0", "Processing task ;  9")
        again = await there.run()
        again.tell(*BEGIN)
        await there.sees("● running", "1/1 process")
        assert "Processing" not in there.text


async def test_several_runs_go_on_at_once_and_tell_of_themselves_on_their_tabs(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as there:
        first = await there.run()
        await there.press("3")
        first.tell(*BEGIN)  # While it is not in front, or there is no news of it.
        second = await there.run()
        second.tell(*BEGIN)
        await there.sees("1●processes", "3●workers")
        await there.until(lambda: tabs_with_news(there) == ["processes"], "news of the first")
        first.tell(*REST)
        first.end()
        await there.sees("1✓processes", "3●workers")
        await there.press("1")
        assert tabs_with_news(there) == []
        await there.sees("finished, exit 0")


async def test_pane_behind_folds_but_does_not_paint(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        await there.press("2")
        run.tell()
        await there.until(lambda: there.app.pane_runs[0].run.line_count == 10, "the fold")
        first = there.app.query(OutputView).first()
        assert "Processing" not in "".join(lines_of(first))


async def test_choice_does_not_outlive_its_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        first = await there.run()
        first.tell()
        first.end()
        await there.sees("finished, exit 0")
        await there.press("down", "down")
        await there.sees("output · Process-1")
        await there.press("r")
        await there.until(lambda: len(there.teller.runs) == 2, "a run")
        assert there.app.stack.pane.selected == ALL
        await there.sees("output · merged")


async def test_timer_rests_while_nothing_runs(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        pulse = there.app.pulse
        assert pulse.is_resting
        run = await there.run()
        await there.until(lambda: not pulse.is_resting, "a second that ticks")
        run.tell()
        run.end()
        await there.until(lambda: pulse.is_resting, "rest")


async def test_program_that_cannot_be_started_is_one_clear_line_and_can_be_tried_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as there:
        there.teller.error = MptuiError("cannot run [/bold]: no such file", EXIT_NOT_FOUND)
        await there.press("enter")
        await there.sees("✗ not started", "cannot run [/bold]: no such file", "Enter tries again")
        assert there.app.pane_runs[0].exit_status == EXIT_NOT_FOUND
        there.teller.error = None
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        assert "cannot run" not in there.text


async def test_recording_that_cannot_be_written_is_said_while_it_lasts(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        run = await there.run()
        run.trouble = "cannot write the recording: No space left on device"
        await there.sees("No space left on device")
        run.trouble = None
        await there.until(lambda: "No space" not in there.text, "trouble over")


async def test_recording_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        there.teller.is_held.clear()
        await there.press("enter")
        there.teller._folder = tmp_path / "gone"
        there.teller.is_held.set()
        await there.sees("cannot")


async def test_events_that_were_lost_are_counted(tmp_path: Path) -> None:
    async with stage(tmp_path, history="gaps", size=(120, 40)) as there:
        (await there.run()).tell()
        await there.sees("65551 records lost")


async def test_hostile_names_and_output_are_only_text(tmp_path: Path) -> None:
    own = own_program(title=HOSTILE, command=("python", HOSTILE))
    async with stage(tmp_path, own, history="hostile_names", size=(160, 50)) as there:
        (await there.run()).tell()
        await there.sees("[/bold]", "[@click=app.quit]click me[/]")
        for _ in range(12):
            await there.press("down")
        await there.press("o", "o", "p", "x")
        await there.sees("Stop [@click=app.quit]x[/] [/bold] ")
        await there.press("escape", "q")
        await there.sees("[@click=app.quit]x[/] [/bold] ", "is still running.")
        await there.press("escape", "ctrl+p", *"click")
        await there.sees("a program of yours")
        assert not there.app._exit
        assert not any(character in there.text for character in "\x1b\x07\x9b")


async def test_hostile_error_is_only_text(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        there.teller.error = MptuiError(HOSTILE)
        await there.press("enter")
        await there.sees("[@click=app.quit]x[/] [/bold] ")


async def test_single_pane_has_no_tabs(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), has_gallery=False) as there:
        await there.sees("Enter runs python train.py")
        assert not there.app.query_one(TabBar).display
        assert there.app.query_one(RunHeader).region.y == 0


async def test_more_panes_than_number_keys_are_reached_by_their_tabs(tmp_path: Path) -> None:
    own = [own_program(f"program-{number}.py") for number in range(8)]
    async with stage(tmp_path, *own, size=(200, 50)) as there:
        await there.sees("program-7.py")
        last = there.app.stack.front
        await there.press("9")
        assert there.app.stack.front == 8
        await there.until(lambda: "program-7.py" not in there.rows[0], "the first tabs")
        await there.press("comma", "full_stop")
        assert there.app.stack.front == 8
        await there.click("TabBar", there.rows[0].index("»"))
        await there.until(lambda: 8 < there.app.stack.front < last, "a pane behind the sign")


@pytest.mark.parametrize("key", ["1", "6", "7", "9", "0"])
async def test_six_exercises_keep_their_tabs_in_80_columns_whatever_is_in_front(
    tmp_path: Path, key: str
) -> None:
    async with stage(tmp_path, size=(80, 24)) as there:
        await there.press(key)
        front = there.app.stack.pane_run.spec.title
        await there.sees(" 1 processes  2 pool  3 workers  4 numbers  5 speedup  6 threads ")
        await there.until(lambda: front[:4] in there.rows[0], "the tab in front")


async def test_only_a_pane_that_rests_may_be_shown_as_it_was_seen(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        pane = there.app.stack.pane
        await there.until(lambda: pane.look is not None, "rest before the run")
        before = pane.look
        run = await there.run()
        run.tell(*BEGIN)
        await there.sees("running")
        assert pane.look is None
        run.tell(*REST)
        run.end()
        await there.until(lambda: pane.look is not None, "rest after the run")
        assert pane.look != before
