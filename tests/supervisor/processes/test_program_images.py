"""A process is called instrumented as long as a probe is in the program that it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.processes.program_images import PATIENCE_SECONDS
from mptui.supervisor.supervised_run import SupervisedRun
from tests.running import follow_until, of_type, request_for, run_code

if TYPE_CHECKING:
    from mptui.events import Event

SLEEP = f"import time; time.sleep({PATIENCE_SECONDS + 2})"


def last_of(seen: list[Event], process: int) -> bool:
    """Whether the process was instrumented in the end."""
    (started,) = [e for e in of_type(events.ProcessStarted, seen) if e.process == process]
    changes = [e for e in of_type(events.ProcessChanged, seen) if e.process == process]
    told = [e.instrumented for e in changes if e.instrumented is not None]
    return [started.instrumented, *told][-1]


def everyone(seen: list[Event]) -> list[bool]:
    started = of_type(events.ProcessStarted, seen)
    return [last_of(seen, event.process) for event in started]


def until_everyone(code: str, wanted: list[bool]) -> None:
    """Run a program that goes on for as long as it takes to notice this."""
    run = SupervisedRun.start(request_for(sys.executable, "-c", code))
    try:
        with RecordingReader(run.recording) as reader:
            follow_until(run, reader, lambda seen: everyone(seen) == wanted)
    finally:
        run.kill()
        run.wait()
        run.detach()


@pytest.mark.parametrize(
    "command",
    [["sleep", "60"], [sys.executable, "-I", "-c", "import time; time.sleep(60)"]],
    ids=["sleep", "python"],
)
def test_an_exec_that_loses_the_probe_is_noticed(command: list[str]) -> None:
    code = f"import os; os.execvp({command[0]!r}, {command!r})"
    until_everyone(code, [False])


def test_an_exec_that_keeps_the_probe_changes_nothing() -> None:
    code = f"import os, sys; os.execv(sys.executable, [sys.executable, '-c', {SLEEP!r}])"
    assert everyone(run_code(code)) == [True]


def test_a_forked_child_that_becomes_another_program_is_noticed() -> None:
    code = """
import os
if os.fork() == 0:
    os.execvp("sleep", ["sleep", "60"])
os.wait()
"""
    until_everyone(code, [True, False])


def test_forked_children_that_stay_keep_it_after_their_parent_became_another_program() -> None:
    code = f"""
import os, sys
reading, writing = os.pipe()
if os.fork() == 0:
    os.close(writing)
    os.read(reading, 1)
    os._exit(0)
os.close(reading)
os.set_inheritable(writing, True)
os.execv(sys.executable, [sys.executable, "-c", {SLEEP!r}])
"""
    assert everyone(run_code(code)) == [True, True]


def test_what_has_the_probe_only_between_fork_and_exec_is_not_instrumented() -> None:
    code = """
import subprocess
subprocess.run(["sleep", "60"], preexec_fn=lambda: None, check=True)
"""
    until_everyone(code, [True, False])


def test_what_has_the_probe_again_after_fork_and_exec_is_instrumented() -> None:
    code = """
import subprocess, sys
subprocess.run([sys.executable, "-c", ""], preexec_fn=lambda: None, check=True)
"""
    assert everyone(run_code(code)) == [True, True]
