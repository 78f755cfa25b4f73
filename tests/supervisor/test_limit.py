"""A limit ends a run that takes longer, says so, and does nothing to one that does not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mptui import events
from mptui.errors import EXIT_LIMIT
from mptui.supervisor.request import RunRequest
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import Mark, wait_until
from tests.running import of_type, printed, read_recording
from tests.supervisor.altering import alter_supervisor

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mptui.events import Event

LIMIT_SECONDS = 2.0
FOREVER = """
import multiprocessing, time
worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,))
worker.start()
worker.join()
"""
ENDS_ITS_OWN_WAY = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
time.sleep(1000)
"""


def run_limited(code: str, seconds: float) -> tuple[list[Event], int]:
    request = RunRequest(
        command=(sys.executable, "-c", code),
        cwd="/",
        name="test",
        on_disconnect="stop",
        limit_seconds=seconds,
    )
    run = SupervisedRun.start(request)
    status = run.wait()
    run.detach()
    return read_recording(run.recording), status


def test_run_that_takes_longer_is_stopped_with_all_its_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = Mark(monkeypatch)
    recorded, status = run_limited(FOREVER, LIMIT_SECONDS)
    assert status == EXIT_LIMIT
    (stop,) = of_type(events.StopRequested, recorded)
    assert stop.reason == "limit"
    assert stop.t >= LIMIT_SECONDS
    (end,) = of_type(events.RunFinished, recorded)
    assert (end.signal, end.stopped) == (15, "limit")
    exits = of_type(events.ProcessExited, recorded)
    assert [one.stopping for one in exits] == [True, True]
    assert all(recorded.index(stop) < recorded.index(one) for one in exits)
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_status_is_that_of_the_limit_however_the_program_ends_when_asked() -> None:
    recorded, status = run_limited(ENDS_ITS_OWN_WAY, LIMIT_SECONDS)
    assert status == EXIT_LIMIT
    (end,) = of_type(events.RunFinished, recorded)
    assert (end.exitcode, end.stopped) == (7, "limit")


def test_run_that_ends_earlier_ends_as_it_does() -> None:
    recorded, status = run_limited("print('done'); raise SystemExit(3)", 500.0)
    assert status == 3
    assert printed(recorded, 0) == b"done\n"
    assert not of_type(events.StopRequested, recorded)
    assert of_type(events.RunFinished, recorded)[0].stopped is None


def test_limit_holds_also_under_a_supervisor_that_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    body = """
from mptui.supervisor import supervisor
def fail(*_): raise KeyError
supervisor.Supervisor._record_exits = fail
"""
    alter_supervisor(monkeypatch, tmp_path / "altered", body)
    _, status = run_limited(FOREVER, LIMIT_SECONDS)
    assert status == EXIT_LIMIT
