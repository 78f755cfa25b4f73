"""What outlives the main process, on the dashboard: seen, stopped, asked about, and named."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from mptui import events as ev
from mptui.dashboard.screens.confirm import Confirm
from mptui.dashboard.session.gallery import gallery_panes
from mptui.dashboard.session.pane_run import Phase
from tests.dashboard.stage import own_program, stage
from tests.dashboard.test_live import live, program
from tests.histories import Story
from tests.process_table import Mark, wait_until
from tests.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def killed(worker_count: int = 3) -> list[ev.Event]:
    """A main process was killed two seconds ago; its workers wait for tasks."""
    story = Story("train.py", core_count=4)
    for number in range(worker_count):
        worker = story.process(f"Worker-{number}")
        story.wait(worker, "task", "executor")
    story.after(1.0)
    story.exit(story.main, signal=signal.SIGKILL)
    story.after(2.0)
    story.look({})
    return story.events


def left_a_daemon() -> list[ev.Event]:
    story = Story("train.py", core_count=4)
    daemon = story.process("[red]server\x1b[2J", role="other")
    story.change(ev.ProcessChanged(t=story.t, process=daemon, own_session=True))
    return story.finish(0)


async def test_what_outlives_a_killed_main_process_is_seen(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*killed())
        await there.sees("main killed by SIGKILL, 3 left", "3/4 processes", "1 finding")
        await there.press("w")
        await there.sees("3 workers outlive", "it, waiting for tasks that will not come")


async def test_x_asks_and_stops_it(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*killed())
        await there.sees("main killed by SIGKILL, 3 left")
        await there.press("x")
        await there.sees("Stop the 3 processes", "was killed by SIGKILL")
        await there.press("y")
        assert run.calls == ["stop"]
        await there.sees("stopping, x again kills")
        run.end()
        await there.until(lambda: not there.app._live, "the end")


async def test_q_says_what_it_is_that_runs_and_may_leave_it(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*killed(1))
        await there.sees("main killed by SIGKILL, 1 left")
        await there.press("q")
        await there.sees("train.py is still running.", "1 process outlives it")
        await there.press("l")
        await there.until(lambda: there.app._exit, "the end")
        assert run.calls == ["detach"]


async def test_what_was_left_on_purpose_is_said_of_a_run_that_is_over(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*left_a_daemon())
        run.end()
        await there.sees("finished, exit 0, 1 left running")
        await there.press("q")
        assert there.app._exit
        assert not isinstance(there.app.screen, Confirm)
        assert run.calls == []


async def test_x_asks_before_it_stops_what_a_run_that_is_over_has_left(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*left_a_daemon())
        run.end()
        await there.sees("finished, exit 0, 1 left running")
        await there.press("x")
        await there.sees("Stop the 1 process that train.py has left,", "server^[[2J (pid 4201)?")
        await there.press("escape")
        assert run.calls == []
        await there.press("x", "y")
        await there.until(lambda: run.calls == ["stop"], "the request")
        await there.press("x")
        await there.until(lambda: run.calls == ["stop", "kill"], "the second request")
        run.has_ended = True
        await there.until(lambda: "left running" not in there.text, "the end of it")
        await there.sees("finished, exit 0")
        await there.press("x")
        await there.until(lambda: there.notices == ["nothing is running here"], "a notice")


async def test_an_answer_that_comes_after_the_end_is_for_what_is_left(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*left_a_daemon()[:-2])
        await there.sees("running")
        await there.press("x")
        await there.sees("Stop train.py?")
        run.tell(*left_a_daemon()[-2:])
        run.end()
        await there.until(lambda: not there.app._live, "the end")
        await there.sees("that train.py has left,")
        await there.press("y")
        await there.until(lambda: run.calls == ["stop"], "the request")


async def test_read_only_what_a_run_has_left_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), settings={"read-only": True}) as there:
        pane_run = there.app.pane_runs[-1]
        there.app._begin(pane_run)
        await there.until(lambda: there.teller.runs, "a run")
        run = there.teller.runs[0]
        run.tell(*left_a_daemon())
        run.end()
        await there.sees("1 left running")
        await there.press("x")
        await there.until(lambda: there.notices, "a refusal")
        assert "read-only" in there.notices[0]
        assert run.calls == []


async def test_what_ends_by_itself_is_not_left_any_more(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*left_a_daemon())
        run.end()
        await there.sees("finished, exit 0, 1 left running")
        run.has_ended = True
        await there.until(lambda: "left running" not in there.text, "the end of it")


async def test_what_ends_between_two_looks_is_told_all_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*left_a_daemon())
        run.end()
        await there.sees("finished, exit 0, 1 left running")
        pane_run = there.app.pane_runs[-1]
        poll = pane_run.poll

        def ends_after_the_look() -> bool:
            try:
                return poll()
            finally:
                run.has_ended = True

        pane_run.poll = ends_after_the_look  # type: ignore[method-assign]
        await there.until(lambda: "left running" not in there.text, "the end of it")


async def test_a_new_run_leaves_what_the_last_one_has_left(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*left_a_daemon())
        run.end()
        await there.sees("finished, exit 0, 1 left running")
        await there.press("r")
        await there.until(lambda: run.calls == ["detach"], "the next run")


LEFT = """
import subprocess
subprocess.Popen(["sleep", "1000"], start_new_session=True)
"""


async def test_a_real_daemon_is_stopped_when_that_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = Mark(monkeypatch)
    async with live(tmp_path, program(tmp_path, LEFT)) as there:
        await there.press("enter")
        await there.sees("1 left running")
        await there.press("x")
        await there.sees("Stop the 1 process", "(pid ")
        await there.press("y")
        await there.until(lambda: "left running" not in there.text, "the end of it")
    wait_until(lambda: mark.pids() == [], "nothing left")


async def test_workers_that_end_with_their_main_process_are_not_counted(tmp_path: Path) -> None:
    story = Story("train.py", core_count=4)
    story.process("Worker-1")
    story.exit(story.main, 0)
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell(*story.events)
        await there.sees("1/2 processes", "running")
        assert "left" not in there.text


KILLED = """
import multiprocessing, os, signal, time
for _ in range(2):
    multiprocessing.get_context("{method}").Process(target=time.sleep, args=(1000,)).start()
