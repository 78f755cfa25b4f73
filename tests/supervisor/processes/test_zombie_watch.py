"""Zombies are recorded, and only those that stay."""

from __future__ import annotations

import sys

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.processes.zombie_watch import PATIENCE_SECONDS
from mptui.supervisor.supervised_run import SupervisedRun
from tests.running import follow_until, of_type, request_for, run_code

FORK_AND_FORGET = """
import os, time
child = os.fork()
if child == 0:
    os._exit(0)
time.sleep(1000)
"""
FORK_AND_WAIT = """
import os, sys, time
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0)
    time.sleep(0.2)
    os.waitpid(child, 0)
time.sleep(float(sys.argv[1]))
"""


def test_a_child_that_is_not_waited_for_is_recorded_as_a_zombie() -> None:
    request = request_for(sys.executable, "-c", FORK_AND_FORGET)
    run = SupervisedRun.start(request)
    try:
        with RecordingReader(run.recording) as reader:
            seen = follow_until(
                run,
                reader,
                lambda so_far: any(one.zombie for one in of_type(events.ProcessChanged, so_far)),
            )
    finally:
        run.kill()
        run.wait()
        run.detach()
    (exited,) = of_type(events.ProcessExited, seen)
    assert [one.process for one in of_type(events.ProcessChanged, seen) if one.zombie] == [
        exited.process
    ]


def test_child_that_its_parent_waits_for_in_time_is_none() -> None:
    seen = run_code(FORK_AND_WAIT, str(1.3 * PATIENCE_SECONDS))
    assert len(of_type(events.ProcessExited, seen)) == 4
    assert not any(one.zombie for one in of_type(events.ProcessChanged, seen))
