"""Time on a core and time without one, from what the kernel accounted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Run
from tests.model.telling import done, exited, run_of, started, waited, waits

if TYPE_CHECKING:
    from mptui.model import TimeSplit


def sampled(t: float, **accounts: tuple[float, float]) -> ev.Sampled:
    """A sample in which the accounts of these processes changed, as in ``p1=(on core, ready)``."""
    return ev.Sampled(
        t=t,
        cores=[],
        processes={},
        core_seconds={int(name[1:]): ev.CoreSeconds(*sums) for name, sums in accounts.items()},
    )


def split_of(*events: ev.Event) -> TimeSplit:
    return run_of(*events).time_split(1)


def test_threads_that_compute_while_the_main_one_waits_for_them_are_work() -> None:
    # Two threads that take turns: the main thread waits in join for nearly all of its life.
    split = split_of(waits(0.1, "thread"), sampled(5.0, p1=(4.9, 0.0)), sampled(6.0, p1=(5.9, 0.0)))
    assert split.on_core == pytest.approx(5.9)
    assert split.waiting == pytest.approx(0.1)


def test_threads_on_several_cores_are_no_more_than_all_of_the_time() -> None:
    split = split_of(sampled(2.0, p1=(8.0, 1.0)), sampled(4.0, p1=(16.0, 2.0)))
    assert split.on_core == pytest.approx(4.0)
    assert split.ready == 0.0


def test_who_sleeps_between_moments_of_work_does_not_work() -> None:
    split = split_of(sampled(5.0, p1=(0.1, 0.02)), sampled(10.0, p1=(0.2, 0.04)))
    assert split.on_core == pytest.approx(0.2)
    assert split.sleeping == pytest.approx(9.76)


def test_who_takes_turns_on_a_core_is_without_one_for_the_rest() -> None:
    split = split_of(sampled(3.0, p1=(0.5, 2.5)), sampled(6.0, p1=(1.0, 5.0)))
    assert split.on_core == pytest.approx(1.0)
    assert split.ready == pytest.approx(5.0)
    assert split.waiting == split.sleeping == split.idle == pytest.approx(0.0)


def test_a_task_without_a_core_is_no_work() -> None:
    split = split_of(sampled(1.0, p1=(0.0, 0.0)), done(1.0, 5.0), sampled(5.0, p1=(1.0, 3.0)))
    assert split.starting == pytest.approx(1.0)
    assert split.on_core == pytest.approx(1.0)
    assert split.ready == pytest.approx(3.0)


def test_what_a_task_did_neither_on_a_core_nor_ready_for_one_it_slept() -> None:
    split = split_of(done(0.0, 4.0), sampled(4.0, p1=(1.0, 0.0)), sampled(5.0))
    assert split.sleeping == pytest.approx(3.0)
    assert split.idle == pytest.approx(1.0)


def test_waits_for_time_are_sleep_and_others_are_not() -> None:
    split = split_of(
        waited(1.0, 3.0, "sleep"), waited(3.0, 4.0, "lock"), sampled(10.0, p1=(7.0, 0.0))
    )
    assert split.sleeping == pytest.approx(2.0)
    assert split.waiting == pytest.approx(1.0)


def test_work_counts_when_it_was_done() -> None:
    run = run_of(sampled(1.0, p1=(0.0, 0.0)), sampled(9.5), sampled(10.0, p1=(0.5, 0.0)))
    early, late = run.core_times.over(1, (0.0, 9.0, 10.0))
    assert early.on_core == pytest.approx(0.0)
    assert late.on_core == pytest.approx(0.5)


def test_between_samples_it_goes_on_as_before() -> None:
    run = run_of(sampled(1.0, p1=(1.0, 0.0)), sampled(2.0, p1=(2.0, 0.0)), waits(2.4, process=0))
    assert run.time_split(1).on_core == pytest.approx(2.4)


def test_what_it_did_last_comes_with_its_end() -> None:
    ended = ev.ProcessExited(
        t=2.0, process=1, exitcode=0, signal=None, core_seconds=ev.CoreSeconds(0.25, 0.5)
    )
    run = run_of(sampled(1.0, p1=(0.25, 0.0)), ended, sampled(60.0))
    split = run.time_split(1)
    assert split.on_core == pytest.approx(0.25)
    assert split.ready == pytest.approx(0.5)


def test_after_its_end_it_stays_as_it_was() -> None:
    run = run_of(sampled(1.0, p1=(1.0, 0.0)), exited(1.4))
    before = run.time_split(1)
    run.apply([sampled(8.0), sampled(9.0, p1=(5.0, 0.0))])
    assert run.time_split(1) == before
    assert before.on_core == pytest.approx(1.4)


def test_without_accounts_nothing_is_known() -> None:
    run = run_of(sampled(1.0))
    assert not run.core_times.are_known
    assert run.core_times.between(1, 0.0, 1.0) is None


numbers = st.one_of(st.floats(-1.0, 20.0), st.sampled_from([float("nan"), float("inf"), 1e300]))


@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=20), numbers, numbers)
def test_whatever_is_accounted_a_life_adds_up(
    told: list[tuple[float, float, float]], on_core: float, ready: float
) -> None:
    run: Run = run_of(*(sampled(t, p1=(on, ready)) for t, on, ready in told))
    last = ev.CoreSeconds(on_core, ready)
    for _ in range(2):
        split = run.time_split(1)
        assert all(seconds >= 0.0 for seconds in split)
        assert sum(split) == pytest.approx(run.now, abs=1e-6)
        run.apply(
            [ev.ProcessExited(t=run.now, process=1, exitcode=0, signal=None, core_seconds=last)]
        )


def test_a_wait_for_a_core_that_is_accounted_late_counts_whole() -> None:
    # It waits from 0.8 to 1.4 and from 1.5 to 2.1; each wait is accounted when it is over.
    split = split_of(
        sampled(1.0, p1=(0.8, 0.0)), sampled(1.5, p1=(0.9, 0.6)), sampled(2.0),
        sampled(2.5, p1=(1.3, 1.2)),
    )  # fmt: skip
    assert split.on_core == pytest.approx(1.3)
    assert split.ready == pytest.approx(1.2)


def test_what_was_accounted_before_the_run_is_not_of_its_time() -> None:
    begun = ev.RunStarted(
        t=0.0, schema=2, id="x", command=["train.py"], cwd="/", python="python", host="here",
        cpu_count=4, started_at="", mptui="", supervisor=1, attached_after=3600.0,
    )  # fmt: skip
    run = Run()
    run.apply([begun, started(0), started(1)])
    run.apply([sampled(0.2, p1=(1800.0, 9.0)), sampled(1.2, p1=(1800.5, 9.25))])
    run.apply([sampled(2.2, p1=(1801.0, 9.5))])
    times = run.core_times.between(1, 0.0, 2.2)
    assert times is not None
    assert times.on_core == pytest.approx(1.0)
    assert times.ready == pytest.approx(0.5)
