"""Loops that wait again and again are summed up: nothing is lost, and a recording stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.supervisor.waits.wait_meaning import Wait
from mptui.supervisor.waits.wait_sums import AT_ONCE, LASTING_SECONDS, EndedWait, WaitSums
from tests.running import of_type
from tests.supervisor.altering import alter_supervisor
from tests.supervisor.waiting import needs_sight, program, watched

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

GET = Wait("get", "tasks", queue=3, timed=True)
LOCK = Wait("lock", "pen", lock=1, timed=True)

FEW_SINGLES = """
from mptui.supervisor.waits import wait_sums
wait_sums.AT_ONCE, wait_sums.PER_SECOND, wait_sums.LASTING_SECONDS = 2, 0.0, 60.0
"""


class Recorded:
    """Sums whose clock stands where the test puts it; each wait is 0.3 s, in a loop of 0.4 s."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events: list[Event] = []
        self.sums = WaitSums(self.events.append, lambda: self.now)
        self.singles = 0

    def wait(self, wait: Wait = GET, process: int = 1, seconds: float = 0.3) -> None:
        began = self.now
        self.now += 0.1
        is_single = self.sums.may_record(process, began)
        self.now = began + seconds
        if is_single:
            self.singles += 1
        else:
            self.sums.add(process, EndedWait(wait, began, self.now))
        self.now = began + seconds + 0.1
        self.sums.tell_due()

    @property
    def counted(self) -> list[events.WaitsCounted]:
        return of_type(events.WaitsCounted, self.events)


def test_the_first_waits_come_singly_and_of_an_hour_there_are_few_events() -> None:
    recorded = Recorded()
    for _ in range(AT_ONCE):
        recorded.wait()
    assert recorded.singles >= AT_ONCE
    assert recorded.events == []
    while recorded.now < 3600.0:
        recorded.wait()
    size = sum(len(events.encode(event)) for event in recorded.counted)
    assert size + 400 * recorded.singles < 2_000_000
    assert max(one.t - one.since for one in recorded.counted) < 2.0


def test_singles_and_sums_together_are_all_that_was_waited() -> None:
    recorded = Recorded()
    for number in range(1000):
        recorded.wait(GET if number % 3 else LOCK)
    recorded.sums.finish()
    assert recorded.singles + sum(one.count for one in recorded.counted) == 1000
    summed = sum(one.seconds_total for one in recorded.counted)
    assert summed == pytest.approx(0.3 * (1000 - recorded.singles))
    assert {(one.kind, one.on, one.queue, one.lock) for one in recorded.counted} == {
        ("get", "tasks", 3, None),
        ("lock", "pen", None, 1),
    }
    assert all(one.timed for one in recorded.counted)
    assert all(one.seconds_max == pytest.approx(0.3) for one in recorded.counted)


def test_a_wait_that_lasts_is_recorded_singly_after_what_came_before_it() -> None:
    recorded = Recorded()
    while recorded.singles == AT_ONCE or len(recorded.counted) < 9:
        recorded.wait()
    began = recorded.now
    recorded.wait()
    known = len(recorded.counted)
    began = recorded.now
    assert not recorded.sums.has_lasted(began)
    recorded.now = began + LASTING_SECONDS
    assert recorded.sums.has_lasted(began)
    assert recorded.sums.may_record(1, began)
    assert len(recorded.counted) in (known, known + 1)
    assert all(one.t <= began for one in recorded.counted)


def test_processes_are_told_apart_and_what_has_ended_is_forgotten() -> None:
    recorded = Recorded()
    while not recorded.counted:
        recorded.wait(process=1)
    singles = recorded.singles
    recorded.wait(process=2)
    assert recorded.singles == singles + 1, "it has an allowance of its own"
    recorded.wait(process=1, seconds=0.9)
    recorded.wait(process=1)
    recorded.sums.on_exit(1)
    known, singles = len(recorded.counted), recorded.singles
    recorded.sums.finish()
    assert len(recorded.counted) == known, "nothing is told twice"
    recorded.wait(process=1)
    assert recorded.singles == singles + 1, "its successor has an allowance of its own"


@needs_sight
def test_a_program_that_polls_a_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alter_supervisor(monkeypatch, tmp_path / "altered", FEW_SINGLES)
    code = """
    import queue
    tasks = multiprocessing.Queue()
    tell_queue(tasks, "tasks", get=tasks._rlock)
    while True:
        try:
            tasks.get(timeout=0.8)  # Seen on a busy machine too.
        except queue.Empty:
            pass
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: any(one.queue == 0 for one in of_type(events.WaitsCounted, seen)))
    (counted, *_) = (one for one in of_type(events.WaitsCounted, seen) if one.queue == 0)
    assert (counted.process, counted.kind, counted.on, counted.timed) == (0, "get", "tasks", True)
    assert 0.0 < counted.seconds_total <= counted.t - counted.since + 1e-5
    singles = [one for one in of_type(events.WaitStarted, seen) if one.queue == 0]
    assert len(singles) <= 2
