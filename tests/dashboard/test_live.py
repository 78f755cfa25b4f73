"""The whole way: the dashboard, the real supervisor, and the scenarios of the gallery."""

from __future__ import annotations

import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.app import Dashboard
from mptui.dashboard.session.gallery import SCENARIOS, gallery_panes
from mptui.dashboard.session.pane_run import Phase
from mptui.dashboard.session.pane_spec import program_pane
from mptui.supervisor.request import RunRequest
from tests.dashboard.recorded_runs import Teller
from tests.dashboard.stage import Stage
from tests.process_table import Mark, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mptui.dashboard.session.pane_spec import PaneSpec
    from mptui.leftovers import LeftoverPolicy

PRINTED = {
    "processes": ["square of 123 is 15129", "cube of 123 is 1860867"],
    "pool": ["[1, 4, 9, 16, 25, 36, 49, 64, 81, 100]"],
    "workers": [f"Processing task ;  {task}" for task in range(10)],
    "four_numbers": ["0", "1", "2", "3"],
    "speedup": ["processes", "speedup", "efficiency"],
    "threads": ["processes", "threads"],
}


@asynccontextmanager
async def live(
    folder: Path, *own: PaneSpec, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Stage]:
    app = Dashboard((*gallery_panes(str(folder)), *own), front=len(SCENARIOS) if own else 0)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Stage(app, pilot, Teller(folder, ()))
        for pane in app.pane_runs:
            while pane.is_live:
                pane.stop()
                await pilot.pause(0.05)


def program(
    folder: Path,
    code: str,
    *,
    autostart: bool = False,
    left_unwanted: LeftoverPolicy = "stop",
    has_terminals: bool = False,
) -> PaneSpec:
    path = folder / "program.py"
    path.write_text(code)
    request = RunRequest(
        command=(sys.executable, str(path)),
        cwd=str(folder),
        name="program.py",
        left_unwanted=left_unwanted,
        has_terminals=has_terminals,
    )
    return program_pane(request, autostart=autostart)


def lines_of(there: Stage, index: int) -> list[str]:
    merged = there.app.pane_runs[index].run.merged
    return [line.text for line in merged.lines(merged.first_line, merged.end_line)]


@pytest.mark.parametrize("index", range(6), ids=[scenario.name for scenario in SCENARIOS[:6]])
async def test_scenario_runs_to_its_end_and_prints_what_it_should(
    tmp_path: Path, index: int
) -> None:
    async with live(tmp_path) as there:
        await there.press(str(index + 1))
        pane = there.app.pane_runs[index]
        pane.values |= {"work": "0.01"}
        await there.press("enter")
        await there.sees("finished, exit 0")
        assert pane.exit_status == 0
        assert all(not state.is_alive for state in pane.run.processes.values())
        printed = lines_of(there, index)
        for expected in PRINTED[SCENARIOS[index].name]:
            assert any(expected in line for line in printed), printed


async def test_all_exercises_run_side_by_side(tmp_path: Path) -> None:
    async with live(tmp_path) as there:
        exercises = there.app.pane_runs[:6]
        for index, pane in enumerate(exercises):
            pane.values |= {"work": "0.01"}
            await there.press(str(index + 1), "enter")
        await there.until(lambda: not there.app._live, "the end of all")
        assert [pane.exit_status for pane in exercises] == [0] * 6
        assert sorted(lines_of(there, 2)) == PRINTED["workers"]
        assert "✓" in there.rows[0]
        assert "●" not in there.rows[0]


async def test_stopping_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Mark(monkeypatch)
    async with live(tmp_path) as there:
        await there.press("3", "enter")
        await there.sees("Processing task ;  3")
        await there.press("x")
        await there.sees("stopped by you, SIGTERM")
        assert there.app.pane_runs[2].exit_status == 128 + signal.SIGTERM
        wait_until(lambda: mark.pids() == [], "nothing left")


