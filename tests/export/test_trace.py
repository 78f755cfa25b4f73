"""The trace: what viewers need to hold, whatever the recording says."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.export.trace import WHOLE_RUN
from tests.export.made import trace_of
from tests.histories import HISTORIES, Story
from tests.model.test_forged_events import forged

Record = dict[str, Any]


def slices(trace: Record) -> list[Record]:
    return [record for record in trace["traceEvents"] if record["ph"] == "X"]


def named(trace: Record, name: str) -> list[Record]:
    return [record for record in slices(trace) if record["name"] == name]


def counter(trace: Record, pid: int, name: str) -> list[float]:
    return [
        record["args"]["value"]
        for record in trace["traceEvents"]
        if (record["ph"], record["pid"], record["name"]) == ("C", pid, name)
    ]


def assert_viewers_can_place(trace: Record) -> None:
    """No slices of one track overlap, all numbers are numbers, each track has a name."""
    ends: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    tracks = {
        (record["pid"], record["tid"])
        for record in trace["traceEvents"]
        if record["name"] == "thread_name"
    }
    for record in trace["traceEvents"]:
        assert math.isfinite(record["ts"])
        assert record["ts"] >= 0
        assert 0 < record["pid"] <= WHOLE_RUN
        if record["ph"] == "X":
            track = (record["pid"], record["tid"])
            assert track in tracks
            began, lasted = round(record["ts"] * 1000), round(record["dur"] * 1000)
            assert lasted >= 0
            ends[track].append((began, began + lasted))
    for spans in ends.values():
        spans.sort()
        for (_, ended), (began, _) in pairwise(spans):
            assert ended <= began


@pytest.mark.parametrize("name", HISTORIES)
def test_every_history_makes_a_trace_that_viewers_can_place(name: str) -> None:
    trace = trace_of(HISTORIES[name])
    assert_viewers_can_place(trace)
    lives = [record for record in slices(trace) if record["cat"].startswith("life")]
    began = [event for event in HISTORIES[name] if isinstance(event, ev.ProcessStarted)]
    assert len(lives) == len({event.process for event in began})


def test_processes_tasks_waits_and_counters_are_told() -> None:
    story = Story("shop.py", core_count=2)
    story.executor = "pool"
    worker = story.process("ForkPoolWorker-1")
    story.task_started(worker, "shop.pack", "7")
    story.look({worker: 80.0})
    story.after(0.5)
    story.task_finished(worker, result="'packed'")
    story.queue(0, 9, 4, name="orders")
    story.wait(worker, "get", "orders", queue=0)
    story.after(1.0)
    story.wait_over(worker)
    story.exit(worker)
    trace = trace_of(story.finish())
    pid = worker + 1
    (task,) = named(trace, "shop.pack")
    assert (task["pid"], task["cat"], task["dur"]) == (pid, "task", 500_000.0)
    assert task["args"] == {"item": "7", "result": "'packed'", "executor": "pool"}
    (wait,) = (record for record in slices(trace) if record["cat"] == "wait")
    assert (wait["pid"], wait["name"]) == (pid, "waiting for orders")
    assert wait["dur"] == pytest.approx(1_000_000, abs=1)
    assert wait["tid"] != task["tid"]
    assert counter(trace, pid, "CPU %") == [80.0, 0]
    assert counter(trace, pid, "memory MB")[-1] == 0
    assert counter(trace, WHOLE_RUN, "queue orders #0: waiting") == [5]
    (life,) = named(trace, "ForkPoolWorker-1")
    assert life["args"] == {"pid": story.pid(worker), "end": "exit 0"}
    names = [record["args"] for record in trace["traceEvents"] if record["name"] == "process_name"]
    assert {"name": f"ForkPoolWorker-1 (pid {story.pid(worker)})"} in names


def test_waits_that_are_summed_up_say_so_on_a_track_of_their_own() -> None:
    story = Story("shop.py")
    worker = story.process("worker")
    story.events.append(
        ev.WaitsCounted(
            t=3.0, process=worker, kind="get", count=4, seconds_total=0.8, seconds_max=0.3,
            since=2.0, on="orders", queue=0, timed=True,
        )
    )  # fmt: skip
    trace = trace_of(story.finish())
    (waits,) = named(trace, "4 x waiting for orders")
    assert (waits["ts"], waits["dur"], waits["cat"]) == (2e6, 1e6, "waits")
    assert waits["args"] == {"count": 4, "seconds": 0.8}
    tracks = [one["args"] for one in trace["traceEvents"] if one["name"] == "thread_name"]
    assert {"name": "counted waits"} in tracks


def test_what_is_lost_and_what_goes_on_ends_where_it_is_last_known() -> None:
    story = Story("shop.py")
    lost, busy = story.process("lost"), story.process("busy")
    story.task_started(lost, "work.a")
    story.task_started(busy, "work.b")
    story.after(2.0)
    story.exit(lost, signal=9)
    story.after(1.0)
    story.look({})
    trace = trace_of(story.events)
    (first,), (second,) = named(trace, "work.a (lost)"), named(trace, "work.b (running)")
    assert first["dur"] == 2_000_000.0
    assert second["ts"] + second["dur"] == pytest.approx(story.t * 1e6)


def test_a_task_whose_end_is_told_after_that_of_its_process_is_not_lost() -> None:
    story = Story("shop.py")
    worker = story.process("worker")
    story.task_started(worker, "work.a")
    story.after(1.0)
    end = ev.TaskFinished(t=story.t, process=worker, label="work.a", ok=True, seconds=1.0)
    story.exit(worker)
    trace = trace_of([*story.events, end])
    assert [record["name"] for record in slices(trace) if record["pid"] == worker + 1] == [
        "work.a",
        "worker",
    ]


def test_findings_are_moments_of_the_whole_run() -> None:
    trace = trace_of(HISTORIES["killed_in_task"])
    (found,) = (record for record in trace["traceEvents"] if record["ph"] == "i")
    assert found["name"].startswith("error: ForkPoolWorker-1 died while it ran")
    assert (found["pid"], found["s"]) == (WHOLE_RUN, "g")


def test_what_names_no_process_is_counted_as_left_out() -> None:
    story = Story("shop.py")
    story.task_done(7, "work", 0.0)
    story.events.append(
        ev.ProcessStarted(
            t=0.0, process=-4, pid=1, parent=0, ppid=1, role="worker", name="", instrumented=True
        )
    )
    trace = trace_of(story.events)
    assert trace["otherData"]["slices left out"] == 2
    assert_viewers_can_place(trace)


def test_many_threads_share_tracks() -> None:
    story = Story("threads.py")
    for thread in range(1, 1001):
        story.after(0.01)
        story.task_done(0, "work", 0.01, thread=thread)
    trace = trace_of(story.events)
    assert len(named(trace, "work")) == 1000
    assert len({record["tid"] for record in named(trace, "work")}) < 300
    assert_viewers_can_place(trace)


@given(st.lists(forged, max_size=40))
def test_whatever_a_recording_says_viewers_can_place_it(told: list[ev.Event]) -> None:
    assert_viewers_can_place(trace_of(told))
