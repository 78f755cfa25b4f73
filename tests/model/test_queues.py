import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Run
from mptui.model.number_history import POINTS_KEPT, NumberHistory
from mptui.model.queue_states import QUEUES_KEPT
from tests.histories import HISTORIES
from tests.model.telling import run_of


def looked(
    t: float,
    put: int,
    got: int,
    *,
    queue: int = 0,
    kind: ev.QueueKind = "queue",
    name: str | None = None,
    maxsize: int | None = None,
) -> ev.Event:
    return ev.QueueSampled(
        t=t, queue=queue, put=put, got=got, depth=put - got, kind=kind, name=name, maxsize=maxsize
    )


def test_a_queue_is_what_the_latest_look_found_and_remembers_its_depth_and_name() -> None:
    run = run_of(looked(1.0, 9, 2, name="tasks", maxsize=8), looked(2.0, 9, 8))
    queue = run.queues[0]
    assert (queue.put, queue.got, queue.depth, queue.peak_depth) == (9, 8, 1, 7)
    assert (queue.name, queue.maxsize, queue.kind) == ("tasks", 8, "queue")
    assert list(run.queue_history(0)) == [(1.0, 9.0, 2.0), (2.0, 9.0, 8.0)]


def test_a_queue_that_nobody_saw_has_no_history() -> None:
    assert list(run_of().queue_history(7)) == []
    assert list(run_of().rss_history(7)) == []


def test_progress_of_a_pool_says_how_fast_and_how_long() -> None:
    run = run_of(*(looked(n, 100, n * 4, kind="pool", name="pool") for n in range(11)))
    (progress,) = run.progress
    assert (progress.name, progress.kind, progress.done, progress.total) == (
        "pool",
        "pool",
        40,
        100,
    )
    assert progress.per_second == pytest.approx(4.0)
    assert progress.seconds_left == pytest.approx(15.0)


def test_the_rate_is_that_of_the_last_seconds_only() -> None:
    looks = [looked(n, 1000, n * 50, kind="pool") for n in range(11)]
    run = run_of(*looks, *(looked(10 + n, 1000, 500 + n, kind="pool") for n in range(1, 8)))
    assert run.progress[0].per_second == pytest.approx(1.0)


def test_what_stands_still_gets_slower_without_anybody_saying_so() -> None:
    run = run_of(*(looked(n, 100, n * 4, kind="pool") for n in range(6)))
    run.apply([ev.Sampled(t=7.0, cores=[], processes={})])
    assert run.progress[0].per_second == pytest.approx(2.4)
    run.apply([ev.Sampled(t=60.0, cores=[], processes={})])
    assert run.progress[0].per_second == 0.0
    assert run.progress[0].seconds_left is None


def test_nothing_is_left_of_what_is_done_and_of_a_plain_queue_nobody_can_tell() -> None:
    run = run_of(
        *(looked(n, 20, n * 4, kind="pool") for n in range(6)),
        *(looked(n, 20, n, queue=1, name="tasks") for n in range(6)),
    )
    pool, queue = run.progress
    assert (pool.done, pool.total, pool.seconds_left) == (20, 20, None)
    assert (queue.name, queue.seconds_left) == ("tasks", None)
    assert queue.per_second == pytest.approx(1.0)


def test_what_was_given_nothing_makes_no_progress_and_pools_come_first() -> None:
    run = run_of(
        looked(1.0, 3, 1, queue=0),
        looked(1.0, 0, 0, queue=1, kind="executor"),
        looked(1.0, 5, 1, queue=2, kind="threads"),
    )
    assert [(progress.queue, progress.name) for progress in run.progress] == [
        (2, "threads"),
        (0, "queue"),
    ]


def test_the_counts_of_a_queue_are_numbers_that_can_be_true() -> None:
    run = run_of(
        ev.QueueSampled(t=1.0, queue=0, put=10**400, got=-5, depth=10**400, kind="pool"),
        ev.QueueSampled(t=9.0, queue=0, put=10**400, got=10**399, depth=-1, kind="pool"),
    )
    assert run.queues[0].depth == 0
    assert run.progress[0].per_second >= 0.0


def test_a_consumer_that_is_too_slow_leaves_a_queue_that_only_grows() -> None:
    run = Run()
    run.apply(HISTORIES["slow_consumer"])
    depths = [put - got for _, put, got in run.queue_history(0)]
    assert depths == sorted(depths)
    assert run.queues[0].peak_depth == depths[-1] == 5400


@given(st.lists(st.floats(0.001, 50.0), max_size=2000))
def test_a_history_is_bounded_in_order_and_keeps_its_ends(steps: list[float]) -> None:
    history = NumberHistory(1)
    t = 0.0
    times = []
    for step in steps:
        t += step
        times.append(t)
        history.append(t, t * 2)
    points = list(history)
    assert len(history) == len(points) <= POINTS_KEPT
    assert points == sorted(points)
    assert all(number == t * 2 for t, number in points)
    if times:
        assert (points[0][0], points[-1][0]) == (times[0], times[-1])
        assert (history[0], history[-1]) == (points[0], points[-1])
        assert history[1:3] == points[1:3]


def test_a_long_history_is_even() -> None:
    history = NumberHistory(1)
    for n in range(200_000):
        history.append(n / 10, n)
    times = [t for t, _ in history]
    gaps = [after - before for before, after in itertools.pairwise(times[:-1])]
    assert POINTS_KEPT / 4 < len(times) <= POINTS_KEPT
    assert max(gaps) <= 2 * min(gaps) + 0.1


def test_a_point_from_the_past_is_left_out() -> None:
    history = NumberHistory(1)
    for t in (1.0, 3.0, 2.0, float("nan")):
        history.append(t, 5.0)
    assert list(history) == [(1.0, 5.0), (3.0, 5.0)]


def test_the_memory_of_each_process_has_a_history() -> None:
    def look(t: float, size: int) -> ev.Event:
        return ev.Sampled(t=t, cores=[], processes={1: ev.ProcessSample(1.0, size, 0, "R", 1)})

    run = run_of(look(1.0, 500), look(2.0, 700))
    assert list(run.rss_history(1)) == [(1.0, 500.0), (2.0, 700.0)]
    assert list(run.rss_history(0)) == []


def test_of_too_many_queues_the_one_unused_for_longest_is_forgotten() -> None:
    run = run_of(*(looked(n, n + 1, 0, queue=n) for n in range(QUEUES_KEPT)))
    assert run.unkept == {}
    run.apply([looked(900.0, 9, 0, queue=0), looked(901.0, 1, 0, queue=7000)])
    assert list(run.queues) == [0, *range(2, QUEUES_KEPT), 7000]
    assert len(run.progress) == QUEUES_KEPT
    assert list(run.queue_history(1)) == []
    assert run.unkept == {"queues": 1}
