"""Whatever a recording says, in whatever order, folding it and looking at the run never raises."""

import json
import tracemalloc
from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Run
from mptui.model.timeline.lane import BARS_KEPT
from tests.model.telling import counted, done, run_of, running

small = st.integers(0, 4)
wild = st.one_of(small, st.sampled_from([-1, 2**31, 2**63, 2**64, 10**30, 10**400]))
times = st.one_of(
    st.floats(-1.0, 5.0),
    st.sampled_from([0.0, 5e-324, 1e9, 1e18, 1e300, -1e300, float("inf"), float("nan")]),
)
words = st.sampled_from(["a", "b", "c"])
maybe = st.none() | wild
accounts = st.builds(ev.CoreSeconds, times, times)
threads = st.none() | st.sampled_from([7, 8, -1, 2**64])
forged: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(
        ev.ProcessStarted, t=times, process=small, pid=wild, parent=maybe, ppid=wild,
        role=st.just("worker"), name=words, instrumented=st.booleans(),
    ),
    st.builds(ev.TaskStarted, t=times, process=small, label=words, items=wild, thread=threads),
    st.builds(
        ev.TaskFinished, t=times, process=small, label=words, ok=st.booleans(), seconds=times,
        items=wild, thread=threads,
    ),
    st.builds(
        ev.TasksCounted, t=times, process=small, label=st.none() | words, count=wild, failed=wild,
        seconds_total=times, seconds_max=times, items=wild, since=times,
        histogram=st.dictionaries(wild, wild, max_size=3), thread=threads,
    ),
    st.builds(
        ev.QueueSampled, t=times, queue=small, put=wild, got=wild, depth=wild,
        kind=st.sampled_from(get_args(ev.QueueKind)), maxsize=maybe,
    ),
    st.builds(
        ev.WaitStarted, t=times, process=small, kind=st.sampled_from(get_args(ev.WaitKind)),
        queue=maybe, lock=maybe, joined=maybe, holds=st.lists(wild, max_size=2),
        timed=st.booleans(), peers=st.lists(small, max_size=2), parties=maybe,
    ),
    st.builds(
        ev.AccessSampled, t=times, queue=maybe, lock=maybe, receiver=maybe,
        processes=st.lists(small, max_size=3),
    ),
    st.builds(
        ev.LockSampled, t=times, lock=wild, holders=st.lists(small, max_size=2),
        outside=st.dictionaries(wild, words, max_size=2), complete=st.booleans(),
    ),
    st.builds(
        ev.WaitFinished, t=times, process=small, kind=st.sampled_from(get_args(ev.WaitKind)),
        seconds=times,
    ),
    st.builds(
        ev.WaitsCounted, t=times, process=small, kind=st.sampled_from(get_args(ev.WaitKind)),
        count=wild, seconds_total=times, seconds_max=times, since=times, queue=maybe, lock=maybe,
        joined=maybe, timed=st.booleans(),
    ),
    st.builds(
        ev.DescriptorsCounted, t=times, process=small, count=wild, limit=maybe, pipes=wild,
        sockets=wild, files=wild,
    ),
    st.builds(
        ev.SharedMemorySampled, t=times, process=small, count=wild, made=wild, bytes=wild,
        place=st.none() | words, room_bytes=maybe, free_bytes=maybe,
    ),
    st.builds(
        ev.StackSampled, t=times, process=small, why=words, left=wild, error=st.none() | words,
        threads=st.lists(
            st.builds(
                ev.ThreadStack, thread=wild, omitted=wild,
                frames=st.lists(st.builds(ev.StackFrame, words, wild, words), max_size=2),
                native=st.lists(
                    st.builds(ev.NativeFrame, words, words, words, wild), max_size=2
                ),
            ),
            max_size=2,
        ),
    ),
    st.builds(
        ev.ThreadsSampled, t=times, process=small,
        threads=st.dictionaries(
            wild, st.builds(ev.ThreadSample, words, times, wild, words), max_size=3
        ),
        ended=st.lists(wild, max_size=2),
    ),
    st.builds(
        ev.Sampled, t=times, cores=st.lists(times, max_size=2),
        processes=st.dictionaries(
            small, st.builds(ev.ProcessSample, times, wild, wild, words, wild, times), max_size=3
        ),
        core_seconds=st.dictionaries(small, accounts, max_size=3),
        throttled_percent=st.none() | times,
    ),
    st.builds(
        ev.ProcessChanged, t=times, process=small, cores=st.lists(wild, max_size=2)
    ),
    st.builds(
        ev.ProcessExited, t=times, process=small, exitcode=maybe, signal=maybe,
        core_seconds=st.none() | accounts,
    ),
)  # fmt: skip


