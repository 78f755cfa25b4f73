"""Processes that come and go: which are known singly, and what is left of the others."""

from __future__ import annotations

import functools

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.processes.ended_groups import GROUPS_KEPT
from mptui.model.processes.processes import (
    ENDED_KEPT,
    FAILED_KEPT,
    LIVING_KEPT,
    NAMES_KEPT,
)
from tests.histories import Story, recycled_pool
from tests.model.telling import counted, done, exited, run_of, running, started, waits

ENDED = 5000
FAILING_EACH = 50


@functools.cache
def recycled() -> Run:
    run = Run()
    run.apply(recycled_pool(ENDED, FAILING_EACH))
    return run


def ended_one_after_the_other(
    count: int, *, first: int = 1, name: str = "Process-{}", signal: int | None = None
) -> list[ev.Event]:
    """So many short lives, half a second each."""
    return [
        event
        for number in range(first, first + count)
        for event in (
            ev.ProcessStarted(
                t=number / 2, process=number, pid=100 + number, parent=0, ppid=99, role="worker",
                name=name.format(number), instrumented=True,
            ),
            ev.ProcessExited(
                t=number / 2 + 0.5, process=number, exitcode=None if signal else 0, signal=signal
            ),
        )
    ]  # fmt: skip


def test_of_thousands_that_ended_the_last_are_known_singly() -> None:
    run = recycled()
    failed = [state for state in run.processes.values() if state.ended_badly]
    ended_well = [
        state for state in run.processes.values() if not state.is_alive and not state.ended_badly
    ]
    assert len(failed) == ENDED // FAILING_EACH
    assert len(ended_well) == ENDED_KEPT
    assert {state.process for state in run.alive} == {0, *range(ENDED + 1, ENDED + 5)}
    assert len(run.processes) == len(failed) + len(ended_well) + 5
    latest = sorted(state.process for state in ended_well)
    assert latest[-1] == ENDED - 1
    assert latest[0] > ENDED - 1.1 * ENDED_KEPT


