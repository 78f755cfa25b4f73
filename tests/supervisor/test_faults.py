"""Whatever goes wrong with the supervisor, the program ends exactly as it would have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import Mark, wait_until
from tests.running import (
    follow_until,
    of_type,
    printed,
    read_recording,
    request_for,
    run_code,
    run_to_end,
)
from tests.supervisor.altering import alter_supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

FAMILY = """
import multiprocessing, os, subprocess, sys, time

def work(number):
    time.sleep(0.4)  # Long enough to be looked at.
    sys.stdout.write("x" * 200_000 + "\\n")
    print("worker", number)

if __name__ == "__main__":
    processes = [multiprocessing.Process(target=work, args=(n,)) for n in range(3)]
    for process in processes: process.start()
    for process in processes: process.join()
    child = subprocess.run([sys.executable, "-c", "print('child'); raise SystemExit(4)"])
    with open(sys.argv[1], "w") as proof:
        print([process.exitcode for process in processes], child.returncode, file=proof)
    sys.exit(7)
"""
PROOF = "[0, 0, 0] 4\n"


def supervisor_of(recording: Path) -> int:
    return of_type(events.RunStarted, read_recording(recording))[0].supervisor


def everything_printed(recorded: list[Event]) -> str:
    numbers = {event.process for event in of_type(events.ProcessStarted, recorded)}
    return b"".join(printed(recorded, number) for number in sorted(numbers)).decode()


@pytest.mark.parametrize(
    "broken",
    [
        "mptui.supervisor.processes.registry.ProcessRegistry.add_hello",
        "mptui.supervisor.processes.registry.ProcessRegistry.end",
        "mptui.supervisor.streams.streams.Streams.read",
        "mptui.supervisor.streams.streams.Streams.add",
        "mptui.supervisor.processes.endings.Endings.known",
        "mptui.supervisor.probe_listener.ProbeListener.listen",
        "mptui.supervisor.samples.sampler.Sampler.poll",
        "mptui.supervisor.supervisor.Supervisor.run",
        "mptui.supervisor.supervisor.Supervisor.__init__",
        "mptui.recording.writer.RecordingWriter.append",
    ],
)
def test_a_supervisor_that_fails_goes_on_draining(
    broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mark: Mark
) -> None:
    module, kind, name = broken.rsplit(".", 2)
    body = f"""
import {module}
def fail(*_, **__): raise KeyError("broken for a test")
{module}.{kind}.{name} = fail
"""
    alter_supervisor(monkeypatch, tmp_path / "altered", body)
    (tmp_path / "program.py").write_text(FAMILY)
    run = SupervisedRun.start(
        request_for(sys.executable, str(tmp_path / "program.py"), str(tmp_path / "proof"))
    )
    # A fault at the end of the main process is found when its status has been taken already.
    assert run.wait() in ((125, 7) if name in ("end", "known") else (7,))
    assert run.trouble == "the supervisor failed: KeyError: 'broken for a test'"
    assert (tmp_path / "proof").read_text() == PROOF
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left, the supervisor neither")


def test_a_program_under_a_failed_supervisor_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mark: Mark
) -> None:
    body = """
import mptui.supervisor.supervisor
def fail(*_): raise KeyError
mptui.supervisor.supervisor.Supervisor.run = fail
"""
    alter_supervisor(monkeypatch, tmp_path / "altered", body)
    run = SupervisedRun.start(request_for("sleep", "1000"))
    run.stop()
    assert run.wait() == 128 + signal.SIGTERM
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_a_frozen_supervisor_only_delays_what_is_recorded(tmp_path: Path) -> None:
    code = """
import os, sys, time
print("ready", flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.01)
for number in range(50):
    if os.fork() == 0:
        print("child", number)
        sys.stdout.flush()
        os._exit(3)
    os.wait()
open(sys.argv[2], "w").close()
sys.exit(7)
"""
    go, gone = tmp_path / "go", tmp_path / "gone"
    run = SupervisedRun.start(request_for(sys.executable, "-c", code, str(go), str(gone)))
    with RecordingReader(run.recording) as reader:
        follow_until(run, reader, lambda seen: b"ready" in printed(seen, 0))
    supervisor = supervisor_of(run.recording)
    os.kill(supervisor, signal.SIGSTOP)
    try:
        go.touch()
        wait_until(gone.exists, "the program did not wait for anybody")
    finally:
        os.kill(supervisor, signal.SIGCONT)
    assert run.wait() == 7
    run.detach()
    recorded = read_recording(run.recording)
    assert len(of_type(events.ProcessStarted, recorded)) == 51
    lines = everything_printed(recorded).splitlines()
    assert sorted(lines) == sorted(["ready", *(f"child {number}" for number in range(50))])


GOING_ON = """
import multiprocessing, os, subprocess, sys, time
def work(door):
    print("ready", flush=True)  # Its pipes have arrived once this is recorded.
    door.recv()
    for _ in range(2000): print("x" * 1000, flush=True)  # More than any pipe holds.
    sys.exit(3)
if __name__ == "__main__":
    ours, theirs = multiprocessing.Pipe()
    early = multiprocessing.get_context("fork").Process(target=work, args=(theirs,))
    early.start()
    print("ready", flush=True)
    while not os.path.exists(sys.argv[1]): time.sleep(0.01)
    ours.send(None)
    early.join()
    for _ in range(2000): print("y" * 1000, flush=True)
    child = subprocess.run([sys.executable, "-c", "print('z'); raise SystemExit(4)"])
    with open(sys.argv[2], "w") as proof: print(early.exitcode, child.returncode, file=proof)
