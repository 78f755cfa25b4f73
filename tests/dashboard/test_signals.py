"""The dashboard on a real terminal, and the ways in which it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.process_table import Mark, wait_until
from tests.terminal import Key, Terminal

if TYPE_CHECKING:
    from pathlib import Path

GALLERY = (sys.executable, "-m", "mptui")
SLEEPER = "import time\nprint('awake', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def sleeper(tmp_path: Path) -> str:
    path = tmp_path / "sleeper.py"
    path.write_text(SLEEPER)
    return str(path)


@pytest.mark.parametrize("key", ["q", Key.CTRL_C, Key.CTRL_Q])
def test_quit_leaves_the_terminal_as_it_was(key: str) -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send(key)
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT], ids=lambda n: n.name
)
def test_signal_ends_it_with_its_status_and_the_terminal_restored(number: signal.Signals) -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.signal(number)
        assert terminal.wait_for_exit() == 128 + number
        assert terminal.left_behind() == []


def test_signal_ends_a_scenario_and_all_its_processes(mark: Mark) -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("3", Key.ENTER)
        terminal.wait_for("Processing task")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 128 + signal.SIGTERM
        wait_until(lambda: mark.pids() == [], "nothing left of the scenario")


def test_hangup_ends_the_dashboard_and_its_scenario(mark: Mark) -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("3", Key.ENTER)
        terminal.wait_for("Processing task")
    wait_until(lambda: mark.pids() == [], "nothing left")


def test_killed_dashboard_leaves_no_process_of_its_scenario(mark: Mark) -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("3", Key.ENTER)
        terminal.wait_for("Processing task")
        terminal.signal(signal.SIGKILL)
        wait_until(lambda: mark.pids() == [], "nothing left of the scenario")


def test_hangup_leaves_a_program_of_the_users_running(mark: Mark, sleeper: str) -> None:
    with Terminal((*GALLERY, "run", sleeper)) as terminal:
        terminal.wait_for("awake")
    wait_until(lambda: 0 < len(mark.pids()) <= 4, "the program and its supervisor alone")
    _end_all(mark)


def test_quit_can_leave_a_program_running(mark: Mark, sleeper: str) -> None:
    with Terminal((*GALLERY, "run", sleeper)) as terminal:
        terminal.wait_for("awake")
        terminal.send("q")
        terminal.wait_for("still running")
        terminal.send("l")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []
    # The program, its supervisor, what reads stacks for that, and what keeps the pipes.
    assert len(mark.pids()) == 4
    _end_all(mark)


def test_quit_can_stop_a_program_and_ends_with_its_status(mark: Mark, sleeper: str) -> None:
    with Terminal((*GALLERY, "run", sleeper)) as terminal:
        terminal.wait_for("awake")
        terminal.send("q")
        terminal.wait_for("still running")
        terminal.send("s")
        assert terminal.wait_for_exit() == 128 + signal.SIGTERM
    wait_until(lambda: mark.pids() == [], "nothing left, nor of what watched it")


STUCK = """
import queue
from mptui.dashboard import signals as termination
termination.PATIENCE_SECONDS = 0.1
line = queue.Queue(1)
with termination.ended_by_signals(lambda status: None):
    line.put("full")
    print("stuck", flush=True)
    line.put("never taken")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_dashboard_that_waits_for_a_dead_terminal_ends_all_the_same(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE) as stuck:
        assert stuck.stdout is not None
        assert stuck.stdout.readline() == b"stuck\n"
        stuck.send_signal(number)
        assert stuck.wait(20) == 128 + number


def test_exit_status_is_that_of_the_only_program(tmp_path: Path) -> None:
    path = tmp_path / "seven.py"
    path.write_text("raise SystemExit(7)\n")
    with Terminal((*GALLERY, "run", str(path))) as terminal:
        terminal.wait_for("failed, exit 7")
        terminal.send("q")
        assert terminal.wait_for_exit() == 7


def test_terminal_may_change_its_size_at_any_time() -> None:
    with Terminal(GALLERY, columns=120, rows=40) as terminal:
        terminal.wait_for("explanation")
        terminal.resize(40, 10)
        terminal.wait_for("mptui wants 80x24")
        terminal.resize(80, 24)
        terminal.wait_for("Enter runs it")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(("value", "has_colour"), [("1", False), ("", True)])
def test_no_color_counts_only_when_it_is_not_empty(*, value: str, has_colour: bool) -> None:
    with Terminal(GALLERY, environment={"NO_COLOR": value}) as terminal:
        terminal.wait_for("import")
        colours = {cell.fg for row in terminal.cells.buffer.values() for cell in row.values()} - {
            "default"
        }
        assert bool(colours) is has_colour


@pytest.mark.parametrize("value", ["1", ""])
def test_program_gets_no_color_as_it_was(tmp_path: Path, value: str) -> None:
    path = tmp_path / "told.py"
    path.write_text("import os\nprint('told', repr(os.environ['NO_COLOR']))\n")
    with Terminal((*GALLERY, "run", str(path)), environment={"NO_COLOR": value}) as terminal:
        terminal.wait_for(f"told {value!r}")


def _end_all(mark: Mark) -> None:
    for pid in mark.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: mark.pids() == [], "the end of all")
