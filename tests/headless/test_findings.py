"""`mptui findings`: what is said of a recording, to a person or a program, and exit statuses."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.headless.finding_lines import finding_lines
from mptui.model.findings import Finding
from tests.commanding import LIMIT_SECONDS, command_line, environment_with, mptui
from tests.histories import HISTORIES, Story

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mptui.events import Event

KEYS = ["kind", "severity", "headline", "evidence", "advice", "processes", "since", "until"]


def lines_of(events: Iterable[Event]) -> bytes:
    return b"".join(ev.encode(event) for event in events)


def recorded(name: str, path: Path) -> str:
    path.write_bytes(lines_of(HISTORIES[name]))
    return str(path)


def a_finding(headline: str, evidence: str, advice: str, until: float | None = None) -> Finding:
    return Finding(
        kind="death",
        severity="error",
        headline=headline,
        evidence=evidence,
        advice=advice,
        processes=(1,),
        since=1.5,
        until=until,
    )


def test_a_person_reads_what_it_is_how_one_knows_and_what_to_do(tmp_path: Path) -> None:
    completed = mptui("findings", recorded("slow_consumer", tmp_path / "run.jsonl"))
    headline, evidence, advice = completed.stdout.decode().splitlines()
    assert headline.startswith("warning: Queue ")
    assert " items wait in it (at " in headline
    assert evidence.startswith("    For ")
    assert advice.startswith("    -> Whatever waits takes memory")
    assert (completed.returncode, completed.stderr) == (0, b"")


def test_a_program_reads_an_array_of_objects(tmp_path: Path) -> None:
    source = recorded("killed_in_task", tmp_path / "run.jsonl")
    completed = mptui("findings", "--json", source)
    (found,) = json.loads(completed.stdout)
    assert list(found) == KEYS
    assert (found["kind"], found["severity"]) == ("worker-died-in-task", "error")
    assert (found["processes"], found["until"]) == ([1], None)
    assert isinstance(found["since"], float)
    assert completed.stdout.isascii()
    assert (completed.returncode, completed.stderr) == (0, b"")


def test_nothing_found_is_said_and_is_an_empty_array(tmp_path: Path) -> None:
    source = recorded("pool", tmp_path / "run.jsonl")
    assert mptui("findings", source).stdout == b"nothing to report\n"
    assert json.loads(mptui("findings", "--json", source).stdout) == []


def test_a_recording_comes_through_standard_input() -> None:
    completed = mptui("findings", "--json", "-", stdin=lines_of(HISTORIES["deadlock"]))
    assert [one["kind"] for one in json.loads(completed.stdout)] == ["deadlock"]


def test_what_a_run_prints_goes_through_a_pipe() -> None:
    run = mptui("run", "--json", "-c", "print('well')")
    assert mptui("findings", "-", stdin=run.stdout).stdout == b"nothing to report\n"


def test_a_recording_without_its_end_is_read_as_far_as_it_is() -> None:
    torn = lines_of(HISTORIES["deadlock"])[:-20]
    assert mptui("findings", "-", stdin=torn).returncode == 0


def test_a_run_is_found_by_how_its_name_begins() -> None:
    mptui("run", "--json", "-c", "print('well')")
    for name in ("python", "python--c", "2"):
        assert mptui("findings", name).stdout == b"nothing to report\n"


@pytest.mark.parametrize(
    ("history", "fail_on", "status"),
    [
        ("killed_in_task", "error", 3),
        ("killed_in_task", "warning", 3),
        ("slow_consumer", "warning", 3),
        ("slow_consumer", "error", 0),
        ("pool", "warning", 0),
    ],
)
def test_a_job_fails_on_what_it_was_told_to(
    history: str, fail_on: str, status: int, tmp_path: Path
) -> None:
    source = recorded(history, tmp_path / "run.jsonl")
    completed = mptui("findings", "--fail-on", fail_on, source)
    assert completed.returncode == status
    assert completed.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "line"),
    [
        (["/nope"], b"", r"cannot read /nope: no such file, and no run in "),
        (["/etc/passwd"], b"", "cannot read /etc/passwd: it is not a recording of mptui\n"),
        (["/"], b"", "cannot read /: Is a directory\n"),
        (["-"], b"", "cannot read standard input: it is not a recording of mptui\n"),
        (["-"], b'{"event":"run_started","t":0,"schema":99}\n', "cannot read standard input: it h"),
        ([], b"", "Missing argument 'RUN|FILE|-'; see mptui findings --help\n"),
        (["--fail-on", "note", "-"], b"", "Invalid value for '--fail-on': 'note' is not one of "),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_status_2(
    arguments: list[str], stdin: bytes, line: str
) -> None:
    completed = mptui("findings", *arguments, stdin=stdin)
    said = completed.stderr.decode()
    assert said.startswith(f"mptui: {line}")
    assert said.count("\n") == 1
    assert (completed.returncode, completed.stdout) == (2, b"")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    completed = subprocess.run(
        command_line("findings", recorded("deadlock", tmp_path / "run.jsonl")),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    os.close(writing)
    assert (completed.returncode, completed.stderr) == (141, b"")


def test_nothing_that_a_program_chose_acts_on_the_terminal() -> None:
    hostile = a_finding("\x1b]0;owned\x07", "a\nb", "\x9b2J")
    lines = finding_lines([hostile], has_colour=False).decode().splitlines()
    assert lines == ["error: ^[]0;owned^G (at 1.5 s)", "    a^Jb", "    -> <9b>2J"]


def test_in_json_what_a_program_chose_is_escaped() -> None:
    story = Story("run.py")
    worker = story.process("\x1b[2J\u202eworker")
    story.exit(worker, signal=11)
    completed = mptui("findings", "--json", "-", stdin=lines_of(story.finish(1)))
    assert b"\\u001b[2J\\u202eworker" in completed.stdout


def test_on_a_terminal_the_severity_has_a_colour(tmp_path: Path) -> None:
    source = recorded("killed_in_task", tmp_path / "run.jsonl")
    shown = {}
    for no_color in ("", "1"):
        terminal, side = pty.openpty()
        subprocess.run(
            command_line("findings", source),
            stdout=side,
            timeout=LIMIT_SECONDS,
            check=True,
            env=environment_with(NO_COLOR=no_color, TERM="xterm"),
        )
        shown[no_color] = os.read(terminal, 65536)
        os.close(side)
        os.close(terminal)
    assert shown[""].startswith(b"\x1b[1;38;5;1merror:\x1b[0m ")
    assert shown["1"].startswith(b"error: ")


def test_what_is_over_says_from_when_to_when() -> None:
    over = a_finding("h", "", "", until=9.0)
    assert finding_lines([over], has_colour=False) == b"error: h (from 1.5 s to 9.0 s)\n"


CRASHES = """
import multiprocessing, os, signal
def crash(): os.kill(os.getpid(), signal.SIGSEGV)
worker = multiprocessing.get_context("fork").Process(target=crash, name="\x1b[2Jsolver")
worker.start()
worker.join()
"""


def test_run_without_a_screen_ends_with_what_is_wrong_on_standard_error() -> None:
    said = mptui("run", "--headless", "-c", CRASHES)
    assert said.returncode == 0
    assert said.stdout == b""
    death, headline, *rest = said.stderr.decode().splitlines()
    assert death == "mptui: ^[[2Jsolver was killed by SIGSEGV"
    assert headline.startswith("mptui: error: ^[[2Jsolver ")
    assert len(rest) == 2
    assert rest[1].startswith("    -> ")


@pytest.mark.parametrize("arguments", [("--no-findings", "-c", CRASHES), ("-c", "print('well')")])
def test_run_without_a_screen_says_nothing_more_where_there_is_nothing_to_say(
    arguments: tuple[str, ...],
) -> None:
    assert b"error:" not in mptui("run", "--headless", *arguments).stderr


def test_events_never_have_findings_beside_them() -> None:
    assert mptui("run", "--json", "-c", CRASHES).stderr == b""


def test_limit_without_a_screen_is_said_once_before_what_is_wrong() -> None:
    said = mptui("run", "--headless", "--limit", "2", "-c", "import time; time.sleep(1000)")
    assert said.returncode == 124
    assert said.stderr == b"mptui: stopped at its limit, after 2.0 s\n"
