"""What programs can do from Python 3.14 on, on whichever of these is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from tests.interpreters import supported_interpreters
from tests.running import of_type, processes_named, run_code, run_to_end

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

NEWER = {
    version: path
    for version, path in supported_interpreters().items()
    if int(version.partition(".")[2]) >= 14
}
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not NEWER, reason="no Python 3.14 is at hand")]

INTERPRETERS = """
import concurrent.futures
def square(number):
    return number * number
with concurrent.futures.InterpreterPoolExecutor(max_workers=2) as squares:
    assert list(squares.map(square, range(6))) == [0, 1, 4, 9, 16, 25]
"""
ENDED_BY_THE_EXECUTOR = """
import concurrent.futures, multiprocessing, sys, threading, time
def sleep(started):
    started.release()
    time.sleep(1000)
if __name__ == "__main__":
    assert multiprocessing.get_start_method() == "forkserver"
    with multiprocessing.Manager() as manager:
        started = manager.Semaphore(0)
        executor = concurrent.futures.ProcessPoolExecutor(2)
        for _ in range(2):
            executor.submit(sleep, started)
        for _ in range(2):
            started.acquire()
        time.sleep(0.5)
        getattr(executor, sys.argv[1])()
"""


@pytest.fixture(params=NEWER or [""])
def newer(request: pytest.FixtureRequest) -> str:
    return NEWER[request.param]


def gaps(events: list[Event]) -> list[ev.EventsDropped]:
    return of_type(ev.EventsDropped, events)


def test_tasks_of_interpreters_are_those_of_threads(newer: str) -> None:
    events = run_code(INTERPRETERS, python=newer)
    assert gaps(events) == []
    tasks = [one for one in of_type(ev.TaskFinished, events) if one.label == "square"]
    assert len(tasks) == 6
    assert {(one.process, one.executor) for one in tasks} == {(0, "threads")}
    assert len({one.thread for one in tasks}) <= 2
    (queue,) = {one.queue for one in of_type(ev.QueueSampled, events)}
    last = of_type(ev.QueueSampled, events)[-1]
    assert (last.queue, last.kind, last.name, last.put, last.got) == (
        queue, "threads", "squares", 6, 6,
    )  # fmt: skip
    assert len(of_type(ev.ProcessStarted, events)) == 1


@pytest.mark.parametrize(("way", "number"), [("terminate_workers", 15), ("kill_workers", 9)])
def test_workers_that_an_executor_ends_were_asked_to_end(
    newer: str, tmp_path: Path, way: str, number: int
) -> None:
    script = tmp_path / "program.py"
    script.write_text(ENDED_BY_THE_EXECUTOR)
    events = run_to_end(newer, str(script), way)
    assert gaps(events) == []
    names = processes_named(events)
    ended = [one for one in of_type(ev.ProcessExited, events) if one.signal == number]
    assert len(ended) == 2
    assert {one.terminated_by for one in ended} == {0}
    assert {names[one.process].rpartition("-")[0] for one in ended} == {"ForkServerProcess"}
