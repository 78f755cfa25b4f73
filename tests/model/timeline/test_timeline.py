from mptui.model.timeline.timeline import (
    BARS_OF_ALL_LANES,
    LANES_KEPT,
    THREADS_OF_A_PROCESS,
    Timeline,
)
from tests.model.telling import done, exited, run_of, running, started


def test_every_process_has_a_lane_from_its_start_and_keeps_it() -> None:
    run = run_of(started(5, 2.0), exited(3.0, 5))
    assert list(run.timeline.lanes) == [(0, None), (1, None), (5, None)]


def test_a_thread_has_a_lane_from_its_first_task() -> None:
    run = run_of(running(1.0, thread=7), done(1.0, 2.0, thread=8))
    assert [(lane.process, lane.thread) for lane in run.timeline.of_process(1)] == [
        (1, None),
        (1, 7),
        (1, 8),
    ]
    assert run.timeline.of_process(77) == []


def test_a_process_with_countless_threads_has_not_countless_lanes() -> None:
    run = run_of(*(done(n, n + 1, thread=n) for n in range(2 * THREADS_OF_A_PROCESS)))
    assert len(run.timeline.of_process(1)) == THREADS_OF_A_PROCESS + 1
    assert run.tasks.finished_count == 2 * THREADS_OF_A_PROCESS


def test_many_lanes_together_keep_no_more_than_some_lanes_do() -> None:
    timeline = Timeline()
    for process in range(1000):
        lane = timeline.open(process)
        for n in range(600):
            lane.add_task(n, n + 0.5, None, None, failed=0)
    assert sum(lane.max_bars for lane in timeline.lanes.values()) <= BARS_OF_ALL_LANES
    assert len(timeline.open(999).between(0, 9999)) > 200


def test_labels_that_are_equal_are_one_string() -> None:
    run = run_of(done(0.0, 1.0, task="".join("fg")), done(1.0, 2.0, task="".join("fg")))
    first, second = run.timeline.lanes[1, None].between(0, 9)
    assert first.label is second.label


def test_the_lanes_of_a_forgotten_process_make_room_for_longer_ones() -> None:
    timeline = Timeline()
    for process in range(1000):
        timeline.open(process)
    few = timeline.open(0).max_bars
    for process in range(1, 1000):
        timeline.forget(process)
    assert list(timeline.lanes) == [(0, None)]
    assert timeline.open(0).max_bars > 10 * few


def test_lanes_that_get_shorter_drop_their_oldest_bars_at_once() -> None:
    timeline = Timeline()
    lane = timeline.open(0)
    for n in range(20_000):
        lane.add_task(n, n + 0.5, None, None, failed=0)
    for process in range(1, 1000):
        timeline.open(process)
    bars = lane.between(0, 1e9)
    assert len(bars) <= lane.max_bars < 1000
    assert bars[-1].began == 19_999
    assert lane.dropped_until == bars[0].began - 0.5


def test_threads_get_no_lanes_where_there_are_too_many_and_processes_do() -> None:
    timeline = Timeline()
    for process in range(LANES_KEPT):
        timeline.open(process)
    assert timeline.lane(0, 7) is None
    assert timeline.open(LANES_KEPT).process == LANES_KEPT
