"""Stopping a run: asked politely first, and nothing is left afterwards, however hard it clings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import Mark, wait_until
from tests.running import follow_until, of_type, printed, read_recording, request_for
from tests.supervisor.altering import alter_supervisor

READY = "print('ready', flush=True)"
FOREVER = f"import time; {READY}; time.sleep(1000)"

CLINGING_TREE = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                if os.fork() == 0:
                    time.sleep(0.05)
                    os._exit(0)
                time.sleep(0.01)
        os._exit(0)
print("ready", flush=True)
time.sleep(1000)
"""


def started(code: str, *, on_disconnect: str = "stop") -> SupervisedRun:
    """A run whose program has said that it is ready."""
    run = SupervisedRun.start(
        request_for(sys.executable, "-c", code, on_disconnect=on_disconnect)  # type: ignore[arg-type]
    )
    with RecordingReader(run.recording) as reader:
        follow_until(run, reader, lambda seen: b"ready" in printed(seen, 0))
    return run


def finish(run: SupervisedRun) -> events.RunFinished:
    run.wait()
    run.detach()
    return of_type(events.RunFinished, read_recording(run.recording))[0]


def test_a_program_that_handles_the_signal_ends_in_its_own_way(mark: Mark) -> None:
    run = started(
        "import signal, sys, time\n"
        "import os\n"
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye'), sys.exit(7)))\n" + FOREVER
    )
    run.stop()
    end = finish(run)
    assert (end.exitcode, end.stopped) == (7, "user")
    assert b"bye" in printed(read_recording(run.recording), 0)
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_ends_say_whether_the_program_had_been_asked_to_stop() -> None:
    run = started(f"import os\nif not (child := os.fork()): os._exit(3)\nos.wait()\n{FOREVER}")
    run.stop()
    finish(run)
    ends = of_type(events.ProcessExited, read_recording(run.recording))
    assert [(end.process, end.stopping) for end in ends] == [(1, False), (0, True)]


def test_what_ended_before_a_request_did_not_end_because_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow_turns = """
import time
from mptui.supervisor.supervisor import Supervisor
turn = Supervisor._turn
def slow_turn(supervisor):
    time.sleep(0.3)
    turn(supervisor)
Supervisor._turn = slow_turn
"""
    alter_supervisor(monkeypatch, tmp_path / "altered", slow_turns)
    test_ends_say_whether_the_program_had_been_asked_to_stop()


def test_a_second_request_kills_everything_at_once(mark: Mark) -> None:
    run = started(CLINGING_TREE)
    wait_until(lambda: len(mark.pids()) >= 6, "the tree has grown")
    run.stop()
    run.stop()
    end = finish(run)
    assert (end.signal, end.stopped) == (signal.SIGKILL, "user")
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_workers_do_not_outlive_a_stopped_main_process(mark: Mark) -> None:
    run = started(f"import os, time\nos.fork() or time.sleep(1000)\n{FOREVER}")
    run.stop()
    assert finish(run).signal == signal.SIGTERM
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_a_frozen_program_can_be_stopped(mark: Mark) -> None:
    run = started(f"import os, signal\n{READY}\nos.kill(os.getpid(), signal.SIGSTOP)\n{FOREVER}")
    run.stop()
    assert finish(run).signal == signal.SIGTERM
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_one_interrupt_is_one_signal_for_each_process_of_the_group() -> None:
    run = started(
        "import os, signal, time\n"
        "counted = []\n"
        "signal.signal(signal.SIGINT, lambda *_: counted.append(1))\n"
        "child = os.fork()\n"
        f"{READY}\n"
        "while not counted: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "print('counted', len(counted), flush=True)\n"
        "child and os.wait()\n"
    )
    with RecordingReader(run.recording) as reader:
        follow_until(
            run,
            reader,
            lambda seen: (
                sum((event.text or "").count("ready") for event in of_type(events.Output, seen))
                == 2
            ),
        )
    run.interrupt()
    finish(run)
    outputs = of_type(events.Output, read_recording(run.recording))
    text = "".join(event.text or "" for event in outputs)
    assert text.count("counted 1\n") == 2


@pytest.mark.parametrize("on_disconnect", ["stop", "keep"])
def test_a_front_end_that_is_killed_leaves_what_was_agreed(
    on_disconnect: str, mark: Mark, tmp_path: Path
) -> None:
    front_end = subprocess.Popen(
        [sys.executable, "-c", _FRONT_END, on_disconnect, FOREVER, str(tmp_path / "recording")]
    )
    wait_until((tmp_path / "recording").exists, "the run is started")
    recording = Path((tmp_path / "recording").read_text())
    wait_until(lambda: b"ready" in recording.read_bytes(), "the program is ready")
    front_end.kill()
    front_end.wait()
    if on_disconnect == "stop":
        wait_until(lambda: not mark.pids(), "nothing is left")
        assert of_type(events.RunFinished, read_recording(recording))[0].stopped == "disconnect"
        return
    supervisor = of_type(events.RunStarted, read_recording(recording))[0].supervisor
    size = recording.stat().st_size
    wait_until(lambda: recording.stat().st_size > size, "the recording goes on")
    os.kill(supervisor, signal.SIGTERM)
    wait_until(lambda: not mark.pids(), "nothing is left")


_FRONT_END = """
import sys, time
from pathlib import Path
from mptui.supervisor.supervised_run import SupervisedRun
from mptui.supervisor.request import RunRequest
on_disconnect, code, target = sys.argv[1:]
run = SupervisedRun.start(RunRequest(command=(sys.executable, "-c", code), cwd="/", name="test",
                                     on_disconnect=on_disconnect))
path = Path(target)
path.with_suffix(".new").write_text(str(run.recording))
path.with_suffix(".new").rename(path)
time.sleep(1000)
"""


def test_a_daemon_left_behind_is_not_waited_for_and_can_go_on_printing(
    mark: Mark, tmp_path: Path
) -> None:
    proof = tmp_path / "proof"
    run = SupervisedRun.start(
        request_for(
            "sh",
            "-c",
            f"setsid sh -c 'sleep 3; echo late; echo alive > {proof}; sleep 1000' & echo ready",
            on_disconnect="keep",
        )
    )
    assert run.wait() == 0
    recorded = read_recording(run.recording)
    assert isinstance(recorded[-1], events.RunFinished)
    assert len(of_type(events.ProcessExited, recorded)) < len(
        of_type(events.ProcessStarted, recorded)
    )
    assert not proof.exists()
    run.detach()
    wait_until(proof.exists, "the daemon survived its print")

    def are_gone() -> bool:
        # More than once: it may be starting its last child just now.
        mark.kill_all()
        return not mark.pids()

    wait_until(are_gone, "nothing is left")


def test_what_a_finished_run_left_behind_can_still_be_ended(mark: Mark) -> None:
    run = SupervisedRun.start(
        request_for("sh", "-c", "setsid sleep 1000 & echo ready", on_disconnect="keep")
    )
    assert run.wait() == 0
    assert mark.pids()
    run.stop()
    wait_until(lambda: not mark.pids(), "nothing is left")
    run.detach()
