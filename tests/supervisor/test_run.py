"""A run from start to end: what is recorded of it, in which order, and how it is answered."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from mptui import events
from mptui.errors import MptuiError
from mptui.recording.runs_folder import runs_folder
from mptui.supervisor.supervised_run import ReadySupervisor, SupervisedRun
from tests.process_table import wait_until
from tests.running import (
    of_type,
    printed,
    processes_named,
    read_recording,
    request_for,
    run_code,
    run_to_end,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process_table import Mark


@pytest.mark.parametrize(
    ("ending", "exitcode", "signal_number", "status"),
    [
        ("pass", 0, None, 0),
        ("raise SystemExit(3)", 3, None, 3),
        ("1 / 0", 1, None, 1),
        ("import os; os.kill(os.getpid(), 9)", None, signal.SIGKILL, 137),
        ("import os; os.abort()", None, signal.SIGABRT, 134),
    ],
)
def test_the_exit_status_is_the_program_s_own(
    ending: str, exitcode: int | None, signal_number: int | None, status: int
) -> None:
    run = SupervisedRun.start(request_for(sys.executable, "-c", ending))
    assert run.wait() == status
    run.detach()
    recorded = events.decode(run.recording.read_bytes().splitlines()[-1])
    assert isinstance(recorded, events.RunFinished)
    assert (recorded.exitcode, recorded.signal) == (exitcode, signal_number)


def test_a_supervisor_that_is_ready_begins_nothing_until_it_is_told(mark: Mark) -> None:
    ready = ReadySupervisor()
    assert not runs_folder().exists()
    run = ready.run(request_for(sys.executable, "-c", "raise SystemExit(3)"))
    assert run.wait() == 3
    run.detach()
    wait_until(lambda: not mark.pids(), "the end of the supervisor")


def test_a_supervisor_that_is_not_needed_ends_with_who_started_it(mark: Mark) -> None:
    code = "from mptui.supervisor.supervised_run import ReadySupervisor as R; R()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    wait_until(lambda: not mark.pids(), "the end of the supervisor")
    assert not runs_folder().exists()


def test_a_recording_begins_and_ends_as_promised_and_time_never_runs_back() -> None:
    recorded = run_code("print('hello')")
    assert isinstance(recorded[0], events.RunStarted)
    assert isinstance(recorded[1], events.ProcessStarted)
    assert isinstance(recorded[-1], events.RunFinished)
    assert all(earlier.t <= later.t for earlier, later in pairwise(recorded))
    kinds = [type(event) for event in recorded]
    assert kinds.index(events.Output) < kinds.index(events.ProcessExited)


def test_the_command_is_recorded_as_it_was_given() -> None:
    recorded = run_to_end("echo", "a b", "ö")
    started = of_type(events.RunStarted, recorded)[0]
    assert started.command == ["echo", "a b", "ö"]
    assert printed(recorded, 0) == "a b ö\n".encode()


@pytest.mark.parametrize(
    "written",
    [
        b"no line feed",
        b"\xff\xfe\x00bytes\n",
        "€".encode() * 50_000,
        b"x" * 5_000_000,
        bytes(range(256)) * 3_000,
        b"",
    ],
    ids=["no-line-feed", "not-utf-8", "cut-characters", "one-long-line", "all-bytes", "nothing"],
)
def test_output_is_recorded_byte_by_byte(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "written").write_bytes(written)
    recorded = run_to_end("cat", "written", cwd=tmp_path)
    assert printed(recorded, 0) == written
    sizes = [
        len(event.data or (event.text or "").encode()) for event in of_type(events.Output, recorded)
    ]
    assert all(0 < size <= events.MAX_OUTPUT_BYTES for size in sizes)


def test_a_character_that_never_becomes_whole_is_recorded_at_the_end() -> None:
    half = "€".encode()[:2]
    encoded = base64.b64encode(half).decode()
    recorded = run_code(f"import os, base64; os.write(1, base64.b64decode('{encoded}'))")
    assert printed(recorded, 0) == half


def test_standard_error_is_a_stream_of_its_own() -> None:
    recorded = run_code("import sys; print('out'); print('err', file=sys.stderr)")
    assert printed(recorded, 0, "stdout") == b"out\n"
    assert printed(recorded, 0, "stderr") == b"err\n"


def test_standard_input_is_handed_through(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("typed\n")
    descriptor = os.open(tmp_path / "input", os.O_RDONLY)
    run = SupervisedRun.start(request_for("cat"), stdin=descriptor)
    os.close(descriptor)
    run.wait()
    run.detach()
    assert b"typed" in run.recording.read_bytes()


def test_a_front_end_can_feed_standard_input_and_end_it() -> None:
    run = SupervisedRun.start(msgspec.structs.replace(request_for("cat"), has_input_pipe=True))
    run.send_input("typed ö\n")
    long = "x" * 300_000
    run.send_input(long)
    run.end_input()
    assert run.wait() == 0
    run.detach()
    assert printed(read_recording(run.recording), 0).decode() == f"typed ö\n{long}"


def test_a_program_that_never_reads_does_not_hold_up_its_supervisor() -> None:
    request = request_for(sys.executable, "-c", "import time; time.sleep(0.5)")
    run = SupervisedRun.start(msgspec.structs.replace(request, has_input_pipe=True))
    for _ in range(30):
        run.send_input("x" * 100_000)
    assert run.wait() == 0
    run.detach()


@pytest.mark.parametrize(
    ("command", "status", "cause"),
    [
        ("no-such-program-here", 127, "cannot start no-such-program-here: No such file"),
        ("/etc/passwd", 126, "cannot start /etc/passwd: Permission denied"),
    ],
)
def test_a_program_that_cannot_be_started_is_named_with_the_cause(
    command: str, status: int, cause: str
) -> None:
    with pytest.raises(MptuiError, match=cause) as raised:
        SupervisedRun.start(request_for(command))
    assert raised.value.exit_status == status


def test_a_start_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(MptuiError):
        SupervisedRun.start(request_for("no-such-program-here"))
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []
    assert list(tmp_path.glob("mptui-*")) == []


def test_the_run_folder_is_private_and_gone_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    recorded = run_code("import os; print(oct(os.stat(os.environ['MPTUI_RUN']).st_mode)[-3:])")
    assert printed(recorded, 0) == b"700\n"
    wait_until(lambda: not list(tmp_path.iterdir()), "the run folder is removed")


def test_the_current_folder_never_gets_on_the_program_s_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "")
    recorded = run_code("import os; print(os.environ['PYTHONPATH'].split(':'))")
    assert b"''" not in printed(recorded, 0)


def test_the_program_keeps_its_limit_of_descriptors() -> None:
    limit = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    recorded = run_code(limit)
    plain = subprocess.run([sys.executable, "-c", limit], stdout=subprocess.PIPE, check=True)
    assert printed(recorded, 0) == plain.stdout


def test_a_process_without_the_probe_is_found_in_the_process_table() -> None:
    recorded = run_to_end("sh", "-c", "sleep 1.2 & wait")
    sleeping = [number for number, name in processes_named(recorded).items() if name == "sleep"]
    assert len(sleeping) == 1
    started = next(
        event for event in of_type(events.ProcessStarted, recorded) if event.process == sleeping[0]
    )
    assert (started.parent, started.instrumented) == (0, False)
    exits = [event.process for event in of_type(events.ProcessExited, recorded)]
    assert sorted(exits) == [0, *sleeping]


def test_a_process_that_ended_but_is_not_waited_for_appears_once() -> None:
    recorded = run_code("import os, time\nif os.fork(): time.sleep(2)\nelse: os._exit(4)")
    assert len(of_type(events.ProcessStarted, recorded)) == 2
    ended = [(event.process, event.exitcode) for event in of_type(events.ProcessExited, recorded)]
    assert ended == [(1, 4), (0, 0)]


def test_what_an_orphan_prints_on_its_parent_s_pipe_is_recorded_as_its_own() -> None:
    recorded = run_to_end("sh", "-c", "(sleep 0.4; echo late) & echo early")
    assert printed(recorded, 0) == b"early\n"
    others = {event.process for event in of_type(events.ProcessStarted, recorded)} - {0}
    assert [number for number in others if printed(recorded, number) == b"late\n"]


def test_a_busy_process_shows_its_load_and_its_core() -> None:
    recorded = run_code("import time\nwhile time.process_time() < 0.8: pass")
    samples = [
        event.processes[0] for event in of_type(events.Sampled, recorded) if 0 in event.processes
    ]
    assert max(sample.cpu_percent for sample in samples) > 20
    assert all(0 <= sample.core < (os.cpu_count() or 1) for sample in samples)
    assert all(sample.rss_bytes > 1_000_000 for sample in samples)