time.sleep(0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_real_workers_are_watched_until_they_are_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = Mark(monkeypatch)
    spec = program(tmp_path, KILLED.format(method="fork"), left_unwanted="wait")
    async with live(tmp_path, spec) as there:
        await there.press("enter")
        await there.sees("main killed by SIGKILL, 2 left")
        pane = there.app.pane_runs[-1]
        ended_at = pane.run.processes[0].ended_at or 0.0
        await there.until(lambda: pane.now > ended_at + 3, "some time")
        assert pane.phase is Phase.RUNNING
        await there.press("x")
        await there.sees("Stop the 2 processes")
        await there.press("y")
        await there.until(lambda: not pane.is_live, "the end")
        assert pane.exit_status == 128 + signal.SIGKILL
        assert not pane.run.alive
        await there.sees("killed by SIGKILL")
        wait_until(lambda: mark.pids() == [], "nothing left")


def test_a_scenario_of_the_gallery_leaves_nothing() -> None:
    requests = [spec.request for spec in gallery_panes("/")]
    assert {(one.left_on_purpose, one.left_unwanted) for one in requests} == {("stop", "stop")}


def test_what_is_left_running_is_named_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = Mark(monkeypatch)
    (tmp_path / "leave.py").write_text(
        "import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
    )
    command = [sys.executable, "-m", "mptui", "run", "--python", sys.executable, "leave.py"]
    try:
        with Terminal(command, columns=120, rows=40, cwd=tmp_path) as terminal:
            terminal.wait_for("finished, exit 0, 1 left running")
            terminal.send("q")
            assert terminal.wait_for_exit() == 0
            assert "mptui: leave.py has left running: sleep (pid " in terminal.text
    finally:
        for pid in mark.pids():
            signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL)
