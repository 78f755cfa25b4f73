from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Run, TimeSplit
from mptui.model.processes.processes import MAIN
from tests.histories import HISTORIES
from tests.model.telling import counted, done, exited, run_of, running, waited, waited_often, waits

moments = st.floats(0.0, 20.0)
anything = st.one_of(
    st.builds(running, moments),
    st.builds(
        lambda began, seconds, thread: done(began, began + seconds, thread=thread),
        moments, moments, st.sampled_from([None, 7]),
    ),
    st.builds(lambda since, seconds: counted(since, since + seconds), moments, moments),
    st.builds(waits, moments, st.sampled_from(get_args(ev.WaitKind))),
    st.builds(
        lambda began, seconds, wait: waited(began, began + seconds, wait),
        moments, moments, st.sampled_from(get_args(ev.WaitKind)),
    ),
    st.builds(
        lambda since, seconds, wait: waited_often(since, since + 2.0, wait, seconds=seconds),
        moments, moments, st.sampled_from(get_args(ev.WaitKind)),
    ),
    st.builds(exited, moments),
)  # fmt: skip


def assert_adds_up(run: Run, process: int) -> None:
    state = run.processes[process]
    ended = run.now if state.ended_at is None else state.ended_at
    split = run.time_split(process)
    assert sum(split) == pytest.approx(max(ended - state.started_at, 0.0), abs=1e-6)
    assert all(seconds >= 0.0 for seconds in split)


@given(st.lists(anything, max_size=30))
def test_a_life_adds_up_whatever_is_told_of_it(events: list[ev.Event]) -> None:
    assert_adds_up(run_of(*events), 1)


@pytest.mark.parametrize("name", HISTORIES)
def test_every_life_of_every_history_adds_up(name: str) -> None:
    run = Run()
    run.apply(HISTORIES[name])
    for process in run.processes:
        if run.is_cluster and process == MAIN:
            # Nobody knows what its scheduler does.
            assert not any(run.time_split(process))
        else:
            assert_adds_up(run, process)


def split_of(*events: ev.Event) -> TimeSplit:
    split = run_of(*events).time_split(1)
    return TimeSplit(*(round(seconds, 6) for seconds in split))


@pytest.mark.parametrize("kind", ["lock", "sleep", "get", "task"])
@pytest.mark.parametrize("tasks", [(), (done(1.0, 3.0), done(6.0, 9.0))])
def test_short_waits_in_a_sum_are_as_good_as_each_for_itself(
    kind: str, tasks: tuple[ev.Event, ...]
) -> None:
    # Between the tasks.
    singly = [waited(3.0 + n, 3.6 + n, kind) for n in range(3)]
    in_sum = waited_often(3.0, 5.6, kind, seconds=1.8)
    assert split_of(*tasks, *singly, exited(12.0)) == split_of(*tasks, in_sum, exited(12.0))


def test_a_worker_starts_works_and_is_idle_between_its_tasks() -> None:
    split = split_of(done(1.0, 3.0), done(4.0, 5.0), exited(6.0))
    assert split == TimeSplit(
        starting=1.0, on_core=3.0, ready=0.0, waiting=0.0, sleeping=0.0, idle=2.0
    )


def test_a_wait_for_work_is_idle_and_ends_the_start() -> None:
    split = split_of(waited(0.5, 1.0, "task"), done(1.0, 3.0), exited(3.0))
    assert split == TimeSplit(
        starting=0.5, on_core=2.0, ready=0.0, waiting=0.0, sleeping=0.0, idle=0.5
    )


def test_a_task_that_waits_does_not_work_meanwhile() -> None:
    split = split_of(running(0.0), waits(1.0), waited(1.0, 3.0), done(0.0, 4.0), exited(5.0))
    assert split == TimeSplit(
        starting=0.0, on_core=2.0, ready=0.0, waiting=2.0, sleeping=0.0, idle=1.0
    )


def test_a_task_that_waits_for_a_queue_waits_and_is_not_idle() -> None:
    split = split_of(running(0.0), waited(1.0, 3.0, "get"), done(0.0, 4.0), exited(4.0))
    assert split == TimeSplit(
        starting=0.0, on_core=2.0, ready=0.0, waiting=2.0, sleeping=0.0, idle=0.0
    )


def test_what_still_goes_on_counts_up_to_now() -> None:
    now = ev.Sampled(t=6.0, cores=[], processes={})
    assert split_of(running(2.0), now) == TimeSplit(2.0, 4.0, 0.0, 0.0, 0.0, 0.0)
    assert split_of(running(2.0), waits(5.0), now) == TimeSplit(2.0, 3.0, 0.0, 1.0, 0.0, 0.0)
    assert split_of(done(0.0, 1.0), waits(2.0, "task"), now) == TimeSplit(
        0.0, 1.0, 0.0, 0.0, 0.0, 5.0
    )


def test_a_lost_task_was_work_until_the_end() -> None:
    assert split_of(running(1.0), exited(3.0)) == TimeSplit(1.0, 2.0, 0.0, 0.0, 0.0, 0.0)


def test_a_process_without_tasks_works_when_it_does_not_wait() -> None:
    split = split_of(waited(2.0, 3.0, "get"), waited(4.0, 6.0, "sleep"), exited(10.0))
    assert split == TimeSplit(
        starting=2.0, on_core=5.0, ready=0.0, waiting=0.0, sleeping=2.0, idle=1.0
    )


def test_a_process_of_which_nothing_is_told_works() -> None:
    assert split_of(exited(4.0)) == TimeSplit(0.0, 4.0, 0.0, 0.0, 0.0, 0.0)


def test_tasks_of_threads_say_nothing_of_what_the_main_thread_does() -> None:
    split = split_of(done(0.0, 4.0, thread=7), waited(1.0, 4.0, "result"), exited(5.0))
    assert split == TimeSplit(
        starting=0.0, on_core=2.0, ready=0.0, waiting=3.0, sleeping=0.0, idle=0.0
    )


def test_counted_tasks_are_work_as_long_as_they_took() -> None:
    split = split_of(counted(1.0, 2.0, seconds=0.25), exited(3.0))
    assert split == TimeSplit(
        starting=1.0, on_core=0.25, ready=0.0, waiting=0.0, sleeping=0.0, idle=1.75
    )


def test_a_process_that_nobody_knows_spent_no_time() -> None:
    assert run_of().time_split(77) == TimeSplit(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
