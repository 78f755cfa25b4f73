"""Real programs that nobody started through mptui, watched from their middle on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from mptui import events as ev
from mptui.model import Run
from mptui.supervisor.linux import kernel
from tests.process_table import wait_until
from tests.running import follow_until, of_type
from tests.supervisor.attached.running import HANGING_POOL, attached, running, traces

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

FORKS_WHEN_TOLD = """
import os, signal
def fork(*_):
    if os.fork() == 0:
        signal.pause()
        os._exit(0)
signal.signal(signal.SIGUSR1, fork)
signal.signal(signal.SIGINT, lambda *_: os._exit(7))
print("ready", flush=True)
while True:
    signal.pause()
"""


def started(events: list[Event]) -> list[ev.ProcessStarted]:
    return of_type(ev.ProcessStarted, events)


def test_a_hanging_pool_is_seen_and_left_as_it_was(tmp_path: Path) -> None:
    with running(tmp_path, HANGING_POOL, lines=2) as program:
        pids = [program.pid, *kernel.children_of(program.pid)]
        before = [traces(pid) for pid in pids]
        with attached(program.pid) as (run, reader):
            events = follow_until(run, reader, lambda events: len(started(events)) == 3)
            run.read_stacks()
            events += follow_until(
                run, reader, lambda events: len(of_type(ev.StackSampled, events)) == 3
            )
            run.leave()
            assert run.wait() == 0
            events += reader.read()
        assert [traces(pid) for pid in pids] == before
        assert program.poll() is None
    begun = of_type(ev.RunStarted, events)[0]
    assert begun.attached_after is not None
    assert begun.command == [sys.executable, str(tmp_path / "older.py")]
    assert [(one.pid, one.role) for one in started(events)] == [
        (program.pid, "main"),
        *((pid, "worker") for pid in pids[1:]),
    ]
    assert [one.name for one in started(events)] == [
        "older.py",
        *(f"process {pid}" for pid in pids[1:]),
    ]
    for stacks in of_type(ev.StackSampled, events):
        functions = {frame.function for one in stacks.threads for frame in one.frames}
        assert functions & ({"map"} if stacks.process == 0 else {"hang"}), stacks
    end = events[-1]
    assert isinstance(end, ev.RunFinished)
    assert (end.goes_on, end.stopped, end.exitcode, end.signal) == (True, "user", None, None)
    state = Run()
    state.apply(events)
    assert state.is_attached


def test_the_program_goes_on_when_mptui_is_gone(tmp_path: Path) -> None:
    with running(tmp_path, HANGING_POOL, lines=2) as program:
        with attached(program.pid) as (run, reader):
            follow_until(run, reader, lambda events: len(started(events)) == 3)
            run.detach()
            wait_until(lambda: run.has_ended, "the end of watching")
            assert isinstance(reader.read()[-1], ev.RunFinished)
        assert program.poll() is None
        assert len(kernel.children_of(program.pid)) == 2


def test_new_children_and_the_end_are_noticed(tmp_path: Path) -> None:
    with running(tmp_path, FORKS_WHEN_TOLD) as program, attached(program.pid) as (run, reader):
        follow_until(run, reader, lambda events: bool(started(events)))
        program.send_signal(signal.SIGUSR1)
        events = follow_until(run, reader, lambda events: bool(started(events)))
        (child,) = started(events)
        os.kill(child.pid, signal.SIGKILL)
        events = follow_until(run, reader, lambda events: bool(of_type(ev.ProcessExited, events)))
        program.kill()
        program.wait()
        status = run.wait()
        end = reader.read()[-1]
    (exited,) = of_type(ev.ProcessExited, events)
    assert isinstance(end, ev.RunFinished)
    assert not end.goes_on
    if kernel.tells_endings():
        assert (exited.signal, end.signal, status) == (signal.SIGKILL, signal.SIGKILL, 137)
    else:
        assert (end.exitcode, end.signal, status) == (None, None, 0)


def test_what_a_person_sends_reaches_the_main_process_alone(tmp_path: Path) -> None:
    with running(tmp_path, FORKS_WHEN_TOLD) as program:
        # Somebody else of the same process group, as in a pipeline.
        beside = subprocess.Popen(["sleep", "600"], process_group=program.pid)
        try:
            with attached(program.pid) as (run, reader):
                follow_until(run, reader, lambda events: bool(started(events)))
                run.interrupt()
                run.wait()
            assert program.wait(20) == 7
            assert beside.poll() is None
        finally:
            beside.kill()
            beside.wait()
