"""The tasks of workers: which are recorded singly, which are counted, and that none is missed."""

from __future__ import annotations

import math
import os
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from mptui import events
from mptui.supervisor.link.probe_records import RingMade
from mptui.supervisor.processes.watched_process import WatchedProcess
from mptui.supervisor.tasks.task_events import FAILURES_PER_SECOND, SINGLES_PER_SECOND
from mptui.supervisor.tasks.task_watch import RUN_SINGLES_PER_SECOND, TaskWatch
from tests.running import of_type
from tests.supervisor.tasks.written_rings import WrittenRing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mptui.events import Event

SECOND_NS = 1_000_000_000


class Run:
    """A watch over rings that the test writes; its clock stands where the test puts it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recorded: list[Event] = []
        self.completed: Counter[int] = Counter()
        self.now = 1000.0
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        self.names: dict[int, str] = {}
        self.watch = TaskWatch(self.descriptor, self.recorded.append, lambda: self.now, self)

    def process(self, number: int = 1, pid: int = 4321) -> WatchedProcess:
        return WatchedProcess(number, pid, None, None, "worker", "w", instrumented=True)

    def ring(self, process: WatchedProcess, **made: Any) -> WrittenRing:
        """A ring that was reported to the watch, whose tasks began a minute ago."""
        ring = WrittenRing(self.path, process.pid)
        ring.now_ns -= 60 * SECOND_NS
        self.report(process, ring, **made)
        return ring

    def report(self, process: WatchedProcess, ring: WrittenRing, **made: Any) -> None:
        by = made.pop("by", "pool")
        self.watch.on_record(RingMade(pid=process.pid, file=ring.name, by=by, **made), process)

    def poll(self) -> list[Event]:
        """What a poll of all rings records."""
        self.recorded.clear()
        self.now += 1.0
        self.watch.poll()
        return list(self.recorded)

    def note_completed(self, queue: int, items: int) -> None:
        self.completed[queue] += items

    def name_of(self, queue: int) -> str | None:
        return self.names.get(queue)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path)
    yield run
    run.watch.finish()
    os.close(run.descriptor)


def singles(recorded: Iterable[Event]) -> list[events.TaskFinished]:
    return of_type(events.TaskFinished, recorded)


def counted(recorded: Iterable[Event]) -> list[events.TasksCounted]:
    return of_type(events.TasksCounted, recorded)


def total(recorded: Iterable[Event]) -> int:
    """How many tasks ended, by all that was recorded."""
    recorded = list(recorded)
    return len(singles(recorded)) + sum(count.count for count in counted(recorded))


def failed(recorded: Iterable[Event]) -> int:
    recorded = list(recorded)
    return sum(not one.ok for one in singles(recorded)) + sum(
        count.failed for count in counted(recorded)
    )


def test_a_task_is_recorded_with_all_that_is_known_of_it(run: Run) -> None:
    ring = run.ring(run.process(), thread=77, by="threads")
    ring.begin("square", items=3, item="[1, 2, 3]")
    ring.finish(SECOND_NS // 4, text=("[1, 2, 3]", "[1, 4, 9]", ""))
    ring.begin("divide", item="0")
    ring.finish(SECOND_NS, error="ZeroDivisionError", text=("0", "", "division by zero"))
    ring.begin("plain")
    ring.finish(error="KeyError")
    good, bad, wordless = singles(run.poll())
    assert (good.process, good.label, good.ok, good.seconds) == (1, "square", True, 0.25)
    assert (good.item, good.items, good.result, good.error) == ("[1, 2, 3]", 3, "[1, 4, 9]", None)
    assert (good.thread, good.executor) == (77, "threads")
    assert (bad.ok, bad.item, bad.result) == (False, "0", None)
    assert bad.error == "ZeroDivisionError: division by zero"
    assert (wordless.item, wordless.error) == (None, "KeyError")
    assert bad.t == pytest.approx(good.t + 1)
    assert good.t == pytest.approx(1000 - 60 + 0.25, abs=5)


def test_what_runs_is_recorded_once_and_its_end_singly(run: Run) -> None:
    ring = run.ring(run.process())
    ring.begin("long", item="7")
    (started,) = run.poll()
    assert isinstance(started, events.TaskStarted)
    assert (started.label, started.item, started.process) == ("long", "7", 1)
    assert run.poll() == []
    ring.finish(SECOND_NS)
    ring.do(3000)
    recorded = run.poll()
    assert "long" in {one.label for one in singles(recorded)}
    assert total(recorded) == 3001


def test_a_task_that_has_just_begun_is_recorded_when_it_goes_on(run: Run) -> None:
    ring = run.ring(run.process())
    ring.now_ns = time.monotonic_ns() + SECOND_NS
    ring.begin("quick")
    assert run.poll() == []
    ring.now_ns = time.monotonic_ns() - SECOND_NS
    ring.begin("slow")
    assert [type(event) for event in run.poll()] == [events.TaskStarted]


def test_up_to_so_many_a_second_come_singly_and_the_others_counted(run: Run) -> None:
    ring = run.ring(run.process())
    for _ in range(8):
        ring.do(SINGLES_PER_SECOND // 4 - 2, took_ns=SECOND_NS // SINGLES_PER_SECOND)
        assert counted(run.poll()) == []
    ring.do(4000, took_ns=SECOND_NS // 2000)
    recorded = run.poll()
    # Two seconds of them, and what the pause before allows at once.
    assert 2 * SINGLES_PER_SECOND <= len(singles(recorded)) < 4 * SINGLES_PER_SECOND
    assert total(recorded) == 4000
    (count,) = counted(recorded)
    assert (count.label, count.executor, count.failed) == ("work", "pool", 0)
    assert count.items == count.count == sum(count.histogram.values())
    assert count.seconds_total == pytest.approx(count.count / 2000)
    assert count.seconds_max == pytest.approx(1 / 2000)
    assert 0 < count.seconds_total <= count.t - count.since


def test_there_is_one_count_for_each_function_and_poll(run: Run) -> None:
    ring = run.ring(run.process())
    for _ in range(1000):
        ring.do(1, "square")
        ring.do(2, "cube")
    recorded = run.poll()
    assert {count.label for count in counted(recorded)} == {"square", "cube"}
    assert len(counted(recorded)) == 2
    names = Counter({count.label: count.count for count in counted(recorded)})
    names.update(one.label for one in singles(recorded))
    assert names == {"square": 1000, "cube": 2000}


def test_the_slowest_come_singly_however_many_there_are(run: Run) -> None:
    ring = run.ring(run.process())
    ring.do(2000)
    run.poll()
    ring.do(1500)
    ring.do(1, "slow", took_ns=SECOND_NS // 100)
    ring.do(1500)
    assert "slow" in {one.label for one in singles(run.poll())}


def test_failures_come_singly_up_to_a_limit_of_their_own(run: Run) -> None:
    ring = run.ring(run.process())
    ring.do(2000)
    run.poll()
    for number in range(3000):
        ring.begin()
        ring.finish(error="OSError" if number % 10 == 0 else None)
    recorded = run.poll()
    found = [one for one in singles(recorded) if not one.ok]
    assert FAILURES_PER_SECOND <= len(found) <= FAILURES_PER_SECOND + 10
    assert {one.error for one in found} == {"OSError"}
    assert (total(recorded), failed(recorded)) == (3000, 300)


def test_a_late_failure_is_one_more_failed_and_none_more_finished(run: Run) -> None:
    ring = run.ring(run.process())
    ring.do(1)
    assert total(run.poll()) == 1
    ring.fail_newest("PicklingError")
    (count,) = run.poll()
    assert isinstance(count, events.TasksCounted)
    assert (count.label, count.count, count.failed, count.seconds_total) == ("work", 0, 1, 0)


def test_what_was_overwritten_is_counted_and_named_a_gap(run: Run) -> None:
    ring = run.ring(run.process())
    for number in range(10_000):
        ring.begin(items=2)
        ring.finish(error="OSError" if number < 30 else None)
    recorded = run.poll()
    unseen = counted(recorded)[0]
    assert (unseen.label, unseen.count, unseen.failed) == (None, 10_000 - 4096, 30)
    assert unseen.items == 2 * unseen.count
    assert unseen.seconds_max is None
    assert 1000 - 65 < unseen.since <= unseen.t <= 1000
    (gap,) = of_type(events.EventsDropped, recorded)
    assert (gap.what, gap.count) == ("task_records", unseen.count)
    assert total(recorded) == 10_000


def test_a_process_that_is_killed_in_a_task_is_known_to_have_lost_it(run: Run) -> None:
    process = run.process()
    ring = run.ring(process)
    ring.do(2)
    ring.now_ns = time.monotonic_ns()
    ring.begin("fatal", item="13")
    run.recorded.clear()
    run.watch.on_exit(process)
    assert total(run.recorded) == 2
    started = run.recorded[-1]
    assert isinstance(started, events.TaskStarted)
    assert (started.label, started.item) == ("fatal", "13")
    assert not ring.path.exists()
    assert run.poll() == []
    assert run.watch.next_poll == math.inf


def test_nothing_is_recorded_of_a_process_after_its_end(run: Run) -> None:
    process = run.process()
    ring = run.ring(process)
    run.poll()
    run.watch.on_exit(process)
    ring.do(5)
    assert run.poll() == []


def test_threads_of_a_process_share_what_comes_singly(run: Run) -> None:
    process = run.process()
    rings = [run.ring(process, thread=thread) for thread in (1, 2, 3, 4)]
    run.poll()
    for ring in rings:
        ring.now_ns = rings[0].now_ns
    for ring in rings:
        ring.do(4000, took_ns=SECOND_NS // 4000)
    recorded = run.poll()
    assert total(recorded) == 4 * 4000
    assert len(singles(recorded)) < 3 * SINGLES_PER_SECOND


def test_all_processes_together_share_what_comes_singly(run: Run) -> None:
    rings = [run.ring(run.process(number, pid=5000 + number)) for number in range(40)]
    for ring in rings:
        ring.do(1)
    run.poll()
    for ring in rings:
        ring.now_ns += 10 * SECOND_NS
        ring.do(2000, took_ns=SECOND_NS // 1000)
    recorded = run.poll()
    assert total(recorded) == 40 * 2000
    # Of two seconds, and of the one that each was given before the limit was shared.
    most = 2 * RUN_SINGLES_PER_SECOND + 40 * (SINGLES_PER_SECOND + 10)
    assert len(singles(recorded)) < most


def test_items_done_are_counted_in_the_queue_they_came_from(run: Run) -> None:
    ring = run.ring(run.process(), serves=99)
    ring.begin(items=7)
    ring.finish()
    ring.do(9000)
    run.poll()
    assert run.completed == {99: 9007}


def test_a_ring_that_is_not_there_yet_is_tried_again(run: Run) -> None:
    process = run.process()
    ring = WrittenRing(run.path, process.pid)
    ring.write_number(0, 0)
    run.report(process, ring)
    assert run.poll() == []
    ring.write_number(0, int.from_bytes(b"mptring1", "little"))
    ring.do(1)
    assert total(run.poll()) == 1


def test_a_ring_that_is_announced_and_missing_is_a_gap(run: Run) -> None:
    process = run.process()
    ring = WrittenRing(run.path, process.pid)
    ring.path.unlink()
    run.report(process, ring)
    run.watch.on_exit(process)
    assert [type(event) for event in run.recorded] == [events.EventsDropped]


def test_a_ring_that_is_announced_twice_is_read_once(run: Run) -> None:
    process = run.process()
    ring = run.ring(process)
    run.report(process, ring)
    ring.do(5)
    assert total(run.poll()) == 5


def test_the_ring_of_a_thread_that_ended_is_removed(run: Run) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as sleeping:
        process = run.process(pid=sleeping.pid)
        ended = run.ring(process, thread=2**22 - 3)
        living = run.ring(process, thread=sleeping.pid)
        ended.do(3)
        assert total(run.poll()) == 3
        for _ in range(20):
            run.poll()
        assert not ended.path.exists()
        assert living.path.exists()
        sleeping.kill()


def test_quick_rings_are_read_more_often_and_idle_ones_hardly(run: Run) -> None:
    ring = run.ring(run.process())
    run.poll()
    for _ in range(10):
        ring.do(3000)
        run.poll()
    quick = run.watch.next_poll - run.now
    for _ in range(20):
        run.poll()
    idle = run.watch.next_poll - run.now
    ring.begin()
    for _ in range(5):
        run.poll()
    working = run.watch.next_poll - run.now
    assert quick < working < idle


def test_items_of_a_queue_are_named_by_it_and_counted_by_it_alone(run: Run) -> None:
    run.names[11] = "urls"
    named = run.ring(run.process(), by="queue", serves=11)
    unnamed = run.ring(run.process(2, 4322), by="queue", serves=12)
    for ring in (named, unnamed):
        ring.do(task="")
    tasks = [event for event in run.poll() if isinstance(event, events.TaskFinished)]
    assert [(task.process, task.label, task.executor) for task in tasks] == [
        (1, "urls", "queue"),
        (2, "queue", "queue"),
    ]
    assert not run.completed


def test_an_item_of_a_torch_loader_is_a_batch(run: Run) -> None:
    run.names[11] = "index_queue"
    loader = run.process()
    loader.target = "torch.utils.data._utils.worker._worker_loop"
    run.ring(loader, by="queue", serves=11).do(task="")
    assert [one.label for one in run.poll() if isinstance(one, events.TaskFinished)] == ["batch"]
