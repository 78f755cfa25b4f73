"""Where everything is, printed when somebody asks, while the run goes on."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from mptui.headless.stack_dump import StackDump
from mptui.headless.standard_streams import StandardStreams
from mptui.recording.runs_folder import find_recording
from tests.commanding import LIMIT_SECONDS, command_line, environment_with, mptui
from tests.histories import Story
from tests.process_table import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CRAWL = """\
import multiprocessing, sys
def fetch(door):
    print("fetching", flush=True)
    door.wait()
if __name__ == "__main__":
    door = multiprocessing.Event()
    workers = [multiprocessing.Process(target=fetch, args=(door,)) for _ in range(4)]
    for worker in workers: worker.start()
    print("started", flush=True)
    sys.stdin.readline()
    door.set()
    for worker in workers: worker.join()
    sys.exit(7)
"""
MAIN = re.compile(rb"crawl\.py:(9|10) in <module>\n")
GROUP = re.compile(rb"4 processes in fetch, crawl\.py:4: (Process-[1-4](, |\n)){4}")
"""In the order in which they were noticed: of those that begin together any may be the first."""


@contextlib.contextmanager
def crawling(folder: Path, form: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program, as soon as all of its workers are where they stay."""
    (folder / "crawl.py").write_text(CRAWL)
    # Into a file: a pipe that is not read while a test looks elsewhere would hold all up.
    with (
        output_of(folder).open("wb") as output,
        subprocess.Popen(
            command_line("run", form, "crawl.py"),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.PIPE,
            env=environment_with(XDG_STATE_HOME=str(folder)),
        ) as process,
    ):
        wait_until(lambda: has_begun(output_of(folder).read_bytes()), "all of them print", 60)
        try:
            yield process
        finally:
            process.kill()


def output_of(folder: Path) -> Path:
    return folder / "output"


def has_begun(printed: bytes) -> bool:
    return printed.count(b"fetching") >= 4 and b"started" in printed


def dump_with_group(process: subprocess.Popen[bytes]) -> bytes:
    """Ask until all workers have come as far as they go: they say so just before."""
    assert process.stderr is not None
    while True:
        process.send_signal(signal.SIGQUIT)
        dump = b""
        while not MAIN.search(dump):
            line = process.stderr.readline()
            assert line, dump
            dump += line
        if GROUP.search(dump) and b"crawl.py:10 in" in dump:
            return dump


@pytest.mark.parametrize("form", ["--headless", "--json"])
def test_sigquit_prints_all_stacks_and_the_run_goes_on(form: str, tmp_path: Path) -> None:
    with crawling(tmp_path, form) as process:
        for _ in range(2):
            dump = dump_with_group(process)
            assert f"    {tmp_path}/crawl.py:4 in fetch\n".encode() in dump
        _, rest = process.communicate(b"\n", LIMIT_SECONDS)
    assert process.returncode == 7
    assert b"fetch" not in rest


def test_the_stacks_of_a_run_that_lives_are_printed_for_anybody(tmp_path: Path) -> None:
    with crawling(tmp_path, "--json") as process:
        dump = b""
        while not GROUP.match(dump):
            asked = mptui("stacks", "crawl.py", cwd=tmp_path.parent, XDG_STATE_HOME=str(tmp_path))
            assert (asked.returncode, asked.stderr) == (0, b"")
            dump = asked.stdout
        _, err = process.communicate(b"\n", LIMIT_SECONDS)
    assert process.returncode == 7
    # Who asked is told; the run itself prints nothing.
    assert err == b""
    out = output_of(tmp_path).read_bytes()
    sampled = [json.loads(line) for line in out.splitlines() if b'"stack_sampled"' in line]
    asked_for = [one["process"] for one in sampled if one["why"] == "asked"]
    assert asked_for[-5:] == [0, 1, 2, 3, 4]


def test_the_c_code_is_printed_for_whoever_asks_for_it(tmp_path: Path) -> None:
    with crawling(tmp_path, "--json") as process:
        dump = b""
        while (found := GROUP.search(dump)) is None:
            asked = mptui("stacks", "--native", "crawl.py", XDG_STATE_HOME=str(tmp_path))
            assert (asked.returncode, asked.stderr) == (0, b"")
            dump = asked.stdout
        process.communicate(b"\n", LIMIT_SECONDS)
    _, first, *_ = dump[found.start() :].splitlines()
    assert re.match(rb"    (lib|ld-)\S+: \S+", first), dump
    assert process.returncode == 7


def test_the_stacks_of_a_run_that_is_over_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert mptui("run", "--headless", "-c", "pass").returncode == 0
    recording = find_recording("python")
    assert recording is not None
    for name in (str(recording), recording.stem):
        refused = mptui("stacks", name)
        assert (refused.returncode, refused.stdout) == (2, b"")
        assert refused.stderr.endswith(b" is over: only a run that lives has stacks\n")
    unknown = mptui("stacks", "never-was")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith(b"mptui: cannot read never-was: no such file, and no run in ")


def test_stacks_that_nobody_asked_for_are_not_printed(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    story = Story("crawl.py")
    dump = StackDump(StandardStreams())
    story.stacks(story.main, ("crawl.py", 1, "f"), why="stands_still")
    story.stacks(story.main, ("crawl.py", 2, "f"))
    dump.note(story.events)
    dump.ask()
    story.events.clear()
    story.stacks(story.main, ("crawl.py", 3, "f"), why="stands_still")
    dump.note(story.events)
    assert capfdbinary.readouterr() == (b"", b"")


def test_a_name_of_the_program_s_does_not_drive_the_terminal(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    story = Story("crawl.py")
    worker = story.process("\x1b[2Jworker")
    story.stacks(worker, ("/srv/\x1b]0;evil\x07.py", 3, "f\x9b31m"))
    dump = StackDump(StandardStreams())
    dump.ask()
    dump.note(story.events)
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert b"worker" in err
    assert not set(err.decode()) & set("\x1b\x07\x9b")
