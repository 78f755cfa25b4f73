"""Runs that were started before, or by somebody else, in panes of their own."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.dashboard.app import Dashboard
from mptui.dashboard.session.pane_run import Phase
from mptui.dashboard.session.runs.finished_run import ABANDONED
from mptui.dashboard.session.runs.opened_run import open_run
from mptui.recording.run_summary import summary_of, summary_of_run
from mptui.recording.runs_folder import runs_folder
from mptui.settings import load
from mptui.supervisor.supervised_run import SupervisedRun
from tests.dashboard.recorded_runs import Teller
from tests.dashboard.stage import Stage, own_program, stage
from tests.histories import HISTORIES
from tests.process_table import wait_until
from tests.running import request_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from mptui.recording.run_summary import RunSummary
    from tests.process_table import Mark

OLD_RECORDINGS = Path(__file__).parent.parent / "recording" / "schema_1"
FOREVER = """
import sys, time
print("ready", flush=True)
while not __import__("os").path.exists(sys.argv[1]):
    time.sleep(0.01)
print("the end", flush=True)
sys.exit(5)
"""


class Gate:
    """A file that a program waits for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> None:
        self.path.touch()


def recorded(stem: str, events: Sequence[ev.Event], torn: bytes = b"") -> RunSummary:
    """A recording of a run that is over."""
    runs_folder().mkdir(parents=True, exist_ok=True)
    path = runs_folder() / f"{stem}.jsonl"
    path.write_bytes(b"".join(map(ev.encode, events)) + torn)
    summary = summary_of(path)
    assert summary is not None
    return summary


@asynccontextmanager
async def opened(
    folder: Path, *runs: RunSummary, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Stage]:
    """A dashboard with these runs alone, as `mptui open` and `mptui attach` make it."""
    teller = Teller(folder, HISTORIES["gallery_finished"])
    shown = [open_run(run) for run in runs]
    app = Dashboard(
        [one.spec for one in shown],
        start_run=teller,
        settings=load({}, {"MPTUI_CONFIG": os.devnull}),
    )
    for pane_run, one in zip(app.pane_runs, shown, strict=True):
        pane_run.open(one)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Stage(app, pilot, teller)
    finally:
        teller.end()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """The program ends when it is open."""
    return Gate(tmp_path / "gate")


@pytest.fixture
def live(gate: Gate, mark: Mark) -> Iterator[SupervisedRun]:
    """A run that goes on by itself."""
    request = request_for(sys.executable, "-c", FOREVER, str(gate.path), on_disconnect="keep")
    run = SupervisedRun.start(request)
    yield run
    gate.open()
    run.wait()
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


async def test_a_finished_run_is_shown_with_all_of_it(tmp_path: Path) -> None:
    run = recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    async with opened(tmp_path, run) as there:
        await there.sees("finished, exit 0", "ForkPoolWorker-1")
        await there.press("l")
        await there.sees("timeline")
        await there.press("x")
        assert "nothing is running here" in there.notices[-1]
        await there.press("q")
        await there.until(lambda: there.app._exit, "the end")
    assert there.app.pane_runs[0].exit_status == 0


async def test_what_is_wrong_with_it_is_said_as_if_it_ran_here(tmp_path: Path) -> None:
    run = recorded("20250314T091500-hang.py", HISTORIES["deadlock"])
    async with opened(tmp_path, run) as there:
        await there.sees("1 finding: w")
        await there.press("w")
        await there.sees("findings")


async def test_a_run_whose_supervisor_was_killed_says_so(tmp_path: Path) -> None:
    run = recorded("20250314T091500-hang.py", HISTORIES["deadlock"][:-1], torn=b'{"event":"run_f')
    async with opened(tmp_path, run) as there:
        await there.sees(ABANDONED)
        await there.until(lambda: there.app.pane_runs[0].phase is Phase.ENDED, "the end")


async def test_a_run_of_an_older_mptui_is_shown(tmp_path: Path) -> None:
    runs_folder().mkdir(parents=True)
    for source in sorted(OLD_RECORDINGS.glob("*.jsonl")):
        path = runs_folder() / f"20240101T000000-{source.name}"
        shutil.copy(source, path)
        async with opened(tmp_path, summary_of_run(path.stem)) as there:
            await there.until(lambda: there.app.pane_runs[0].phase is Phase.ENDED, "the end")
            assert there.app.pane_runs[0].run.process_count > 0
            await there.sees("workers", "output")


