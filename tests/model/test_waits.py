import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Run
from mptui.model.waits import KINDS_KEPT
from tests.histories import HISTORIES
from tests.model.telling import exited, run_of, waited, waited_often, waits


def now(t: float) -> ev.Event:
    return ev.Sampled(t=t, cores=[], processes={})


def test_a_process_waits_until_the_end_of_it_is_told() -> None:
    run = run_of(
        ev.WaitStarted(
            t=1.0, process=1, kind="lock", on="b", lock=3, holds=[1, 2], timed=True
        ),
        now(4.0),
    )  # fmt: skip
    wait = run.waits.current[1]
    assert (wait.kind, wait.on, wait.lock, wait.holds, wait.timed) == ("lock", "b", 3, [1, 2], True)
    assert run.waits.total_seconds(1) == {"lock": 3.0}
    run.apply([waited(1.0, 5.0), now(9.0)])
    assert run.waits.current == {}
    assert run.waits.total_seconds(1) == {"lock": 4.0}


def test_a_wait_that_nobody_saw_begin_counts_as_well() -> None:
    run = run_of(waited(1.0, 3.0), waited(4.0, 5.0, "get"), waited(5.0, 6.0))
    assert run.waits.total_seconds(1) == {"lock": 3.0, "get": 1.0}
    assert run.waits.total_seconds(0) == {}


def test_the_end_of_an_earlier_wait_told_late_does_not_end_the_present_one() -> None:
    run = run_of(waits(3.0, "get"), waited(1.0, 3.0))
    assert run.waits.current[1].kind == "get"


def test_a_wait_is_over_when_the_next_one_begins() -> None:
    run = run_of(waits(1.0), waits(3.0, "get"), now(4.0))
    assert run.waits.total_seconds(1) == {"lock": 2.0, "get": 1.0}
    run = run_of(waits(1.0), waited(3.0, 4.0, "get"))
    assert run.waits.total_seconds(1) == {"lock": 2.0, "get": 1.0}
    assert run.waits.current == {}


def test_an_earlier_beginning_told_late_changes_nothing() -> None:
    run = run_of(waits(3.0, "get"), waits(1.0))
    assert run.waits.current[1].kind == "get"


def test_a_process_that_ended_waits_for_nothing_whatever_is_told_of_it() -> None:
    run = run_of(waits(1.0), exited(3.0), waits(4.0), waited(1.0, 3.5), now(9.0))
    assert run.waits.current == {}
    assert run.waits.total_seconds(1) == {"lock": 2.0}


def test_a_process_that_never_began_does_not_wait() -> None:
    run = run_of(waits(1.0, process=77), waited(1.0, 2.0, process=77))
    assert run.waits.current == {}
    assert run.waits.total_seconds(77) == {}


def test_waits_that_are_summed_up_count_as_those_that_are_told_singly() -> None:
    run = run_of(waited(1.0, 1.4), waited_often(1.5, 3.0, seconds=1.1), now(9.0))
    assert run.waits.total_seconds(1) == {"lock": pytest.approx(1.5)}
    assert run.waits.current == {}
    (lane,) = run.timeline.of_process(1)
    bars = [(bar.kind, bar.began, bar.ended, bar.count) for bar in lane.between(0.0, 9.0)]
    assert bars == [("wait", 1.0, 1.4, 1), ("wait", 1.5, 3.0, 3)]


def test_what_is_waited_for_again_and_again_is_known_as_long_as_that_goes_on() -> None:
    run = run_of(waited_often(1.5, 3.0, "get", seconds=1.2), now(3.5))
    habit = run.waits.habit(1)
    assert habit is not None
    assert (habit.kind, habit.on, habit.timed, habit.started_at) == ("get", "a_lock", True, 1.5)
    run.apply([now(6.5)])
    assert run.waits.habit(1) is None, "it did something else meanwhile"
    run = run_of(waited_often(1.5, 3.0, "get", seconds=0.4), now(3.5))
    assert run.waits.habit(1) is None, "most of the time it did not wait"
    assert run.waits.habit(0) is None


def test_a_wait_is_over_when_others_are_summed_up_after_it() -> None:
    run = run_of(waits(1.0), waited_often(2.0, 3.0, "get", seconds=0.5))
    assert run.waits.current == {}
    assert run.waits.total_seconds(1) == {"lock": 1.0, "get": 0.5}
    run = run_of(waits(4.0), waited_often(2.0, 3.0, "get", seconds=0.5))
    assert run.waits.current[1].started_at == 4.0


@pytest.mark.parametrize(
    "event",
    [
        waited_often(3.0, 2.0, seconds=1.0),
        waited_often(-1.0, 2.0, seconds=1.0),
        waited_often(1.0, 2.0, seconds=-1.0),
        waited_often(1.0, 2.0, seconds=1e300),
        waited_often(1.0, 2.0, seconds=1.0, process=77),
        msgspec.structs.replace(waited_often(1.0, 2.0, seconds=1.0), count=0),
    ],
)
def test_a_sum_that_cannot_be_true_is_left_out(event: ev.WaitsCounted) -> None:
    run = run_of(event, now(9.0))
    assert run.waits.total_seconds(1) == run.waits.total_seconds(77) == {}


def test_changes_are_counted_when_somebody_begins_or_ends_to_wait() -> None:
    run = run_of()
    for event in (waits(1.0), waited(1.0, 2.0), waits(3.0), exited(4.0)):
        before = run.waits.changes
        run.apply([event])
        assert run.waits.changes > before
    before = run.waits.changes
    run.apply([now(9.0)])
    assert run.waits.changes == before


@given(st.lists(st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 9.0)), max_size=20))
def test_waits_are_never_negative(told: list[tuple[float, float]]) -> None:
    run = run_of()
    for n, (t, seconds) in enumerate(told):
        run.apply([waits(t) if n % 2 else waited(t - seconds, t)])
    assert all(seconds >= 0.0 for seconds in run.waits.total_seconds(1).values())


def test_in_a_deadlock_each_waits_for_what_the_other_one_holds() -> None:
    run = Run()
    run.apply(HISTORIES["deadlock"])
    first, second = run.waits.current[1], run.waits.current[2]
    assert (first.lock, second.lock) == (second.holds[0], first.holds[0])
    assert run.waits.current[0].joined == 1


def test_any_more_kinds_of_waits_are_counted_together() -> None:
    kinds = [f"kind {n}" for n in range(KINDS_KEPT + 9)]
    run = run_of(*(waited(n, n + 1.0, kind) for n, kind in enumerate(kinds)))
    seconds = run.waits.total_seconds(1)
    assert seconds["other"] == 9.0
    assert (len(seconds), sum(seconds.values())) == (KINDS_KEPT + 1, KINDS_KEPT + 9)
