"""A command run plainly and under `mptui run --json`, and what must be the same.

Whatever the program, the recording has to be whole: every process starts once and ends once, after
its last output; nothing was dropped, and nothing is left running.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from mptui import events
from mptui.model import Run
from tests.commanding import command_line, environment_with
from tests.process_table import wait_until
from tests.running import of_type, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mptui.events import Event, StreamName
    from mptui.model import ProcessState
    from tests.process_table import Mark

LIMIT_SECONDS: Final = 100

_DURATION: Final = re.compile(rb"\b\d+\.\d+ ?s\b")


class Ran(NamedTuple):
    """How a command went."""

    status: int
    stdout: bytes
    stderr: bytes


class Watched:
    """How a command went under mptui, as its events tell.

    Args:
        status: the exit status of mptui.
        lines: what it printed.
    """

    def __init__(self, status: int, lines: bytes) -> None:
        self.status = status
        decoded = [events.decode(line) for line in lines.splitlines()]
        assert None not in decoded
        self.events: list[Event] = [event for event in decoded if event is not None]
        self._run = Run()
        self._run.apply(self.events)

    @property
    def processes(self) -> list[ProcessState]:
        """All of them, in the order of their discovery, as they were at the end."""
        return list(self._run.processes.values())

    @property
    def main(self) -> ProcessState:
        """What the user started."""
        return self._run.processes[0]

    def named(self, name: str) -> ProcessState:
        """The one process of this name."""
        (found,) = [process for process in self.processes if process.name == name]
        return found

    def workers(self) -> list[ProcessState]:
        """Every process that a library made to have work done."""
        return [process for process in self.processes if process.role == "worker"]

    def unknown_ends(self) -> list[ProcessState]:
        """Those of which nobody could tell how they ended."""
        return [p for p in self.processes if p.exitcode is None and p.signal is None]

    def stream(self, name: StreamName) -> bytes:
        """What all processes together wrote to a stream."""
        outputs = [event for event in of_type(events.Output, self.events) if event.stream == name]
        return b"".join(
            (event.data or b"") if event.text is None else event.text.encode() for event in outputs
        )

    def printed(self, process: ProcessState, stream: StreamName = "stdout") -> bytes:
        """What one process wrote to a stream."""
        return printed(self.events, process.process, stream)


def as_written(output: bytes) -> object:
    """Byte for byte: for what one process writes."""
    return output


def in_any_order(output: bytes) -> object:
    """Line for line: processes that run at once may print in any order."""
    return Counter(output.splitlines())


def without_durations(output: bytes) -> object:
    """Line for line, but for times."""
    return in_any_order(_DURATION.sub(b"? s", output))


def run_alike(
    command: Sequence[str],
    cwd: Path,
    mark: Mark,
    *,
    normal: Callable[[bytes], object] = in_any_order,
    stdin: bytes = b"",
) -> Watched:
    """Run a command plainly and under mptui; it must do the same both times.

    Args:
        command: what to run.
        cwd: where.
        mark: what its processes carry in their environment.
        normal: makes outputs comparable that differ from one plain run to the next.
        stdin: what it is given to read.
    """
    plain = _run([*command], cwd, stdin)
    # What it leaves behind without mptui is its own affair, but not to be mixed up with ours.
    wait_until(lambda: not mark.pids(), "the plain program to be gone")
    under = _run(command_line("run", "--json", "--", *command), cwd, stdin)
    watched = Watched(under.status, under.stdout)
    assert under.stderr == b"", under.stderr
    _assert_same(watched.stream("stdout"), plain.stdout, normal)
    _assert_same(watched.stream("stderr"), plain.stderr, normal)
    assert watched.status == (plain.status if plain.status >= 0 else 128 - plain.status)
    assert_whole(watched)
    wait_until(lambda: not mark.pids(), "every process to be gone")
    return watched


def assert_whole(watched: Watched) -> None:
    """Each process began and ended once, spoke only in between, and nothing is missing."""
    seen = watched.events
    assert isinstance(seen[0], events.RunStarted)
    assert isinstance(seen[-1], events.RunFinished)
    assert of_type(events.EventsDropped, seen) == []
    started = [event.process for event in of_type(events.ProcessStarted, seen)]
    exited = [event.process for event in of_type(events.ProcessExited, seen)]
    assert started == list(range(len(started)))
    assert sorted(exited) == started
    alive: set[int] = set()
    for event in seen:
        if isinstance(event, events.ProcessStarted):
            alive.add(event.process)
        elif isinstance(event, events.ProcessExited):
            alive.remove(event.process)
        elif isinstance(event, events.Output | events.ProcessChanged):
            # The program may look at an exit code as late as it likes.
            looks_back = isinstance(event, events.ProcessChanged) and event.exitcode_read
            assert event.process in alive or looks_back, event


def _assert_same(watched: bytes, plain: bytes, normal: Callable[[bytes], object]) -> None:
    if normal(watched) != normal(plain):
        pytest.fail(f"plainly:\n{plain[-2000:]!r}\nunder mptui:\n{watched[-2000:]!r}")


def _run(command: list[str], cwd: Path, stdin: bytes) -> Ran:
    done = subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env=program_environment(cwd),
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def program_environment(cwd: Path) -> dict[str, str]:
    """The environment of a program that is to leave nothing in the user's folders."""
    home = cwd / ".home"
    home.mkdir(exist_ok=True)
    return {
        **environment_with(),
        "HOME": str(home),
        "XDG_CACHE_HOME": os.devnull,
        "PYLINTHOME": os.devnull,
        "PYTHONHASHSEED": "0",
    }