async def test_second_x_kills_a_program_that_does_not_listen(tmp_path: Path) -> None:
    deaf = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\ntime.sleep(600)\n"
    )
    async with live(tmp_path, program(tmp_path, deaf)) as there:
        await there.press("enter")
        await there.sees("  deaf")
        await there.press("x")
        await there.sees("Stop program.py?")
        await there.press("y")
        await there.sees("stopping, killed in ")
        await there.press("x")
        await there.sees("stopped by you, SIGKILL")


async def test_program_starts_by_itself_where_that_was_asked(tmp_path: Path) -> None:
    async with live(tmp_path, program(tmp_path, "print('here I am')", autostart=True)) as there:
        await there.sees("here I am", "finished, exit 0")


async def test_program_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    request = RunRequest(command=("/no/such/program",), cwd=str(tmp_path), name="gone")
    async with live(tmp_path, program_pane(request, autostart=True)) as there:
        await there.until(lambda: there.app.pane_runs[-1].phase is Phase.NOT_STARTED, "the failure")
        await there.sees("✗ not started", "/no/such/program")
        assert there.app.pane_runs[-1].exit_status == 127


FLOOD = """
from itertools import count
from multiprocessing import get_context
def write(n):
    for i in {numbers}:
        print(f"{{n}} {{i}}")
if __name__ == "__main__":
    with get_context("fork").Pool(4) as pool:
        pool.map(write, range(4), chunksize=1)
        pool.close()
        pool.join()
"""


async def test_keys_are_obeyed_while_four_workers_flood(tmp_path: Path) -> None:
    async with live(tmp_path, program(tmp_path, FLOOD.format(numbers="count()"))) as there:
        await there.press("enter")
        pane = there.app.pane_runs[-1]
        await there.until(lambda: pane.run.line_count > 10_000, "the flood")
        await there.press("2")
        assert there.app.stack.front == 1
        await there.sees("pool.py")
        await there.press("1", "comma", "x")
        await there.sees("Stop program.py?")
        await there.press("y")
        await there.sees("stopped by you")


async def test_nothing_of_a_flood_is_lost(tmp_path: Path) -> None:
    async with live(tmp_path, program(tmp_path, FLOOD.format(numbers="range(50_000)"))) as there:
        await there.press("enter")
        await there.sees("finished, exit 0")
        run = there.app.pane_runs[-1].run
        assert run.line_count == 200_000
        assert run.dropped == {}


async def test_program_reads_what_is_typed_and_sees_its_end(tmp_path: Path) -> None:
    greeting = (
        "import sys\nfor line in sys.stdin:\n    print('hello', line.strip())\nprint('bye')\n"
    )
    async with live(tmp_path, program(tmp_path, greeting)) as there:
        await there.press("enter")
        await there.sees("● running", "program.py")
        await there.press("i", *"Ada", "enter")
        await there.sees("hello Ada")
        await there.press("ctrl+d")
        await there.sees("bye", "finished, exit 0")


SINGLE_KEYS = """
import multiprocessing, os, sys, termios, tty
def work():
    try:
        print("worker reads", repr(sys.stdin.readline()), flush=True)
    except (EOFError, ValueError) as error:
        print("worker reads", repr(error), flush=True)
if __name__ == "__main__":
    worker = multiprocessing.Process(target=work)
    worker.start()
    worker.join()
    tty.setcbreak(0)
    print("ready", flush=True)
    while (key := os.read(0, 8)) != b"q":
        print("key", key.hex(), flush=True)
"""


async def test_program_on_a_terminal_reads_single_keys_and_its_workers_read_nothing(
    tmp_path: Path,
) -> None:
    spec = program(tmp_path, SINGLE_KEYS, has_terminals=True)
    async with live(tmp_path, spec) as there:
        await there.press("enter")
        await there.sees("worker reads ''", "ready")
        await there.press("ctrl+t")
        await there.sees("every key goes")
        await there.press("a")
        await there.sees("key 61")
        await there.press("up")
        await there.sees("key 1b5b41")
        await there.press("q")
        await there.sees("finished, exit 0")
        await there.until(lambda: "every key goes" not in there.text, "the keys are as before")
