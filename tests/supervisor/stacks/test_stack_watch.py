"""Whose stacks are read when, by a clock and a reader of the test's own."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

import pytest

from mptui import events
from mptui.supervisor.processes.watched_process import WatchedProcess
from mptui.supervisor.stacks.stack_budget import BURST_COUNT, BURST_SECONDS, LONG_SHARE
from mptui.supervisor.stacks.stack_reader import StackReply
from mptui.supervisor.stacks.stack_watch import (
    AGAIN_SECONDS,
    ANSWER_SECONDS,
    RENEW_SECONDS,
    STILL_SECONDS,
    WAIT_SECONDS,
    StackWatch,
)
from tests.running import of_type

if TYPE_CHECKING:
    from mptui.events import Event, Role, StackSampled
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.stacks.reader_process import ReaderLink

THREADS: Final = [events.ThreadStack(thread=100, frames=[events.StackFrame("a.py", 1, "f")])]


class Reader:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.is_open = True
        self.asked: list[int] = []
        self.native: list[bool] = []
        self.reply: StackReply | None = None

    def ask(self, pid: int, *, native: bool = False) -> None:
        if self.is_open:
            self.asked.append(pid)
            self.native.append(native)

    def receive(self) -> StackReply | None:
        return self.reply

    def give_up(self) -> None:
        self.is_open = False


class Stage:
    """A watch, and the processes that it watches: 100 is main, the others follow."""

    def __init__(self, *roles: Role, ran_before: bool = False) -> None:
        self.t = 0.0
        self.reader = Reader()
        self.recorded: list[Event] = []
        self.living = [
            WatchedProcess(number, 100 + number, None, None, role, f"p{number}", instrumented=True)
            for number, role in enumerate(roles)
        ]
        self.watch = StackWatch(
            cast("ProcessRegistry", self),
            lambda *_: None,
            self.recorded.append,
            lambda: self.t,
            ran_before=ran_before,
        )
        self.watch.use(cast("ReaderLink", self.reader))

    @property
    def samples(self) -> list[StackSampled]:
        return of_type(events.StackSampled, self.recorded)

    def answer(self, seconds: float = 0.02, **fields: object) -> None:
        """The reader answers what it was asked last."""
        reply = {"threads": THREADS, **fields}
        self.reader.reply = StackReply(pid=self.reader.asked[-1], seconds=seconds, **reply)  # type: ignore[arg-type]
        self.watch.receive(cast("ReaderLink", self.reader))
        self.reader.reply = None

    def pass_until(self, t: float, seconds: float = 0.02) -> None:
        """Poll whenever the watch wants to; every question is answered at once."""
        while self.watch.next_poll <= t:
            self.t = max(self.t, self.watch.next_poll)
            before = len(self.reader.asked)
            self.watch.poll()
            if len(self.reader.asked) > before:
                self.answer(seconds)
        self.t = t

    def waits(self, process: int, kind: str = "lock", lock: int | None = None) -> None:
        self.watch.note(events.WaitStarted(t=self.t, process=process, kind=kind, lock=lock))

    def moves(self) -> None:
        self.watch.note(events.Output(t=self.t, process=0, stream="stdout", text="."))


def moving_until(stage: Stage, t: float) -> None:
    while stage.t < t:
        stage.moves()
        stage.pass_until(stage.t + STILL_SECONDS / 2)


def test_all_that_are_asked_for_come_one_after_the_other() -> None:
    stage = Stage("main", "worker", "helper", "worker")
    stage.watch.want()
    stage.pass_until(1.0)
    assert [(one.process, one.why, one.left) for one in stage.samples] == [
        (0, "asked", 2),
        (1, "asked", 1),
        (3, "asked", 0),
    ]


def test_one_that_is_asked_for_comes_alone() -> None:
    stage = Stage("main", "worker", "worker")
    stage.watch.want(2)
    stage.pass_until(1.0)
    assert [(one.process, one.left) for one in stage.samples] == [(2, 0)]


def test_one_that_nobody_knows_is_not_read() -> None:
    stage = Stage("main")
    stage.watch.want(7)
    stage.pass_until(1.0)
    assert stage.samples == []


def test_a_signal_asks_for_all_at_the_next_turn() -> None:
    stage = Stage("main", "worker")
    stage.watch.want_all_soon()
    assert stage.watch.next_poll <= stage.t
    stage.pass_until(1.0)
    assert len(stage.samples) == 2


def test_who_asks_is_told_of_an_end() -> None:
    stage = Stage("main", "worker")
    stage.watch.want()
    stage.watch.poll()
    ended = stage.living.pop()
    ended.has_ended = True
    stage.watch.on_exit(ended)
    stage.answer()
    assert [(one.process, one.error, one.left) for one in stage.samples] == [
        (1, "ended", 1),
        (0, None, 0),
    ]


def test_an_answer_about_a_process_that_has_ended_since_is_dropped() -> None:
    stage = Stage("main")
    stage.waits(0)
    stage.t = WAIT_SECONDS
    stage.watch.poll()
    stage.living[0].has_ended = True
    stage.watch.on_exit(stage.living.pop())
    stage.answer()
    assert stage.samples == []


def test_a_wait_is_looked_into_once() -> None:
    stage = Stage("main", "worker")
    stage.waits(1)
    moving_until(stage, 3 * AGAIN_SECONDS)
    assert [(one.process, one.why) for one in stage.samples] == [(1, "stands_still")]
    assert WAIT_SECONDS <= stage.samples[0].t < WAIT_SECONDS + 0.1


def test_of_a_program_that_ran_before_it_is_looked_at_once_where_each_process_is() -> None:
    stage = Stage("main", "worker", "worker", ran_before=True)
    stage.waits(1)
    stage.pass_until(1.0)
    assert {one.process for one in stage.samples} == {0, 1, 2}
    assert {one.why for one in stage.samples} == {"stands_still"}
    # From then on it is a program as any other.
    stage.t = AGAIN_SECONDS + 1.0
    stage.moves()
    stage.pass_until(stage.t + STILL_SECONDS - 0.1)
    assert len(stage.samples) == 3


def test_a_wait_that_ends_in_time_is_not() -> None:
    stage = Stage("main")
    stage.waits(0)
    stage.pass_until(WAIT_SECONDS - 0.1)
    stage.watch.note(events.WaitFinished(t=stage.t, process=0, kind="lock", seconds=1.9))
    moving_until(stage, 10.0)
    assert stage.samples == []


@pytest.mark.parametrize("kind", ["get", "task"])
def test_a_worker_without_work_is_not(kind: str) -> None:
    stage = Stage("main", "worker")
    stage.waits(1, kind)
    moving_until(stage, 10.0)
    assert stage.samples == []


def test_all_are_looked_into_once_when_nothing_moves() -> None:
    stage = Stage("main", "worker", "helper")
    stage.waits(1, "get")
    stage.pass_until(10 * AGAIN_SECONDS)
    assert [one.process for one in stage.samples] == [0, 1]


def test_a_process_is_not_looked_into_again_too_soon() -> None:
    stage = Stage("main")
    while stage.t < 3 * AGAIN_SECONDS:
        stage.moves()
        stage.pass_until(stage.t + STILL_SECONDS + 0.5)
    times = [one.t for one in stage.samples]
    assert len(times) > 2
    assert all(later - one >= AGAIN_SECONDS for one, later in pairwise(times))


def test_what_cannot_be_read_is_recorded_for_those_only_who_asked() -> None:
    stage = Stage("main")
    stage.t = STILL_SECONDS
    stage.watch.poll()
    stage.answer(threads=[], error="not_python")
    assert stage.samples == []
    stage.watch.want()
    stage.t += 1.0
    stage.watch.poll()
    stage.answer(threads=[], error="not_python")
    assert [one.error for one in stage.samples] == ["not_python"]


def test_output_that_rushes_by_costs_no_look_at_each_process() -> None:
    stage = Stage("main")
    stage.t = 0.5
    for _ in range(1000):
        stage.t += 0.001
        stage.moves()
        assert stage.watch.next_poll >= STILL_SECONDS
    stage.pass_until(STILL_SECONDS + 1.0)
    assert stage.samples == []
    stage.pass_until(2 * STILL_SECONDS)
    assert len(stage.samples) == 1


def test_two_hundred_that_hang_are_read_in_a_burst_and_little_after_that() -> None:
    workers: list[Role] = ["worker"] * 199
    stage = Stage("main", *workers)
    for process in range(200):
        stage.waits(process)
    stage.pass_until(WAIT_SECONDS + 4 * BURST_SECONDS + 1.0, seconds=0.015)
    assert len(stage.samples) == 200
    for process in range(200):
        stage.waits(process)
    before = len(stage.samples)
    began = stage.t
    stage.pass_until(began + 1000.0, seconds=0.015)
    read = len(stage.samples) - before
    assert read * 0.015 <= LONG_SHARE * 1000.0 + 1.0


def test_one_of_each_group_that_waits_alike_comes_first() -> None:
    workers: list[Role] = ["worker"] * 6
    stage = Stage("main", *workers)
    for process, lock in enumerate([1, 1, 1, 1, 2, 2, 3]):
        stage.waits(process, lock=lock)
    stage.pass_until(10.0)
    assert [one.process for one in stage.samples] == [0, 4, 6, 1, 5, 2, 3]


def test_of_very_many_that_hang_only_so_many_are_read_in_a_burst() -> None:
    workers: list[Role] = ["worker"] * (4 * BURST_COUNT)
    stage = Stage("main", *workers)
    for process in range(len(stage.living)):
        stage.waits(process)
    stage.pass_until(WAIT_SECONDS + 10.0, seconds=0.005)
    assert len(stage.samples) >= BURST_COUNT
    began, before = stage.t, len(stage.samples)
    stage.pass_until(began + 100.0, seconds=0.005)
    read = len(stage.samples) - before
    assert 0 < read * 0.005 <= LONG_SHARE * 100.0 + 0.1


def test_who_has_not_run_since_is_read_again_little_by_little() -> None:
    workers: list[Role] = ["worker"] * 99
    stage = Stage("main", *workers)
    for process in stage.living:
        process.threads = 1
        process.active_at = 0.0
    stage.t = AGAIN_SECONDS
    stage.moves()
    stage.pass_until(stage.t + 20.0)
    assert len(stage.samples) == 100
    stage.t = 3 * AGAIN_SECONDS
    stage.moves()
    stage.living[50].active_at = stage.t
    stage.pass_until(stage.t + STILL_SECONDS + 1.0)
    again = [one.process for one in stage.samples[100:]]
    assert 50 in again
    assert len(again) <= 4


def test_a_reader_that_does_not_answer_is_given_up() -> None:
    stage = Stage("main", "worker")
    stage.watch.want()
    stage.watch.poll()
    stage.t = ANSWER_SECONDS - 1.0
    stage.watch.poll()
    assert stage.samples == []
    stage.t = ANSWER_SECONDS
    stage.watch.poll()
    assert not stage.reader.is_open
    stage.pass_until(ANSWER_SECONDS + 1.0)
    assert [one.error for one in stage.samples] == ["reader_failed"] * 2
    assert stage.watch.next_poll > 1e9


def test_without_a_reader_whoever_asks_is_told() -> None:
    stage = Stage("main")
    watch = StackWatch(
        cast("ProcessRegistry", stage), lambda *_: None, stage.recorded.append, lambda: 0.0
    )
    assert watch.next_poll > 1e9
    watch.want()
    watch.poll()
    assert [one.error for one in stage.samples] == ["no_reader"]


def test_another_reader_takes_over_once_in_a_while() -> None:
    stage = Stage("main", "worker")
    started: list[Reader] = []

    def start() -> ReaderLink:
        stage.reader = Reader()
        started.append(stage.reader)
        return cast("ReaderLink", stage.reader)

    stage.watch.use(cast("ReaderLink", stage.reader), start)
    for t, count in ((1.0, 1), (RENEW_SECONDS - 1.0, 1), (RENEW_SECONDS + 2.0, 2)):
        stage.t = t
        stage.reader.is_open = False
        stage.watch.want(0)
        stage.watch.poll()
        assert len(started) == count
        if stage.reader.is_open:
            stage.answer()
    assert [one.error for one in stage.samples] == [None, "reader_failed", None]


def test_what_ended_the_reader_is_not_read_again_by_itself() -> None:
    stage = Stage("main", "worker")
    stage.watch.use(cast("ReaderLink", stage.reader), lambda: cast("ReaderLink", Reader()))
    stage.waits(1)
    stage.t = WAIT_SECONDS
    stage.watch.poll()
    assert stage.reader.asked == [101]
    stage.reader.is_open = False
    stage.watch.receive(cast("ReaderLink", stage.reader))
    assert stage.watch._due_at(stage.living[1]) > 1e9
    assert stage.watch._due_at(stage.living[0]) < 1e9


def test_who_wants_c_code_too_gets_it_whatever_else_is_asked() -> None:
    stage = Stage("main", "worker")
    stage.watch.want_all_soon()
    stage.watch.want_all_soon(native=True)
    stage.watch.want(1)
    stage.pass_until(1.0)
    assert stage.reader.native == [True, True]