def test_totals_are_exact_whatever_was_forgotten() -> None:
    run = recycled()
    assert run.process_count == ENDED + 5
    assert (run.tasks.finished_count, run.tasks.failed_count) == (5 * ENDED, ENDED // 10)
    assert run.tasks.functions["recycling.work"].count == 5 * ENDED
    assert run.line_count == ENDED
    assert run.byte_count == sum(len(f"worker {n} is done\n") for n in range(1, ENDED + 1))
    assert run.speaker_count == ENDED
    assert run.unkept == {}


def test_those_that_were_forgotten_are_counted_in_the_group_of_their_name() -> None:
    run = recycled()
    (group,) = run.ended_groups.values()
    kept = [state for state in run.processes.values() if not state.is_alive]
    assert (group.name, group.role) == ("ForkPoolWorker", "worker")
    assert group.count == ENDED - len(kept)
    assert group.task_count == 5 * group.count
    assert (
        group.failed_task_count + sum(run.tasks.of_process[state.process].failed for state in kept)
        == ENDED // 10
    )
    assert group.line_count == group.count
    assert group.byte_count + sum(state.byte_count for state in kept) == run.byte_count
    assert group.first_started_at < 1.0
    assert group.last_ended_at == max(
        event.t
        for event in recycled_pool(ENDED, FAILING_EACH)
        if isinstance(event, ev.ProcessExited) and event.process not in run.processes
    )


def test_nothing_else_is_left_of_a_process_that_was_forgotten() -> None:
    run = recycled()
    known = set(run.processes)
    assert set(run.logs) == set(run.threads) == known
    assert {process for process, _ in run.timeline.lanes} == known
    assert set(run.tasks.of_process) <= known
    assert run.waits.total_seconds(1) == {}
    assert list(run.rss_history(1)) == []
    assert run.timeline.of_process(1) == []
    assert sum(run.time_split(1)) == 0.0


def test_lines_of_a_forgotten_process_keep_its_number_and_it_keeps_its_name() -> None:
    run = recycled()
    (line,) = run.merged.lines(0, 1)
    assert (line.process, line.text) == (1, "worker 1 is done")
    assert 1 not in run.processes
    assert run.forgotten[1].name == "ForkPoolWorker-1"
    assert run.forgotten[1].role == "worker"


def test_those_that_ended_badly_outlast_those_that_ended_well() -> None:
    bad = ended_one_after_the_other(3, signal=9)
    run = run_of(*bad, *ended_one_after_the_other(2 * ENDED_KEPT, first=4), workers=0)
    assert [state.signal for state in run.processes.values()][:4] == [None, 9, 9, 9]
    assert len(run.processes) == 1 + 3 + ENDED_KEPT


def test_those_that_ended_badly_are_bounded_too() -> None:
    run = run_of(*ended_one_after_the_other(FAILED_KEPT + 30, signal=9), workers=0)
    assert len(run.processes) == 1 + FAILED_KEPT
    assert run.ended_groups["Process"].count == 30


@pytest.mark.parametrize(
    ("end", "is_bad"),
    [
        ({"exitcode": 0, "signal": None}, False),
        ({"exitcode": 1, "signal": None}, True),
        ({"exitcode": None, "signal": None}, False),
        ({"exitcode": None, "signal": 9}, True),
        ({"exitcode": None, "signal": 9, "terminated_by": 1}, True),
        ({"exitcode": None, "signal": 15, "terminated_by": 0}, False),
        ({"exitcode": None, "signal": 15, "stopping": True}, False),
    ],
    ids=["well", "code", "unknown", "signal", "its own signal", "terminated", "stopped"],
)
def test_an_end_is_bad_with_a_code_or_a_signal_nobody_asked_for(
    end: dict[str, int | None], is_bad: bool
) -> None:
    event = ev.ProcessExited(t=1.0, process=1, **end)  # type: ignore[arg-type]
    assert run_of(event).processes[1].ended_badly is is_bad


def test_main_is_never_forgotten() -> None:
    run = run_of(exited(0.1, 0), *ended_one_after_the_other(ENDED_KEPT + 9), workers=0)
    assert 0 in run.processes
    assert run.processes[0].ended_at == 0.1


def test_what_is_recorded_late_of_a_forgotten_process_counts_in_its_group() -> None:
    run = run_of(running(0.2), exited(0.3), *ended_one_after_the_other(ENDED_KEPT, first=2))
    assert 1 not in run.processes
    assert [lost.task.process for lost in run.tasks.lost] == [1]
    group = run.ended_groups["Process"]
    run.apply(
        [
            done(0.2, 0.29),
            counted(0.0, 0.2, count=7, failed=2),
            ev.Output(t=0.3, process=1, stream="stdout", text="late\nand torn"),
        ]
    )
    late = run.ended_groups["Process"]
    assert (late.count, group.count) == (1, 1)
    assert (late.task_count, late.failed_task_count) == (group.task_count + 8, 2)
    assert (late.line_count, late.byte_count) == (2, 13)
    assert (run.tasks.finished_count, run.tasks.lost) == (8, [])
    assert [line.text for line in run.merged.lines(0, 9)] == ["late", "and torn"]
    assert set(run.logs) == {key for key, _ in run.timeline.lanes} == set(run.processes)


def test_other_late_news_of_a_forgotten_process_is_left_out() -> None:
    run = run_of(exited(0.3), *ended_one_after_the_other(ENDED_KEPT, first=2))
    run.apply(
        [running(0.1), waits(0.1), exited(0.4), ev.ProcessChanged(t=0.5, process=1, name="x")]
    )
    assert 1 not in run.processes
    assert (run.tasks.running, run.waits.current) == ({}, {})
    assert run.ended_groups["Process"].count == 1


def test_changes_are_counted_when_a_process_is_forgotten() -> None:
    run = run_of(*ended_one_after_the_other(ENDED_KEPT), workers=0)
    before = (run.process_changes, len(run.processes))
    run.apply(ended_one_after_the_other(1, first=ENDED_KEPT + 1))
    assert (run.process_changes - before[0], len(run.processes)) == (3, before[1])


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("ForkPoolWorker-12", "ForkPoolWorker"),
        ("Process-1:2", "Process"),
        ("worker_7", "worker"),
        ("train.py", "train.py"),
        ("42", "42"),
        ("", ""),
    ],
)
def test_the_name_of_a_group_is_that_of_its_processes_without_the_number(
    name: str, group: str
) -> None:
    run = run_of(*ended_one_after_the_other(ENDED_KEPT + 1, name=name), workers=0)
    assert list(run.ended_groups) == [group]


def test_more_names_than_groups_are_counted_together() -> None:
    lives = ended_one_after_the_other(ENDED_KEPT + 3 * GROUPS_KEPT, name="{}-th")
    run = run_of(*lives, workers=0)
    assert len(run.ended_groups) == GROUPS_KEPT + 1
    assert run.ended_groups[""].count == 2 * GROUPS_KEPT
    assert sum(group.count for group in run.ended_groups.values()) == 3 * GROUPS_KEPT


def test_the_names_of_the_forgotten_are_bounded() -> None:
    run = run_of(*ended_one_after_the_other(ENDED_KEPT + NAMES_KEPT + 20), workers=0)
    assert len(run.forgotten) == NAMES_KEPT
    assert next(iter(run.forgotten)) == 21
    assert run.process_count == ENDED_KEPT + NAMES_KEPT + 21


def test_more_that_live_than_can_be_known_are_counted() -> None:
    run = run_of(*(started(n) for n in range(1, LIVING_KEPT + 10)), workers=0)
    assert len(run.processes) == run.alive_count == LIVING_KEPT
    assert run.process_count == LIVING_KEPT + 10
    assert run.unkept == {"processes": 10}
    run.apply([exited(1.0, 1), started(LIVING_KEPT + 10, 1.0)])
    assert LIVING_KEPT + 10 in run.processes


def test_sums_are_over_the_living_alone() -> None:
    story = Story("pool.py", core_count=4)
    workers = [story.process(f"Process-{n}") for n in range(1, 5)]
    story.look(dict.fromkeys(workers, 50.0))
    run = Run()
    run.apply(story.events)
    assert run.cpu_percent == 200.0
    seen = run.rss_bytes
    run.apply([exited(2.0, workers[0])])
    assert run.cpu_percent == 150.0
    assert run.rss_bytes < seen == run.peak_rss_bytes