"""


def test_a_program_survives_the_end_of_its_supervisor(tmp_path: Path, mark: Mark) -> None:
    (tmp_path / "program.py").write_text(GOING_ON)
    go, proof = tmp_path / "go", tmp_path / "proof"
    command = (sys.executable, str(tmp_path / "program.py"), str(go), str(proof))
    run = SupervisedRun.start(request_for(*command, on_disconnect="keep"))
    with RecordingReader(run.recording) as reader:
        follow_until(
            run, reader, lambda seen: b"ready" in printed(seen, 0) and b"ready" in printed(seen, 1)
        )
    os.kill(supervisor_of(run.recording), signal.SIGKILL)
    assert run.wait() == 125
    assert run.is_lost
    assert run.trouble == "the supervisor was killed"
    run.detach()
    go.touch()
    wait_until(lambda: not mark.pids(), "it ended by itself, and so did what kept its pipes")
    assert proof.read_text() == "3 4\n", "nobody met a broken pipe"


def test_what_is_to_be_stopped_with_its_front_end_does_not_outlive_its_supervisor(
    mark: Mark,
) -> None:
    code = """
import multiprocessing, os, time
process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,))
process.start()
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
print("ready", flush=True)
time.sleep(1000)
"""
    run = SupervisedRun.start(request_for(sys.executable, "-c", code, on_disconnect="stop"))
    with RecordingReader(run.recording) as reader:
        follow_until(run, reader, lambda seen: b"ready" in printed(seen, 0))
    os.kill(supervisor_of(run.recording), signal.SIGKILL)
    assert run.wait() == 125
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_a_front_end_that_does_not_listen_learns_the_end_all_the_same() -> None:
    # Far more writes than the line to the front end could hold news.
    code = "import os, time\nfor _ in range(300): os.write(1, b'x\\n'); time.sleep(0.002)"
    run = SupervisedRun.start(request_for(sys.executable, "-c", code))
    with RecordingReader(run.recording) as reader:
        seen: list[Event] = []

        def is_finished() -> bool:
            seen.extend(reader.read())
            return bool(of_type(events.RunFinished, seen))

        wait_until(is_finished, "the run is finished")
    news: list[str] = []

    def has_heard_the_end() -> bool:
        news.extend(run._news.read())
        return "end 0" in news

    # The recording may be read to its end before the supervisor has said so here.
    wait_until(has_heard_the_end, "the end is told")
    assert len(news) <= 3
    run.detach()


def test_the_run_folder_may_be_deleted_in_the_middle(tmp_path: Path) -> None:
    text = FAMILY.replace(
        '"__main__":\n',
        '"__main__":\n    import shutil; shutil.rmtree(os.environ["MPTUI_RUN"])\n',
    )
    (tmp_path / "program.py").write_text(text)
    recorded = run_to_end(
        sys.executable, str(tmp_path / "program.py"), str(tmp_path / "proof"), cwd=tmp_path
    )
    assert of_type(events.RunFinished, recorded)[0].exitcode == 7
    assert (tmp_path / "proof").read_text() == PROOF
    text = everything_printed(recorded)
    assert text.count("child\n") == 1
    assert [text.count(f"worker {number}\n") for number in range(3)] == [1, 1, 1]


def test_a_full_disk_is_reported_and_does_not_concern_the_program() -> None:
    code = """
import resource, sys
from tests.running import request_for
from mptui.supervisor.supervised_run import SupervisedRun
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
run = SupervisedRun.start(request_for(sys.executable, "-c", sys.argv[1]))
print(run.wait(), run.trouble)
"""
    program = "import sys; print('x' * 3_000_000); sys.exit(7)"
    ran = subprocess.run(
        [sys.executable, "-c", code, program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "7 File too large\n"


def test_children_without_the_probe_s_variables_are_still_shown() -> None:
    code = """
import os, subprocess, sys
for name in ("MPTUI_RUN", "PYTHONPATH"):
    environment = {key: value for key, value in os.environ.items() if key != name}
    child = [sys.executable, "-c", "import time; print('bare'); time.sleep(1.2)"]
    subprocess.run(child, env=environment)
"""
    recorded = run_code(code)
    assert len(of_type(events.ProcessStarted, recorded)) == 3
    assert everything_printed(recorded) == "bare\nbare\n"
    assert [event.exitcode for event in of_type(events.ProcessExited, recorded)] == [0, 0, 0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_a_child_that_becomes_another_user_runs_unobserved() -> None:
    code = """
import os, subprocess, sys
pid = os.fork()
if not pid:
    os.setgid(65534)
    os.setuid(65534)
    ended = os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "echo from the shell; exit 4"])
    if os.fork() == 0:
        print("grandchild", flush=True)
        os._exit(0)
    os.wait()
    print("child", ended, flush=True)
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    recorded = run_code(code)
    text = everything_printed(recorded)
    assert sorted(text.splitlines()) == ["5", "child 4", "from the shell", "grandchild"]
    assert [e for e in of_type(events.Output, recorded) if e.stream == "stderr"] == []


@pytest.mark.slow
def test_a_supervisor_without_a_free_descriptor_loses_no_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    body = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
"""
    alter_supervisor(monkeypatch, tmp_path / "altered", body)
    code = """
import os, sys, time
children = []
for number in range(60):
    pid = os.fork()
    if pid == 0:
        sys.stdout.write("y" * 100_000 + "\\n")
        print("child", number, flush=True)
        time.sleep(0.5)
        os._exit(number)
    children.append(pid)
ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
sys.exit(ends != list(range(60)))
"""
    began = time.monotonic()
    recorded = run_code(code)
    assert of_type(events.RunFinished, recorded)[0].exitcode == 0
    text = everything_printed(recorded)
    assert text.count("y") == 60 * 100_000
    assert all(text.count(f"child {number}\n") == 1 for number in range(60))
    assert len(of_type(events.ProcessExited, recorded)) == 61
    assert time.monotonic() - began < 60
