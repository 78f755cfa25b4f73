"""The commands that scripts use: start and leave, ask why, print the screen, send a signal."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.recording.run_summary import summary_of_run
from mptui.recording.runs_folder import runs_folder
from tests.commanding import mptui
from tests.histories import HISTORIES
from tests.process_table import wait_until
from tests.running import printed, read_recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.process_table import Mark

PROGRAM = """
import multiprocessing, pathlib, signal, sys, time

def work(gate):
    signal.signal(signal.SIGUSR1, lambda *_: print("got it", flush=True))
    print("ready", flush=True)
    while not gate.exists():
        time.sleep(0.01)

if __name__ == "__main__":
    worker = multiprocessing.Process(target=work, args=(pathlib.Path(sys.argv[1]),), name="own")
    worker.start()
    worker.join()
    print(sys.stdin.read(), flush=True)
    sys.exit(5)
"""


@pytest.fixture
def gate(tmp_path: Path, mark: Mark) -> Iterator[Path]:
    """A file; when it is there the program ends, and nothing of it is left."""
    gate = tmp_path / "gate"
    yield gate
    gate.touch()
    wait_until(lambda: not mark.pids(), "nothing is left")


@pytest.fixture
def detached(tmp_path: Path, gate: Path) -> str:
    """The name of a run that was started and left, and that has begun its work."""
    program = tmp_path / "train.py"
    program.write_text(PROGRAM)
    started = mptui("run", "--detach", str(program), str(gate), stdin=b"from outside")
    assert (started.returncode, started.stderr) == (0, b"")
    (name,) = started.stdout.decode().split()
    path = runs_folder() / f"{name}.jsonl"
    wait_until(lambda: b'"ready' in path.read_bytes(), "the program works")
    return name


def test_detached_program_goes_on_and_ends_as_it_wants(detached: str, gate: Path) -> None:
    assert summary_of_run(detached).state == "live"
    gate.touch()
    assert mptui("wait", detached).returncode == 5
    recording = read_recording(runs_folder() / f"{detached}.jsonl")
    assert printed(recording, 0) == b"from outside\n"


def test_detached_program_that_cannot_be_started_is_told() -> None:
    completed = mptui("run", "--detach", "--", "/no/such/command")
    assert completed.returncode == 127
    assert completed.stdout == b""
    assert completed.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--detach", "--json"),
        ("--detach", "--headless"),
        ("--detach", "--on-disconnect", "stop"),
        ("--detach", "--log-dir", "logs"),
    ],
    ids=" ".join,
)
def test_detach_refuses_what_needs_somebody_who_stays(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    completed = mptui("run", *options, "-c", "pass", cwd=tmp_path)
    assert completed.returncode == 2
    assert completed.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spelling", ["USR1", "sigusr1", str(int(signal.SIGUSR1))])
def test_signal_reaches_the_process_of_that_name(detached: str, spelling: str) -> None:
    assert mptui("signal", detached, spelling, "own").returncode == 0
    path = runs_folder() / f"{detached}.jsonl"
    wait_until(lambda: b"got it" in path.read_bytes(), "the worker got it")
    (sent,) = [one for one in read_recording(path) if isinstance(one, ev.SignalSent)]
    assert (sent.process, sent.signal) == (1, signal.SIGUSR1)


def test_signal_goes_to_the_main_process_or_by_pid(detached: str) -> None:
    path = runs_folder() / f"{detached}.jsonl"
    started = [one for one in read_recording(path) if isinstance(one, ev.ProcessStarted)]
    assert mptui("signal", detached, "STOP", str(started[1].pid)).returncode == 0
    assert mptui("signal", "--tree", detached, "CONT").returncode == 0
    assert mptui("signal", "--tree", detached, "KILL").returncode == 0
    assert mptui("wait", detached).returncode == 128 + signal.SIGKILL
    sent = [one for one in read_recording(path) if isinstance(one, ev.SignalSent)]
    assert [(one.process, one.signal) for one in sent] == [
        (1, signal.SIGSTOP),
        *((process, number) for number in (signal.SIGCONT, signal.SIGKILL) for process in (1, 0)),
    ]


def test_signal_says_whom_it_does_not_find(detached: str, gate: Path) -> None:
    for arguments, line in {
        (
            "USR1",
            "nobody",
        ): f"mptui: the process nobody is not there in {detached}; alive: train.py",
        ("NOSUCH",): "mptui: there is no signal NOSUCH",
        ("0",): "mptui: there is no signal 0",
    }.items():
        completed = mptui("signal", detached, *arguments)
        assert completed.returncode == 2
        assert completed.stderr.decode().startswith(line)
    gate.touch()
    mptui("wait", detached)
    completed = mptui("signal", detached, "USR1")
    assert completed.returncode == 2
    assert b"is over: no process of it can be sent anything" in completed.stderr


def test_why_says_how_the_run_fares_and_what_is_wrong() -> None:
    recorded("20250314T091500-pool.py", "pool_tasks")
    recorded("20250314T091600-hang.py", "deadlock")
    head, first, *_ = mptui("why", "hang").stdout.decode().splitlines()
    assert head.startswith("20250314T091600-hang.py: ")
    assert head.endswith(" processes")
    assert first.startswith("error: ")
    assert mptui("why").stdout.decode().splitlines()[0] == head
    assert (
        mptui("why", "pool").stdout.decode().splitlines()[0].startswith("20250314T091500-pool.py")
    )


def test_screen_prints_the_pane_at_a_size_without_escapes() -> None:
    recorded("20250314T091500-pool.py", "pool_tasks")
    plain = mptui("screen", "pool", "--size", "100x30", LC_ALL="C.UTF-8").stdout.decode()
    assert len(plain.splitlines()) == 30
    assert max(map(len, plain.splitlines())) <= 100
    assert "workers" in plain
    assert "exit 0" in plain
    assert "\x1b" not in plain
    timeline = mptui("screen", "pool", "--view", "timeline", LC_ALL="C.UTF-8").stdout.decode()
    assert "timeline" in timeline
    assert len(timeline.splitlines()) == 24
    assert mptui("screen", "pool", "--ascii").stdout.isascii()


def test_screen_of_a_live_run_is_what_is_so_now(detached: str) -> None:
    text = mptui("screen", detached, "--size", "120x40", LC_ALL="C.UTF-8").stdout.decode()
    assert "running" in text
    assert "ready" in text
    assert summary_of_run(detached).state == "live"


@pytest.mark.parametrize("size", ["80", "x", "10x10", "80x24x3", "100000x50"])
def test_screen_refuses_what_is_no_size(size: str) -> None:
    recorded("20250314T091500-pool.py", "pool_tasks")
    completed = mptui("screen", "pool", "--size", size)
    assert completed.returncode == 2
    assert completed.stderr.decode().startswith("mptui: a size is ")


@pytest.mark.parametrize("command", ["why", "screen"])
def test_without_any_run_that_is_said(command: str) -> None:
    completed = mptui(command)
    assert completed.returncode == 2
    assert completed.stderr == b"mptui: there are no runs yet\n"


def recorded(stem: str, history: str) -> None:
    """A recording of a run that is over."""
    runs_folder().mkdir(parents=True, exist_ok=True)
    path = runs_folder() / f"{stem}.jsonl"
    path.write_bytes(b"".join(map(ev.encode, HISTORIES[history])))


def test_grace_is_how_long_a_program_that_was_asked_to_end_may_take() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
    completed = mptui("run", "--json", "--grace", "0.2", "--limit", "1", "-c", deaf)
    assert completed.returncode == 124
    seen = [json.loads(line) for line in completed.stdout.splitlines()]
    (asked,) = [one for one in seen if one["event"] == "stop_requested"]
    assert (asked["reason"], asked["grace_seconds"]) == ("limit", 0.2)
    assert seen[-1]["signal"] == signal.SIGKILL


@pytest.mark.parametrize("seconds", ["-1", "inf", "nan"])
def test_grace_is_seconds(seconds: str) -> None:
    completed = mptui("run", "--json", "--grace", seconds, "-c", "pass")
    assert completed.returncode == 2
    assert completed.stderr.startswith(b"mptui: --grace needs seconds, 0 or more, not ")
