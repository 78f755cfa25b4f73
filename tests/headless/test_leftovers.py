"""Without a screen: what outlived the main process is named on standard error, and dealt with."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.headless.leftover_lines import LeftoverLines
from tests.commanding import mptui
from tests.histories import Story
from tests.process_table import Mark, wait_until

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import multiprocessing, os, signal, time
def work(number): time.sleep(1000)
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    for number in range(2):
        context.Process(target=work, args=(number,), name=f"worker-{number}").start()
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
"""
LEAVES = "import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)"


@pytest.mark.parametrize("form", ["--headless", "--json"])
def test_workers_of_a_killed_main_process_are_stopped_and_named(
    form: str, tmp_path: Path, mark: Mark
) -> None:
    (tmp_path / "work.py").write_text(KILLED)
    completed = mptui("run", form, "work.py", cwd=tmp_path)
    assert completed.returncode == 128 + signal.SIGKILL
    wait_until(lambda: not mark.pids(), "nothing is left")
    said = completed.stderr.decode()
    assert re.search(
        r"^mptui: work.py was killed by SIGKILL; stopped the \d processes that outlived it: ",
        said,
        re.MULTILINE,
    )
    assert "worker-0 (pid " in said
    assert "worker-1 (pid " in said
    assert "worker-0 was killed" not in said
    if form == "--json":
        names = [json.loads(line)["event"] for line in completed.stdout.splitlines()]
        assert names[-1] == "run_finished"
        assert names.count("process_exited") == names.count("process_started")


@pytest.mark.parametrize("form", ["--headless", "--json"])
def test_what_was_left_on_purpose_goes_on_and_is_named(form: str, mark: Mark) -> None:
    completed = mptui("run", form, "-c", LEAVES)
    assert completed.returncode == 0
    found = re.search(
        rb"mptui: python -c ended with exit code 0; left running: sleep \(pid (\d+)\)\n",
        completed.stderr,
    )
    assert found is not None
    assert int(found[1]) in mark.pids()


@pytest.mark.usefixtures("mark")
def test_leftovers_can_be_stopped_or_waited_for(tmp_path: Path) -> None:
    stopped = mptui("run", "--headless", "--leftovers", "stop", "-c", LEAVES)
    assert b"stopped the 1 process that outlived it: sleep (pid " in stopped.stderr
    (tmp_path / "wait.py").write_text("import os; os.system('(sleep 3; echo late) &')")
    waited = mptui("run", "--headless", "--leftovers", "wait", "wait.py", cwd=tmp_path)
    assert b"| late\n" in waited.stdout
    assert waited.stderr == b""


def test_a_run_without_leftovers_says_nothing_of_them() -> None:
    assert mptui("run", "--headless", "-c", "print(1)").stderr == b""


def test_names_are_made_safe_and_many_are_counted() -> None:
    story = Story("main.py")
    for number in range(12):
        story.process(f"w\x1b[2J{number}", role="other")
    lines = LeftoverLines()
    lines.learn_lines(b"".join(map(events.encode, story.finish(0))))
    said = lines.at_end().decode()
    assert "\x1b" not in said
    assert said.endswith(", 4 more\n")


def test_what_a_stop_ended_was_not_left() -> None:
    story = Story("main.py")
    worker = story.process("worker")
    story.stop("user")
    story.exit(story.main, signal=signal.SIGTERM, stopping=True)
    story.exit(worker, signal=signal.SIGKILL, stopping=True)
    lines = LeftoverLines()
    for event in story.events:
        lines.learn(event)
    assert lines.at_end() == b""
