"""With `--tty` each process writes to a terminal of its own, and is recorded as without it."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import Mark, wait_until
from tests.running import (
    follow_until,
    of_type,
    printed,
    processes_named,
    read_recording,
    request_for,
)
from tests.supervisor.altering import alter_supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event
    from mptui.supervisor.request import RunRequest


def request_with_terminals(*command: str) -> RunRequest:
    return msgspec.structs.replace(
        request_for(*command), has_terminals=True, terminal_size=(97, 31), has_input_pipe=True
    )


def run_on_terminals(code: str, *arguments: str) -> list[Event]:
    run = SupervisedRun.start(request_with_terminals(sys.executable, "-c", code, *arguments))
    run.wait()
    run.detach()
    return read_recording(run.recording)


LOOK = """
import os, sys
def look():
    size = os.get_terminal_size(1)
    print(os.isatty(1), os.isatty(2), size.columns, size.lines, sys.stdout.line_buffering)
"""
SEEN = b"True True 97 31 True\n"


def test_the_main_process_is_as_in_a_terminal() -> None:
    code = LOOK + "look(); print(os.isatty(0), os.path.sameopenfile(1, os.open('/dev/tty', 1)))"
    recorded = run_on_terminals(code)
    first, second = printed(recorded, 0).splitlines(keepends=True)
    assert first == SEEN
    assert second.startswith(b"True ")


def test_each_process_has_a_terminal_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(
        LOOK
        + """
import multiprocessing, subprocess
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        process = multiprocessing.get_context(method).Process(target=look, name=method)
        process.start()
        process.join()
    if os.fork() == 0:
        look()
        os._exit(0)
    os.wait()
    subprocess.run([sys.executable, "-c", "print(1)"])
    captured = subprocess.run([sys.executable, "-c", "import os; print(os.isatty(1))"],
                              stdout=subprocess.PIPE)
    print(captured.stdout)
"""
    )
    run = SupervisedRun.start(request_with_terminals(sys.executable, str(path)))
    assert run.wait() == 0
    run.detach()
    recorded = read_recording(run.recording)
    named = {name: number for number, name in processes_named(recorded).items()}
    assert [printed(recorded, named[name]) for name in ("fork", "spawn", "forkserver")] == [
        SEEN
    ] * 3
    assert printed(recorded, 0) == b"b'False\\n'\n"
    everything = [printed(recorded, e.process) for e in of_type(events.ProcessStarted, recorded)]
    assert everything.count(SEEN) == 4
    assert everything.count(b"1\n") == 1
    assert {event.stream for event in of_type(events.Output, recorded)} == {"stdout"}


@pytest.mark.parametrize(
    "written",
    [b"a\nb\r\nc\td", bytes(range(256)) * 50, b"x" * 300_000, "€".encode() * 30_000],
    ids=["line-feeds", "all-bytes", "one-long-line", "cut-characters"],
)
def test_what_is_written_is_recorded_as_written(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "written").write_bytes(written)
    code = f"import os; data = open({str(tmp_path / 'written')!r}, 'rb').read()\n" + (
        "while data: data = data[os.write(1, data):]"
    )
    assert printed(run_on_terminals(code), 0) == written


def test_what_is_typed_arrives_and_so_does_its_end() -> None:
    code = "import sys; print([line for line in sys.stdin]); sys.exit(7)"
    run = SupervisedRun.start(request_with_terminals(sys.executable, "-c", code))
    run.send_input("typed\n")
    run.end_input()
    assert run.wait() == 7
    run.detach()
    # A terminal shows what is typed, too.
    assert printed(read_recording(run.recording), 0).startswith(b"typed")
    assert printed(read_recording(run.recording), 0).endswith(b"['typed\\n']\n")


@pytest.mark.parametrize("how", ["asked", "typed"])
def test_an_interrupt_is_one_signal(how: str) -> None:
    code = """
import signal, sys, time
counted = []
signal.signal(signal.SIGINT, lambda *_: counted.append(1))
print("ready")
while not counted: time.sleep(0.01)
time.sleep(0.2)
sys.exit(len(counted))
"""
    run = SupervisedRun.start(request_with_terminals(sys.executable, "-c", code))
    with RecordingReader(run.recording) as reader:
        follow_until(run, reader, lambda seen: b"ready" in printed(seen, 0))
    if how == "asked":
        run.interrupt()
    else:
        run.send_input("\x03")
    assert run.wait() == 1
    run.detach()


@pytest.mark.parametrize("is_supervisor_broken", [False, True])
def test_what_outlives_the_main_process_gets_no_hangup(
    *, is_supervisor_broken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_supervisor_broken:
        body = """
import mptui.supervisor.supervisor
def fail(*_): raise KeyError
mptui.supervisor.supervisor.Supervisor.run = fail
"""
        alter_supervisor(monkeypatch, tmp_path / "altered", body)
    mark, proof = Mark(monkeypatch), tmp_path / "proof"
    code = f"""
import os, signal, time
signal.signal(signal.SIGHUP, lambda *_: open({str(tmp_path / "hangup")!r}, "w"))
if os.fork() == 0:
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2): os.dup2(null, descriptor)
    time.sleep(1)
    open({str(proof)!r}, "w")
    os._exit(0)
"""
    run = SupervisedRun.start(request_with_terminals(sys.executable, "-c", code))
    assert run.wait() == 0
    run.detach()
    wait_until(proof.exists, "what was left behind went on")
    wait_until(lambda: not mark.pids(), "nothing is left")
    assert not (tmp_path / "hangup").exists()


def test_a_program_on_terminals_can_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Mark(monkeypatch)
    code = "import os, time; print('ready'); os.fork(); time.sleep(1000)"
    run = SupervisedRun.start(request_with_terminals(sys.executable, "-c", code))
    with RecordingReader(run.recording) as reader:
        follow_until(run, reader, lambda seen: b"ready" in printed(seen, 0))
    run.kill()
    assert run.wait() == 128 + signal.SIGKILL
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")
