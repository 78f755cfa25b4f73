"""Others can look at a run that goes on, ask for things, and leave, and nothing changes by that."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.errors import EXIT_OWN_FAILURE
from mptui.recording import RecordingReader
from mptui.supervisor.front_ends.attached_run import AttachedRun
from mptui.supervisor.front_ends.present import MOST
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import wait_until
from tests.running import follow_until, of_type, printed, read_recording, request_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.process_table import Mark

ECHO = """
import sys, time
print("ready", flush=True)
while not __import__("os").path.exists(sys.argv[1]):
    time.sleep(0.01)
print("end", flush=True)
sys.exit(5)
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A file; the program ends when it is there."""
    return tmp_path / "gate"


@pytest.fixture
def run(gate: Path, mark: Mark) -> Iterator[SupervisedRun]:
    run = SupervisedRun.start(request_for(sys.executable, "-c", ECHO, str(gate)))
    yield run
    run.kill()
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_who_comes_later_reads_all_of_it_and_learns_how_it_ends(
    run: SupervisedRun, gate: Path
) -> None:
    attached = AttachedRun.attach(run.recording)
    with RecordingReader(attached.recording) as reader:
        seen = follow_until_attached(attached, reader, b"ready\n")
        gate.touch()
        while attached.wait_for_news():
            seen += reader.read()
        seen += reader.read()
    assert isinstance(seen[-1], events.RunFinished)
    assert printed(seen, 0) == b"ready\nend\n"
    assert (attached.exit_status, attached.trouble) == (5, None)
    assert run.wait() == 5
    attached.detach()


def follow_until_attached(
    attached: AttachedRun, reader: RecordingReader, wanted: bytes
) -> list[events.Event]:
    return follow_until(attached, reader, lambda seen: printed(seen, 0) == wanted)  # type: ignore[arg-type]


def test_the_door_is_shut_once_the_run_is_over(run: SupervisedRun, gate: Path) -> None:
    door = run.recording.with_suffix(".socket")
    assert door.is_socket()
    assert door.stat().st_mode & 0o777 == 0o600
    gate.touch()
    run.wait()
    assert not door.exists()
    with pytest.raises(OSError, match="No such file"):
        AttachedRun.attach(run.recording)


def test_leaving_changes_nothing_however_often(run: SupervisedRun, gate: Path) -> None:
    for _ in range(MOST + 8):
        AttachedRun.attach(run.recording).detach()
    gate.touch()
    assert run.wait() == 5


def test_who_comes_later_can_stop_it(run: SupervisedRun) -> None:
    first, second = AttachedRun.attach(run.recording), AttachedRun.attach(run.recording)
    second.stop()
    assert first.wait() == second.wait() == run.wait() == 128 + signal.SIGTERM
    (finished,) = of_type(events.RunFinished, read_recording(run.recording))
    assert finished.stopped == "user"
    first.detach()
    second.detach()


def test_the_program_outlives_the_one_that_started_it_and_can_be_found_again(
    gate: Path, mark: Mark
) -> None:
    request = request_for(sys.executable, "-c", ECHO, str(gate), on_disconnect="keep")
    run = SupervisedRun.start(request)
    run.detach()
    attached = AttachedRun.attach(run.recording)
    gate.touch()
    assert attached.wait() == 5
    attached.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_a_killed_supervisor_is_told(run: SupervisedRun, gate: Path) -> None:
    attached = AttachedRun.attach(run.recording)
    with RecordingReader(run.recording) as reader:
        seen = follow_until_attached(attached, reader, b"ready\n")
    (started,) = of_type(events.RunStarted, seen)
    os.kill(started.supervisor, signal.SIGKILL)
    assert attached.wait() == EXIT_OWN_FAILURE
    assert attached.trouble == "the supervisor was killed"
    attached.detach()
    gate.touch()
    wait_until(lambda: is_refused(run.recording), "nobody is behind the door")


def is_refused(recording: Path) -> bool:
    try:
        AttachedRun.attach(recording).detach()
    except ConnectionRefusedError:
        return True
    return False


def test_a_state_folder_may_lie_deeper_than_a_socket_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 30)
    monkeypatch.setenv("XDG_STATE_HOME", str(deep))
    run = SupervisedRun.start(request_for(sys.executable, "-c", "import time; time.sleep(1000)"))
    attached = AttachedRun.attach(run.recording)
    attached.kill()
    assert attached.wait() == run.wait() == 128 + signal.SIGKILL
    attached.detach()
    run.detach()


def test_nobody_is_held_up_by_one_that_says_nothing_or_rubbish_or_reads_nothing(
    run: SupervisedRun, gate: Path
) -> None:
    door = str(run.recording.with_suffix(".socket"))
    silent = [socket.socket(socket.AF_UNIX) for _ in range(2 * MOST)]
    for one in silent:
        one.settimeout(0)
        try:
            one.connect(door)
            one.send(b"\xff\xfe what\nsignal\nstacks nobody\n" * 100)
        except OSError:
            pass
    gate.touch()
    assert run.wait() == 5
    for one in silent:
        one.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_another_user_is_not_let_in(run: SupervisedRun) -> None:
    for folder in (run.recording.parent, *run.recording.parents):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    door = run.recording.with_suffix(".socket")
    door.chmod(0o777)
    code = (
        "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX)\n"
        "s.connect(sys.argv[1]); s.sendall(b'kill\\n'); print(s.recv(10))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(door)], capture_output=True, check=False, timeout=30
    )
    assert told.stdout in (b"b''\n", b"")
    assert run.exit_status is None
    attached = AttachedRun.attach(run.recording)
    attached.stop()
    assert attached.wait() == 128 + signal.SIGTERM
    attached.detach()