def look_at(run: Run) -> None:
    """Ask for everything that a front end asks for."""
    assert all(progress.per_second >= 0.0 for progress in run.progress)
    for process in [*run.processes, 77]:
        run.time_split(process)
        run.core_times.over(process, (0.0, 1.0, 2.0))
        run.waits.total_seconds(process)
        run.tasks.running_in(process)
        list(run.rss_history(process))
        for rate in run.use_histories.of_process(process, (0.0, 1.0, 1.0, 1e300)):
            assert 0.0 <= rate.cpu_percent <= 1e9
            assert rate.tasks_per_second >= 0.0
        list(run.queue_history(process))
    for function in run.tasks.functions.values():
        assert 0.0 <= function.percentile_seconds(0.9) <= function.seconds_max
    for lane in run.timeline.lanes.values():
        lane.between(-1e300, 1e300)
        lane.at(1.0)
        for edges in ([0.0, 1.0, 2.0, 3.0], [0.0, 1e300], [-1e300, 1e300], [1.0] * 9):
            for share in lane.shares(edges):
                assert 0.0 <= share.task_share <= 1.0
                assert 0.0 <= share.wait_share <= 1.0


@given(st.lists(forged, max_size=40))
def test_forged_events_in_any_order_never_raise(events: list[ev.Event]) -> None:
    run = run_of(*events)
    look_at(run)
    known = set(run.processes)
    assert {process for process, _ in run.tasks.running} <= known
    assert {process for process, _ in run.timeline.lanes} <= known
    assert set(run.waits.current) <= known
    assert set(run.threads) == known
    assert set(run.tasks.of_process) <= known


def test_numbers_that_no_machine_holds_are_read_and_left_out() -> None:
    line = {
        "event": "tasks_counted", "t": 2.0, "process": 1, "label": "f", "count": 10**400,
        "failed": 0, "seconds_total": 1.0, "seconds_max": 1.0, "items": 1, "since": 1.0,
    }  # fmt: skip
    event = ev.decode(json.dumps(line).encode())
    assert event is not None
    run = run_of(event)
    look_at(run)
    assert run.tasks.finished_count == 0


def test_a_time_that_cannot_be_true_does_not_become_now() -> None:
    run = run_of(done(1.0, 2.0))
    for t in (1e300, float("inf"), float("nan")):
        run.apply([ev.EventsDropped(t=t, what="x", count=1)])
    assert run.now == 2.0


def test_an_event_of_an_unknown_type_is_ignored() -> None:
    class InventedLater(msgspec.Struct):
        t: float = 3.0

    run = run_of()
    run.apply([InventedLater()])  # type: ignore[list-item]
    assert run.now == 3.0


def test_ever_more_tasks_leave_no_more_behind() -> None:
    def fold(run: Run, first: int, count: int) -> None:
        for n in range(first, first + count):
            run.apply([done(n * 1e-3, n * 1e-3 + 9e-4, task=f"f{n % 7}", ok=n % 9 > 0)])

    run = run_of(running(0.0, 0))
    fold(run, 0, 2 * BARS_KEPT)
    tracemalloc.start()
    try:
        fold(run, 2 * BARS_KEPT, 2 * BARS_KEPT)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The columns are made anew as they are cut, so up to all that is kept may be counted here.
    assert grown < BARS_KEPT * 200
    assert len(run.timeline.lanes[1, None].between(0.0, 1e9)) <= BARS_KEPT
    assert run.tasks.finished_count == 4 * BARS_KEPT


def test_counted_tasks_for_ever_leave_one_bar() -> None:
    run = run_of(*(counted(n / 4, (n + 1) / 4) for n in range(5000)))
    assert len(run.timeline.lanes[1, None].between(0.0, 1e9)) == 1
