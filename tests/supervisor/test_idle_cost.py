"""A program that sleeps hardly wakes the supervisor, and hardly anything is read of it.

Everything that a supervisor polls looks at a real process; only the time passes more quickly.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from mptui.supervisor.processes.program_search import ProgramSearch
from tests.supervisor.test_bounded_memory import Run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def run() -> Iterator[Run]:
    with subprocess.Popen(["/bin/sleep", "120"]) as main:
        run = Run(main.pid)
        yield run
        run.close()
        main.kill()


def pass_time(run: Run, seconds: float) -> int:
    """Let the watches poll when they are due; gives how often any was."""
    until, turns = run.now + seconds, 0
    while (due := min(watch.next_poll for watch in run.watches)) <= until:
        run.now = max(due, run.now)
        for watch in run.watches:
            if watch.next_poll <= run.now:
                watch.poll()
        turns += 1
    run.now = until
    return turns


def test_a_sleeping_program_wakes_the_loop_twice_a_second(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a poll seems to cost more, and is then due at a time of its own.
    monkeypatch.setattr("time.thread_time", lambda: 0.0)
    # Else what other tests have left behind might be found.
    monkeypatch.setattr(ProgramSearch, "pids", lambda _: [])
    monkeypatch.setattr(ProgramSearch, "begun", lambda _: [])
    pass_time(run, 40.0)
    reads, real = [], os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        reads.append(descriptor)
        return real(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", pread)
    # What costs much is polled less often: that only makes it less.
    assert pass_time(run, 60.0) <= 2 * 60 + 2
    assert len(reads) <= 60 + 12 + 10
