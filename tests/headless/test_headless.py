"""Runs without a screen: whole lines after their process's name, events, exit status, signals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events
from mptui.headless.line_assembly import LineAssembly
from mptui.headless.prefixed_lines import PrefixedLines
from mptui.headless.process_names import ProcessNames
from mptui.headless.safe_lines import safe_lines
from mptui.headless.standard_streams import StandardStreams
from tests.commanding import LIMIT_SECONDS, command_line, environment_with, mptui
from tests.histories import HISTORIES
from tests.process_table import Mark, wait_until
from tests.supervisor.altering import alter_supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mptui.events import Event

Shown: TypeAlias = tuple[bytes, bytes]

WORKERS = """
import multiprocessing, sys
def work(number):
    for line in range(200):
        print(f"{number} says {line}")
if __name__ == "__main__":
    workers = [multiprocessing.Process(target=work, args=(n,)) for n in range(4)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    print("done", file=sys.stderr)
    sys.exit(5)
"""


def test_every_line_is_whole_and_after_its_worker_s_name(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(WORKERS)
    completed = mptui("run", "--headless", "work.py", cwd=tmp_path)
    lines = completed.stdout.decode().splitlines()
    for number in range(4):
        prefix = f"Process-{number + 1} | "
        mine = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        assert mine == [f"{number} says {line}" for line in range(200)]
    assert len(lines) == 800
    assert completed.stderr == b"work.py | done\n"
    assert completed.returncode == 5


def test_events_are_the_recording_on_standard_output(tmp_path: Path) -> None:
    completed = mptui("run", "--json", "-c", "print('hi')", XDG_STATE_HOME=str(tmp_path))
    recording = next(tmp_path.glob("mptui/runs/*.jsonl"))
    assert completed.stdout == recording.read_bytes()
    assert completed.stdout.isascii()
    names = [json.loads(line)["event"] for line in completed.stdout.splitlines()]
    assert (names[0], names[-1]) == ("run_started", "run_finished")


def test_into_a_pipe_bytes_go_as_they_were_written() -> None:
    code = r"import os; os.write(1, b'\x1b[31mred\x1b[0m \xff\x00 \r\n' + b'no line feed')"
    completed = mptui("run", "--headless", "-c", code)
    assert completed.stdout == (
        b"python -c | \x1b[31mred\x1b[0m \xff\x00 \r\npython -c | no line feed\n"
    )


def test_an_empty_line_keeps_its_prefix() -> None:
    assert mptui("run", "--headless", "-c", r"print('a\n\nb')").stdout == (
        b"python -c | a\npython -c | \npython -c | b\n"
    )


def test_standard_input_is_the_program_s() -> None:
    completed = mptui("run", "--headless", "--", "cat", stdin=b"one\ntwo\n")
    assert completed.stdout == b"cat | one\ncat | two\n"


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(7)", 7), ("1/0", 1)])
@pytest.mark.parametrize("form", ["--headless", "--json"])
def test_the_exit_status_is_the_program_s(form: str, code: str, status: int) -> None:
    assert mptui("run", form, "-c", code).returncode == status


def test_a_death_nobody_asked_for_is_explained() -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    completed = mptui("run", "--headless", "-c", code)
    assert completed.returncode == 128 + signal.SIGSEGV
    said = completed.stderr.decode()
    assert said.startswith("mptui: python -c was killed by SIGSEGV\nmptui: error: python -c ")
    assert "-X faulthandler" in said


def test_a_death_by_a_signal_without_a_name_is_explained() -> None:
    code = "import os; os.kill(os.getpid(), 40)"
    completed = mptui("run", "--headless", "-c", code)
    assert completed.returncode == 128 + 40
    assert completed.stderr.startswith(b"mptui: python -c was killed by signal 40\n")


def test_one_interrupt_is_passed_on_once_and_the_program_may_finish() -> None:
    code = (
        "import os, signal, sys, time\n"
        # Not by print: the signal may come while print has not returned yet.
        "signal.signal(signal.SIGINT, lambda *_: (os.write(1, b'cleaning\\n'), sys.exit(4)))\n"
        "print('ready')\n"
        "time.sleep(1000)\n"
    )
    front_end = subprocess.Popen(
        command_line("run", "--headless", "-c", code),
        stdout=subprocess.PIPE,
        env=environment_with(),
    )
    assert front_end.stdout is not None
    assert front_end.stdout.readline() == b"python -c | ready\n"
    front_end.send_signal(signal.SIGINT)
    rest, _ = front_end.communicate(timeout=LIMIT_SECONDS)
    assert rest == b"python -c | cleaning\n"
    assert front_end.returncode == 4


def test_a_program_that_does_not_handle_it_dies_of_the_interrupt() -> None:
    front_end = subprocess.Popen(
        command_line("run", "--headless", "--", "sh", "-c", "echo ready; exec sleep 1000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment_with(),
    )
    assert front_end.stdout is not None
    assert b"ready" in front_end.stdout.readline()
    front_end.send_signal(signal.SIGINT)
    front_end.communicate(timeout=LIMIT_SECONDS)
    assert front_end.returncode == 130


def test_nothing_is_left_when_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Mark(monkeypatch)
    front_end = subprocess.Popen(
        command_line("run", "--headless", "--", "yes"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment_with(),
    )
    assert front_end.stdout is not None
    assert front_end.stdout.readline() == b"yes | y\n"
    front_end.stdout.close()
    assert front_end.wait(timeout=LIMIT_SECONDS) == 128 + signal.SIGPIPE
    assert front_end.stderr is not None
    assert front_end.stderr.read() == b""
    front_end.stderr.close()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_a_killed_front_end_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Mark(monkeypatch)
    front_end = subprocess.Popen(
        command_line("run", "--json", "-c", "print('ready'); import time; time.sleep(1000)"),
        stdout=subprocess.PIPE,
        env=environment_with(),
    )
    assert front_end.stdout is not None
    while b"ready" not in front_end.stdout.readline():
        pass
    front_end.kill()
    front_end.communicate()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_on_a_terminal_a_program_cannot_drive_it() -> None:
    code = r"print('\x1b]52;c;AAAA\x07\x1b[2J\x1b[31mred\x1b[0m spoof\rX')"
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        command_line("run", "--headless", "-c", code),
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env=environment_with(TERM="xterm-256color"),
    )
    os.close(terminal)
    process.wait(timeout=LIMIT_SECONDS)
    shown = os.read(main, 65536)
    os.close(main)
    assert shown == b"python -c | X\x1b[38;5;1med\x1b[0m spoof\r\n"


def test_colours_are_left_out_where_they_are_not_wanted() -> None:
    line = b"\x1b[1;31mred\x1b[0m and plain\n"
    assert safe_lines(line, has_colour=False) == b"red and plain\n"
    assert b"\x1b[1;38;5;1mred\x1b[0m" in safe_lines(line, has_colour=True)


class Captured(StandardStreams):
    """Keeps what would be written to standard error."""

    def __init__(self) -> None:
        super().__init__()
        self.text = b""

    def write(self, stream: str, piece: bytes) -> None:
        if stream == "stderr":
            self.text += piece


def test_signal_without_a_name_here_is_said_by_its_number() -> None:
    streams = Captured()
    PrefixedLines(streams).show(
        [events.ProcessExited(t=1.0, process=3, exitcode=None, signal=40, oom=False)]
    )
    assert streams.text == b"mptui: process 3 was killed by signal 40\n"


def started(number: int, name: str) -> events.ProcessStarted:
    return events.ProcessStarted(
        t=0.0,
        process=number,
        pid=number,
        parent=None,
        ppid=1,
        role="other",
        name=name,
        instrumented=True,
    )


def test_names_of_processes_that_ended_long_ago_are_forgotten() -> None:
    names = ProcessNames()
    names.learn(started(0, "work.py"))
    for number in range(1, 5000):
        names.learn(started(number, f"worker-{number % 2}"))
        names.learn(events.ProcessExited(t=0.0, process=number, exitcode=0, signal=None))
    assert len(names._names) < 1100
    assert (names[0], names[4999]) == ("work.py", "worker-1#4999")


def test_processes_of_the_same_name_have_different_prefixes() -> None:
    names = ProcessNames()
    for number in (0, 1, 2):
        names.learn(started(number, "work.py" if number != 1 else "a\x1b[2Jb | c"))
    assert names[0] == "work.py"
    assert names[2] == "work.py#2"
    assert "\x1b" not in names[1]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([b"a", b"b\n", b"\n", b"\xffc"]))))
def test_assembled_lines_are_exactly_what_was_written(pieces: list[tuple[int, bytes]]) -> None:
    assembly = LineAssembly()
    shown = dict.fromkeys(range(3), b"")
    for process, piece in pieces:
        output = events.Output(t=0.0, process=process, stream="stdout", data=piece)
        lines = assembly.add(output)
        assert lines == b"" or lines.endswith(b"\n")
        shown[process] += lines
    for process in shown:
        shown[process] += assembly.take_unfinished(process).get("stdout", b"")
        assert shown[process] == b"".join(p for who, p in pieces if who == process)


@pytest.fixture
def shown(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[[Sequence[Event]], Shown]:
    """What `mptui run --headless` prints of these events, on standard output and on error."""

    def show(history: Sequence[Event]) -> Shown:
        PrefixedLines(StandardStreams()).show(history)
        return capfdbinary.readouterr()

    return show


def test_output_of_a_later_version_on_an_unknown_stream_is_printed(
    shown: Callable[[Sequence[Event]], Shown],
) -> None:
    printed = shown(HISTORIES["later_version"])
    assert printed == (b"Coroutine-1 | on a stream of its own\n", b"")


def test_output_that_is_missing_is_counted_where_it_is_missing(
    shown: Callable[[Sequence[Event]], Shown],
) -> None:
    gap = events.EventsDropped(t=0.0, what="output", count=1)
    hidden = events.EventsDropped(t=0.0, what="waits_hidden", count=1)
    printed = shown([*HISTORIES["just_started"], gap, hidden])
    assert printed == (b"", b"mptui: 1 piece of output lost here\n")


@pytest.mark.parametrize("form", ["--headless", "--json"])
def test_a_recording_of_a_newer_supervisor_is_one_clear_line_and_the_program_ends(
    form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = Mark(monkeypatch)
    alter_supervisor(
        monkeypatch, tmp_path / "alter", "from mptui import events\nevents.SCHEMA += 1"
    )
    completed = mptui("run", form, "-c", "import time; time.sleep(1000)")
    assert completed.returncode == 125
    assert completed.stderr.startswith(b"mptui: cannot read ")
    assert completed.stderr.endswith(b"; update mptui\n")
    assert completed.stderr.count(b"\n") == 1
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_the_interpreter_that_runs_the_tests_is_the_program_s() -> None:
    completed = mptui("run", "--headless", "-c", "import sys; print(sys.prefix)")
    assert completed.stdout == f"python -c | {sys.prefix}\n".encode()
