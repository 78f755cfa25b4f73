"""What went through the queues of a run, added up over its processes, whether they live or not."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events
from mptui.supervisor.link.probe_records import CountsMade, QueueMade
from mptui.supervisor.processes.watched_process import WatchedProcess
from mptui.supervisor.queues.counts_file import decode_counts
from mptui.supervisor.queues.queue_watch import QueueWatch
from tests.running import of_type
from tests.supervisor.tasks.written_rings import WrittenCounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mptui.events import Event


class Run:
    """A watch over counts that the test writes; its clock stands where the test puts it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recorded: list[Event] = []
        self.now = 0.0
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        self.watch = QueueWatch(self.descriptor, self.recorded.append, lambda: self.now)
        self.processes: list[WatchedProcess] = []

    def counts(self) -> WrittenCounts:
        """The counts of one more process, reported to the watch."""
        number = len(self.processes)
        process = WatchedProcess(
            number, 7000 + number, None, None, "worker", "w", instrumented=True
        )
        self.processes.append(process)
        counts = WrittenCounts(self.path, process.pid)
        self.watch.on_record(CountsMade(pid=process.pid, file=counts.name), process)
        return counts

    def name(self, queue: int, **known: Any) -> None:
        known.setdefault("kind", "queue")
        self.watch.on_record(QueueMade(pid=7000, id=queue, **known), self.processes[0])

    def poll(self) -> list[events.QueueSampled]:
        self.recorded.clear()
        self.now += 1.0
        self.watch.poll()
        return of_type(events.QueueSampled, self.recorded)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path)
    yield run
    run.watch.finish()
    os.close(run.descriptor)


def test_what_all_processes_put_and_got_is_added_up(run: Run) -> None:
    first, second = run.counts(), run.counts()
    run.name(11, name="task_queue", kind="joinable", maxsize=9)
    first.write(11, put=10, got=1)
    second.write(11, got=4)
    (sample,) = run.poll()
    assert (sample.queue, sample.put, sample.got, sample.depth) == (0, 10, 5, 5)
    assert (sample.name, sample.kind, sample.maxsize) == ("task_queue", "joinable", 9)
    second.write(11, got=9)
    assert [(one.put, one.got, one.depth) for one in run.poll()] == [(10, 10, 0)]


def test_a_queue_is_recorded_only_when_it_changed(run: Run) -> None:
    counts = run.counts()
    counts.write(11, put=1)
    counts.write(12, put=1)
    assert len(run.poll()) == 2
    assert run.poll() == []
    counts.write(12, put=2)
    assert [(one.queue, one.put) for one in run.poll()] == [(1, 2)]


def test_the_counts_of_a_process_that_ended_stay_in_the_sum(run: Run) -> None:
    gone, staying = run.counts(), run.counts()
    gone.write(11, put=3)
    run.poll()
    gone.write(11, put=8, got=2)
    run.watch.on_exit(run.processes[0])
    assert not gone.path.exists()
    staying.write(11, put=1)
    assert [(one.put, one.got) for one in run.poll()] == [(9, 2)]


def test_queues_are_numbered_as_they_are_discovered_and_keep_their_names(run: Run) -> None:
    counts = run.counts()
    run.name(50, name="results")
    counts.write(40, put=1)
    run.name(50, name="other")
    run.name(50)
    assert [(one.queue, one.name) for one in run.poll()] == [(0, "results"), (1, None)]
    run.name(40, name="tasks", kind="simple")
    assert [(one.queue, one.name, one.kind) for one in run.poll()] == [(1, "tasks", "simple")]


def test_what_was_done_counts_as_got_of_what_gives_out_tasks(run: Run) -> None:
    counts = run.counts()
    run.name(11, kind="pool", name="pool")
    counts.write(11, put=100)
    run.watch.note_completed(11, 30)
    run.watch.note_completed(0, 5)
    (sample,) = run.poll()
    assert (sample.kind, sample.put, sample.got, sample.depth) == ("pool", 100, 30, 70)


def test_more_got_than_put_is_no_negative_depth(run: Run) -> None:
    run.counts().write(11, got=3)
    assert [(one.put, one.got, one.depth) for one in run.poll()] == [(0, 3, 0)]


def test_the_end_of_the_run_records_the_last_that_changed(run: Run) -> None:
    counts = run.counts()
    counts.write(11, put=1)
    run.poll()
    counts.write(11, put=5)
    run.recorded.clear()
    run.watch.finish()
    assert [one.put for one in of_type(events.QueueSampled, run.recorded)] == [5]
    assert run.watch.next_poll == math.inf
    assert not counts.path.exists()


def test_what_is_not_used_is_polled_less_often(run: Run) -> None:
    counts = run.counts()
    counts.write(11, put=1)
    run.poll()
    busy = run.watch.next_poll - run.now
    for _ in range(5):
        run.poll()
    assert 0.2 <= busy < run.watch.next_poll - run.now
    run.watch.note_completed(11, 1)
    assert run.watch.next_poll - run.now == pytest.approx(busy)


def test_a_run_without_queues_costs_nothing(run: Run) -> None:
    assert run.watch.next_poll == math.inf


@pytest.mark.parametrize("content", [b"", b"mptcount", b"x" * 4096, b"mptcount" + b"\xff" * 500])
def test_a_file_that_holds_no_counts_is_waited_for(run: Run, content: bytes) -> None:
    counts = run.counts()
    right = counts.path.read_bytes()
    counts.path.write_bytes(content)
    assert run.poll() == []
    counts.path.write_bytes(right)
    counts.write(11, put=2)
    assert [one.put for one in run.poll()] == [2]


def test_counts_that_run_back_or_cannot_be_are_not_believed(run: Run) -> None:
    counts = run.counts()
    counts.write(11, put=5)
    run.poll()
    counts.write(11, put=3)
    counts.write(12, put=2**60)
    assert run.poll() == []
    counts.write(11, put=6)
    assert [one.put for one in run.poll()] == [6]


@given(st.binary(max_size=600), st.booleans())
def test_any_bytes_are_counts_or_none(content: bytes, has_header: bool) -> None:
    if has_header:
        content = b"mptcount" + (5).to_bytes(4, "little") + content
    for counts in decode_counts(content, 5).values():
        assert 0 <= counts.put <= 2**53
        assert 0 <= counts.got <= 2**53
