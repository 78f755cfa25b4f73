"""Output that cannot be written, readers that take none of it, and what mptui itself says."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.headless.line_assembly import LONGEST_BAR, LONGEST_LINE, LineAssembly
from tests.commanding import LIMIT_SECONDS, command_line, environment_with, mptui
from tests.process_table import Mark, wait_until

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "x\x1b]0;evil\x07\x9by\u202e\n.py"
HARMLESS = "x^[]0;evil^G<9b>y<202e>^J.py"
CLOSED = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"]


def _shell(redirection: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command_line(*arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env=environment_with(),
        check=False,
    )


@pytest.mark.parametrize("closed", CLOSED)
def test_a_program_runs_where_standard_streams_are_closed(closed: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    completed = _shell(closed, "run", "--headless", "--", "sh", "-c", f"echo hi > {mark}; exit 3")
    assert mark.read_text() == "hi\n"
    assert completed.returncode == 3
    assert completed.stderr == b""


@pytest.mark.parametrize("form", ["--headless", "--json"])
def test_a_full_device_is_said_in_one_line_and_the_program_goes_on(
    form: str, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    program = f"echo one; sleep 0.5; echo two; echo done > {mark}"
    completed = _shell(">/dev/full", "run", form, "--", "sh", "-c", program)
    assert mark.read_text() == "done\n"
    assert completed.returncode == 125
    (line,) = completed.stderr.decode().splitlines()
    assert line.startswith("mptui: ")
    assert "bytes of standard output could not be written: No space left on device" in line


@pytest.mark.parametrize("arguments", [("schema",), ("config",), ("--help",)])
def test_what_cannot_be_printed_is_one_line(arguments: tuple[str, ...]) -> None:
    completed = _shell(">/dev/full", *arguments)
    assert completed.stderr == b"mptui: cannot write: No space left on device\n"
    assert completed.returncode == 125


def test_findings_that_cannot_be_printed_are_said(tmp_path: Path) -> None:
    recorded = mptui("run", "--json", "-c", "print(1)")
    recording = tmp_path / "run.jsonl"
    recording.write_bytes(recorded.stdout)
    completed = _shell(">/dev/full", "findings", str(recording))
    assert completed.returncode == 125
    assert len(completed.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--headless", EVIL),
        ("run", "--headless", "--", EVIL),
        ("run", "--headless", "--cwd", EVIL, "-c", "1"),
        ("run", "--headless", "--stdin", EVIL, "-c", "1"),
        ("run", "--headless", "--python", EVIL, "-c", "1"),
        ("run", "--headless", "--log-dir", f"/proc/{EVIL}", "-c", "1"),
        ("findings", EVIL),
        ("stacks", EVIL),
    ],
)
def test_names_in_mptui_s_own_messages_are_harmless(arguments: tuple[str, ...]) -> None:
    completed = mptui(*arguments)
    assert completed.returncode != 0
    text = completed.stderr.decode()
    assert HARMLESS in text
    assert text.removesuffix("\n").isprintable()


@pytest.mark.parametrize(
    ("form", "number"), [("--headless", signal.SIGTERM), ("--json", signal.SIGINT)]
)
def test_it_ends_when_asked_though_its_reader_takes_nothing(
    form: str, number: int, mark: Mark
) -> None:
    program = "import os\nwhile True: os.write(1, b'line\\n' * 1000)"
    reading, writing = os.pipe()
    front_end = subprocess.Popen(
        command_line("run", form, "-c", program),
        stdout=writing,
        stderr=subprocess.DEVNULL,
        env=environment_with(),
    )
    os.close(writing)
    try:
        wait_until(lambda: _unread_bytes(reading) > 60_000, "the pipe is full")
        front_end.send_signal(number)
        assert front_end.wait(LIMIT_SECONDS) == 128 + number
    finally:
        front_end.kill()
        front_end.wait()
        os.close(reading)
    wait_until(lambda: not mark.pids(), "nothing is left")


def _unread_bytes(pipe: int) -> int:
    count = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


def _output(piece: bytes) -> events.Output:
    return events.Output(t=0.0, process=0, stream="stdout", data=piece)


def test_a_line_without_end_is_bounded_and_nothing_of_it_is_lost() -> None:
    assembly, shown = LineAssembly(), 0
    tracemalloc.start()
    try:
        for _ in range(1600):
            shown += len(assembly.add(_output(b"x" * 65536)).replace(b"\n", b""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    rest = assembly.take_unfinished(0).get("stdout", b"")
    assert shown + len(rest) == 1600 * 65536
    assert peak < 8 * LONGEST_LINE


def test_a_bar_that_never_ends_its_line_is_shown_as_it_comes() -> None:
    assembly, shown = LineAssembly(), b""
    for percent in range(10_000):
        shown += assembly.add(_output(b"\r%d of 10000" % percent))
        if b"9000 of" in shown:
            break
    assert percent < 9000 + LONGEST_BAR // 10
    assert all(line.startswith(b"\r") or not line for line in shown.split(b"\n")[:1])
    assert shown.endswith(b" of 10000\n")


def test_a_long_line_that_ends_is_not_cut() -> None:
    assembly = LineAssembly()
    long = b"y" * (LONGEST_LINE - 1)
    assert assembly.add(_output(long)) == b""
    assert assembly.add(_output(b"\n")) == long + b"\n"
