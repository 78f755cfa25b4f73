"""Without a screen: all output though the recording takes no more, and a program that is kept."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.recording.run_summary import recorded_runs
from tests.commanding import LIMIT_SECONDS, command_line, environment_with, mptui
from tests.process_table import Mark, wait_until
from tests.running import read_recording

if TYPE_CHECKING:
    from pathlib import Path

LINES = 3_000
PRINTING = f"""
import sys
for number in range({LINES}): print(number, "x" * 200)
sys.exit(3)
"""
EXPECTED = "".join(f"{number} {'x' * 200}\n" for number in range(LINES)).encode()
KEPT = """
import os, sys, time
print(os.getpid(), flush=True)
while not os.path.exists(sys.argv[1]):
    print("x" * 100, flush=True)
    time.sleep(0.005)
open(sys.argv[1] + ".proof", "w").close()
"""


def full_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def run_on_full_disk(form: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command_line("run", form, "-c", PRINTING),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env=environment_with(),
        preexec_fn=full_disk,
        check=False,
    )


def test_every_line_is_printed_though_the_disk_is_full() -> None:
    completed = run_on_full_disk("--headless")
    assert completed.stdout.replace(b"python -c | ", b"") == EXPECTED
    assert completed.stderr == b"mptui: the recording is not whole: File too large\n"
    assert completed.returncode == 3


def test_every_event_is_printed_though_the_disk_is_full() -> None:
    completed = run_on_full_disk("--json")
    read = [json.loads(line) for line in completed.stdout.splitlines()]
    output = "".join(event["text"] for event in read if event["event"] == "output")
    assert output.encode() == EXPECTED
    assert read[-1]["event"] == "run_finished"
    assert completed.returncode == 3


@pytest.fixture
def go(tmp_path: Path) -> Path:
    return tmp_path / "go"


@pytest.mark.parametrize("cut", ["hang up", "pipes closed"])
def test_a_program_that_is_kept_goes_on_when_the_connection_is_cut(
    cut: str, go: Path, mark: Mark
) -> None:
    command = command_line("run", "--headless", "--on-disconnect", "keep", "-c", KEPT, str(go))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment_with()) as front_end:
        assert front_end.stdout is not None
        assert front_end.stderr is not None
        pid = int(front_end.stdout.readline().split(b"|")[1])
        if cut == "hang up":
            front_end.send_signal(signal.SIGHUP)
            front_end.stdout.read()
            assert b"hung up: the program goes on, mptui attach 20" in front_end.stderr.read()
        else:
            front_end.stdout.close()
            front_end.stderr.close()
        assert front_end.wait(LIMIT_SECONDS) == 128 + (
            signal.SIGHUP if cut == "hang up" else signal.SIGPIPE
        )
    os.kill(pid, 0)
    go.touch()
    wait_until(go.with_name("go.proof").exists, "it went on to its end")
    wait_until(lambda: not mark.pids(), "nothing is left")
    (run,) = recorded_runs()
    assert run.finished is not None
    assert (run.finished.exitcode, run.finished.stopped) == (0, None)


@pytest.mark.parametrize("choice", ["keep", "stop"])
def test_it_is_said_what_becomes_of_a_program_whose_supervisor_was_killed(
    choice: str, go: Path, mark: Mark
) -> None:
    command = command_line("run", "--headless", "--on-disconnect", choice, "-c", KEPT, str(go))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment_with()) as front_end:
        assert front_end.stdout is not None
        front_end.stdout.readline()
        (run,) = recorded_runs()
        os.kill(run.started.supervisor, signal.SIGKILL)
        _, said = front_end.communicate(timeout=LIMIT_SECONDS)
    assert front_end.returncode == 125
    assert said.startswith(b"mptui: the supervisor was killed: the program ")
    (run,) = recorded_runs()
    assert run.state == "abandoned"
    if choice == "keep":
        assert mark.pids(), "it goes on"
        attached = mptui("attach", run.id)
        assert attached.returncode == 2
        assert b"was killed, and 1 process goes on without it: nothing more is" in attached.stderr
        assert mptui("stop", run.id).returncode == 0
        assert not go.with_name("go.proof").exists()
    wait_until(lambda: not mark.pids(), "nothing is left")
    assert mptui("stop", run.id).returncode == 2, "there is nothing to stop any more"
    recorded = read_recording(run.path)
    assert not isinstance(recorded[-1], events.RunFinished)


def test_a_run_that_was_never_cut_says_nothing(go: Path) -> None:
    go.touch()
    completed = mptui("run", "--headless", "--on-disconnect", "keep", "-c", KEPT, str(go))
    assert (completed.returncode, completed.stderr) == (0, b"")