async def test_enter_asks_before_what_was_opened_is_run_anew(tmp_path: Path) -> None:
    run = recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    async with opened(tmp_path, run) as there:
        await there.sees("finished, exit 0")
        await there.press("enter")
        await there.sees("was run before", "as 20250314T091500-pool.py")
        await there.press("enter")
        assert there.teller.runs == []
        await there.press("r")
        await there.sees("yes, run it anew")
        await there.press("y")
        await there.until(lambda: there.teller.runs, "a new run")
        assert not there.app.pane_runs[0].is_opened


async def test_a_run_of_ones_own_is_not_thrown_away_without_a_word(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished, exit 0")
        await there.run()
        await there.until(lambda: there.notices, "a word")
        assert there.notices[-1] == "the run before is kept: ^O lists it, as 0"


async def test_q_leaves_a_live_run_without_a_question(
    tmp_path: Path, live: SupervisedRun, gate: Gate
) -> None:
    summary = summary_of_run(str(live.recording))
    async with opened(tmp_path, summary) as there:
        await there.sees("running", "ready")
        await there.press("q")
        await there.until(lambda: there.app._exit, "the end")
    assert there.app.pane_runs[0].phase is Phase.DETACHED
    gate.open()
    assert live.wait() == 5


async def test_several_see_the_same_run_to_its_end(
    tmp_path: Path, live: SupervisedRun, gate: Gate
) -> None:
    summary = summary_of_run(str(live.recording))
    async with opened(tmp_path, summary, summary) as there:
        for key in ("1", "2"):
            await there.press(key)
            await there.sees("running", "ready")
        gate.open()
        for key in ("1", "2"):
            await there.press(key)
            await there.sees("exit 5", "the end")
        assert [one.exit_status for one in there.app.pane_runs] == [5, 5]


async def test_a_live_run_can_be_stopped_and_says_how_long_that_may_take(
    tmp_path: Path, live: SupervisedRun
) -> None:
    summary = summary_of_run(str(live.recording))
    async with opened(tmp_path, summary) as there:
        await there.sees("running", "ready")
        await there.press("x")
        await there.sees("as Ctrl-C does (SIGINT)", "SIGTERM", "SIGKILL")
        await there.press("c")
        await there.sees("SIGINT")
        await there.until(lambda: there.app.pane_runs[0].phase is Phase.ENDED, "the end")
        finished = there.app.pane_runs[0].run.finished
        assert finished is not None
        assert finished.stopped == "user"


async def test_the_list_opens_a_run_beside_the_panes_that_there_are(tmp_path: Path) -> None:
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    recorded("20250314T091600-hang.py", HISTORIES["deadlock"])
    async with stage(tmp_path, size=(80, 24)) as there:
        panes = len(there.app.pane_runs)
        await there.press("ctrl+o")
        await there.sees("hang.py", "pool.py", "NAME", "STATE")
        await there.press("down", "enter")
        await there.sees("finished, exit 0")
        assert len(there.app.pane_runs) == panes + 1
        await there.press("1", "ctrl+o")
        await there.sees("NAME")
        await there.press("down", "enter")
        await there.until(lambda: there.app.stack.front == panes, "the pane that shows it")
        assert len(there.app.pane_runs) == panes + 1
        await there.press("ctrl+o")
        await there.sees("NAME")
        await there.press("escape")
        assert len(there.app.pane_runs) == panes + 1


async def test_without_runs_the_list_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("ctrl+o")
        await there.sees("there are no runs yet")


async def test_names_in_the_list_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    recorded("20250314T091500-\x1b[31m[b]red", HISTORIES["pool_tasks"])
    async with stage(tmp_path) as there:
        await there.press("ctrl+o")
        await there.sees("[b]red")
        assert "\x1b" not in there.text


async def test_the_gallery_names_what_goes_on(tmp_path: Path, live: SupervisedRun) -> None:
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    app = Dashboard([own_program()], says_what_goes_on=True)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        there = Stage(app, pilot, Teller(tmp_path, ()))
        await there.until(lambda: there.notices, "a word")
        assert there.notices[0].startswith(f"{summary_of_run(live.recording.stem).name} goes on")
        await there.sees("mptui attach test")


async def test_a_live_run_can_be_halted_and_goes_on(tmp_path: Path, live: SupervisedRun) -> None:
    summary = summary_of_run(str(live.recording))
    async with opened(tmp_path, summary) as there:
        await there.sees("running", "ready")
        await there.press("X")
        await there.sees("paused, X goes on")
        await there.press("X")
        await there.until(lambda: not there.app.pane_runs[0].is_paused, "it goes on")
        await there.sees("● running")
