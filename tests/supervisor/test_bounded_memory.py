"""What the supervisor keeps, and what a poll costs, follows what lives: never what has ended."""

from __future__ import annotations

import gc
import json
import os
import selectors
import subprocess
import sys
from itertools import islice
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

from mptui.events import EventsDropped, QueueSampled
from mptui.supervisor.link.probe_records import LockMade, QueueMade
from mptui.supervisor.link.run_folder import RunFolder
from mptui.supervisor.linux.process_memory import File, Mapping
from mptui.supervisor.probe_listener import ProbeListener
from mptui.supervisor.processes.endings import Endings
from mptui.supervisor.processes.known_processes import ENDED_KEPT
from mptui.supervisor.processes.program_search import ProgramSearch
from mptui.supervisor.processes.registry import ProcessRegistry
from mptui.supervisor.processes.table_scan import TableScan
from mptui.supervisor.processes.watched_process import WatchedProcess
from mptui.supervisor.processes.zombie_watch import ZombieWatch
from mptui.supervisor.queues.queue_watch import MOST_QUEUES, MOST_SAMPLES, QueueWatch
from mptui.supervisor.resources.descriptor_watch import DescriptorWatch
from mptui.supervisor.resources.shared_memory_watch import SharedMemoryWatch
from mptui.supervisor.samples.motion import Motion
from mptui.supervisor.samples.sampler import Sampler
from mptui.supervisor.samples.thread_watch import ThreadWatch
from mptui.supervisor.streams.streams import Streams
from mptui.supervisor.tasks.ring_file import RingLayout
from mptui.supervisor.tasks.ring_reader import LabelRoom, open_ring
from mptui.supervisor.tasks.task_watch import TaskWatch
from mptui.supervisor.waits.semaphores import MOST_KNOWN, Semaphores
from mptui.supervisor.waits.wait_watch import WaitWatch
from tests.supervisor.tasks.written_rings import WrittenCounts, WrittenRing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from mptui.events import Event
    from mptui.supervisor.watch import Watch

_LEAVES: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType)
_SMALL_RING: Final = RingLayout(room=4, text_room=1, label_bytes=64)
_FIRST_PID: Final = 2**22 - 100
"""Down from here no pid is in use: the kernel's default limit is far below."""


def kept_bytes(*roots: object) -> int:
    """How much memory everything takes that is reached from these, code excepted."""
    seen: dict[int, object] = {}
    waiting: list[object] = list(roots)
    while waiting:
        found = waiting.pop()
        if id(found) not in seen and not isinstance(found, _LEAVES):
            seen[id(found)] = found
            waiting += gc.get_referents(found)
    return sum(map(sys.getsizeof, seen.values()))


def steps(function: Callable[[], object]) -> int:
    """How many instructions of Python a call takes: its cost, but the same each time."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def least_steps(function: Callable[[], object]) -> int:
    """The same of a poll of the whole machine, in which something may just have changed."""
    return min(steps(function) for _ in range(5))


class Run:
    """All that a supervisor is made of but its loop, for processes that a test makes up."""

    def __init__(self, main_pid: int) -> None:
        self.now = 0.0
        self.count = 0
        self.folder = RunFolder()
        self.endings = Endings()
        self.registry = ProcessRegistry(self.record, self.clock, lambda _: None)
        self.selector = selectors.DefaultSelector()
        self.streams = Streams(self.selector, self.folder, self.record, self.clock)
        queues = QueueWatch(self.folder.descriptor, self.record, self.clock)
        motion = Motion(self.registry, self.clock)
        self.watches: tuple[Watch, ...] = (
            TableScan(self.registry, ProgramSearch("MPTUI_RUN=nowhere"), self.clock),
            motion,
            Sampler(self.registry, self.record, self.clock),
            TaskWatch(self.folder.descriptor, self.record, self.clock, queues),
            queues,
            ZombieWatch(self.record, self.clock),
            WaitWatch(self.registry, motion, queues, self.record, self.clock),
            ThreadWatch(self.registry, self.record, self.clock),
            DescriptorWatch(self.registry, self.record, self.clock),
            SharedMemoryWatch(self.record, self.clock),
        )
        self.listener = ProbeListener(
            self.folder, self.registry, self.streams, self.record, self.clock, self.watches
        )
        self.main = self.registry.add_main(main_pid, ["program"])

    def close(self) -> None:
        self.selector.close()
        self.folder.remove()

    def clock(self) -> float:
        return self.now

    def record(self, _: Event) -> None:
        self.count += 1

    def tell(self, *records: dict[str, object]) -> None:
        """Report this as a probe does."""
        with (self.folder.path / "events").open("wb", buffering=0) as fifo:
            for record in records:
                fifo.write(json.dumps(record).encode() + b"\n")
        self.listener.listen()

    def poll(self) -> None:
        self.now += 1.0
        for watch in self.watches:
            watch.poll()

    def live_and_die(self, pid: int) -> None:
        """A process starts, says all there is to say, prints, and ends."""
        ring = WrittenRing(self.folder.path, pid, layout=_SMALL_RING)
        ring.do(1)
        counts = WrittenCounts(self.folder.path, pid)
        counts.write(pid, put=1)
        self.tell(
            {"probe": "hello", "pid": pid, "ppid": self.main.pid, "how": "fork", "name": "w"},
            {"probe": "ring", "pid": pid, "file": ring.name, "by": "pool"},
            {"probe": "counts", "pid": pid, "file": counts.name},
            {"probe": "queue", "pid": pid, "id": pid, "kind": "queue", "locks": {"get": pid}},
            {"probe": "lock", "pid": pid, "kind": "lock", "handle": pid, "object": pid},
            {"probe": "thread", "pid": pid, "thread": pid, "name": "MainThread"},
            {"probe": "segment", "pid": pid, "name": f"/not there {pid}", "place": "frames.py:3"},
            {"probe": "asked", "pid": pid, "by": self.main.pid, "signal": 15},
        )
        process = self.registry.find(pid)
        reading, writing = os.pipe()
        self.streams.add(process.number, ["stdout"], [reading])
        os.write(writing, b"some output\n")
        os.close(writing)
        self.streams.drain(process.number)
        self.poll()
        self.endings.note(process, self.now)
        self.now += 1.0
        for ended, code in self.endings.known(self.now):
            for watch in self.watches:
                watch.on_exit(ended)
            self.registry.end(ended, code)

    def kept_bytes(self) -> int:
        parts = (self.registry, self.endings, self.streams, self.selector, self.listener)
        return kept_bytes(*parts, *self.watches)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    # Else what other tests have left behind would be found.
    monkeypatch.setattr(ProgramSearch, "pids", lambda _: [])
    monkeypatch.setattr(ProgramSearch, "begun", lambda _: [])
    with subprocess.Popen(["/bin/sleep", "120"]) as main:
        run = Run(main.pid)
        yield run
        run.close()
        main.kill()


def test_processes_that_ended_leave_nothing_behind(run: Run) -> None:
    pids = iter(range(_FIRST_PID, 0, -1))
    for pid in islice(pids, ENDED_KEPT):
        run.live_and_die(pid)
    assert list(run.registry.living) == [run.main]
    before, cost = run.kept_bytes(), least_steps(run.poll)
    queue_bytes = 400  # They are kept up to a limit of their own, which is far.
    for pid in islice(pids, 2 * ENDED_KEPT):
        run.live_and_die(pid)
    assert run.kept_bytes() < 1.05 * before + 2 * ENDED_KEPT * queue_bytes
    assert least_steps(run.poll) == pytest.approx(cost, rel=0.02)
    assert not [path for path in run.folder.path.iterdir() if path.suffix in (".ring", ".counts")]


def test_twenty_thousand_ends_cost_the_registry_as_much_as_one_thousand(run: Run) -> None:
    pids = iter(range(_FIRST_PID, 0, -1))

    def start_and_end() -> None:
        process = run.registry.find(next(pids))
        process.name = f"ForkPoolWorker-{process.number}"
        run.registry.end(process, 0)

    for _ in range(1000):
        start_and_end()
    before, cost = kept_bytes(run.registry), steps(start_and_end)
    for _ in range(19_000):
        start_and_end()
    assert kept_bytes(run.registry) == pytest.approx(before, rel=0.05)
    assert steps(start_and_end) == pytest.approx(cost, rel=0.05)
    assert list(run.registry.living) == [run.main]
    next_pid = next(pids)
    assert [run.registry.get(pid) is None for pid in (_FIRST_PID, next_pid + 1)] == [True, False]
    assert run.registry.find(next_pid).number == 20_003


def test_a_zombie_is_kept_until_its_parent_has_waited_for_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    zombies = set(range(_FIRST_PID - 3, _FIRST_PID))
    monkeypatch.setattr(
        "mptui.supervisor.processes.known_processes.kernel.exists", zombies.__contains__
    )
    for pid in range(_FIRST_PID, _FIRST_PID - 3000, -1):
        run.registry.end(run.registry.find(pid), 0)
    assert all(run.registry.get(pid) is not None for pid in zombies)
    assert run.registry.get(_FIRST_PID) is None


def test_what_a_process_reports_without_end_is_bounded(run: Run) -> None:
    pid = run.main.pid

    def report(numbers: range) -> int:
        for number in numbers:
            run.tell(
                {"probe": "ring", "pid": pid, "file": f"1.1.{number}.ring", "by": "pool"},
                {"probe": "counts", "pid": pid, "file": f"1.{number}.counts"},
                {"probe": "queue", "pid": pid, "id": number, "kind": "queue", "name": "q" * 300},
                {"probe": "thread", "pid": pid, "thread": number, "name": f"t{number}"},
                {"probe": "lock", "pid": pid, "kind": "lock", "handle": number, "object": 1},
                {"probe": "process", "pid": pid, "name": f"name {number}"},
                {"probe": "asked", "pid": pid, "by": pid, "signal": number % 64 + 1},
            )
        run.poll()
        return run.kept_bytes()

    before = report(range(1, 2 * MOST_QUEUES))
    assert before < 10e6
    assert report(range(2 * MOST_QUEUES, 3 * MOST_QUEUES)) == pytest.approx(before, rel=0.05)


def test_pids_that_are_made_up_are_forgotten(run: Run) -> None:
    def report(count: int) -> int:
        for pid in islice(pids, count):
            run.tell({"probe": "thread", "pid": pid, "thread": 1, "name": "x" * 3000})
            run.endings.note(run.registry.find(pid), run.now)
            run.now += 1.0
            for ended, code in run.endings.known(run.now):
                for watch in run.watches:
                    watch.on_exit(ended)
                run.registry.end(ended, code)
        return run.kept_bytes()

    pids = iter(range(_FIRST_PID, 0, -1))
    before = report(2 * ENDED_KEPT)
    assert report(4 * ENDED_KEPT) == pytest.approx(before, rel=0.05)


def test_labels_of_many_rings_are_bounded_together(tmp_path: Path) -> None:
    layout = RingLayout(room=4, text_room=1, label_bytes=100_000)
    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    room = LabelRoom(10_000)
    readers = []
    for _ in range(5):
        ring = WrittenRing(tmp_path, 7, layout=layout)
        labels = [ring.label("n" * 400 + str(number)) for number in range(100)]
        reader = open_ring(folder, ring.name, 7, 0, lambda: 0, room)
        assert reader is not None
        assert [reader.label(label)[400:] for label in labels] == list(map(str, range(100)))
        readers.append(reader)
    assert kept_bytes(*readers) < 100_000
    readers[0].remove()
    assert room.take(9_000), "what a ring held is free after it"
    os.close(folder)


def test_queues_that_are_made_up_are_sampled_by_turns_and_the_rest_is_counted(run: Run) -> None:
    recorded: list[Event] = []
    queues = QueueWatch(run.folder.descriptor, recorded.append, lambda: 0.0)
    for number in range(3 * MOST_QUEUES):
        queues.on_record(QueueMade(pid=1, id=number, kind="queue"), run.main)
    queues.poll()
    sampled = [event for event in recorded if isinstance(event, QueueSampled)]
    assert len(sampled) == MOST_SAMPLES
    gaps = [event for event in recorded if isinstance(event, EventsDropped)]
    assert [(gap.what, gap.count) for gap in gaps] == [("probe_reports", 2 * MOST_QUEUES)]
    queues.finish()
    sampled = [event for event in recorded if isinstance(event, QueueSampled)]
    assert sorted(event.queue for event in sampled) == list(range(2 * MOST_QUEUES, 3 * MOST_QUEUES))


def test_locks_are_bounded_and_those_in_use_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    page, first = 4096, 2**20
    count = 3 * MOST_KNOWN
    mappings = [
        Mapping(first + number * page, first + (number + 1) * page, File(b"00:01", number))
        for number in range(count)
    ]
    monkeypatch.setattr("mptui.supervisor.waits.semaphores.shared_mappings", lambda _: mappings)
    process = WatchedProcess(1, os.getpid(), None, 0, "worker", "w", instrumented=True)
    semaphores = Semaphores()

    def report(numbers: range) -> int:
        for number in numbers:
            handle = first + number * page
            name = f"lock {number}"
            lock = LockMade(pid=1, kind="lock", name=name, handle=handle, object=1)
            semaphores.add(lock, process)
            semaphores.locate(process)
            used = semaphores.at(process, first)
            assert used is not None
            assert used.name == "lock 0"
        return kept_bytes(semaphores)

    before = report(range(MOST_KNOWN + 1))
    assert report(range(MOST_KNOWN + 1, count)) < 1.05 * before
    semaphores.forget(process)
    assert all(not known.objects for known in semaphores._by_file.values())


def test_places_of_one_lock_that_are_made_up_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Mapping(2**20, 2**40, File(b"00:01", 1))
    monkeypatch.setattr("mptui.supervisor.waits.semaphores.shared_mappings", lambda _: [whole])
    process = WatchedProcess(1, os.getpid(), None, 0, "worker", "w", instrumented=True)
    semaphores = Semaphores()
    for handle in range(2**20, 2**20 + 3 * MOST_KNOWN):
        semaphores.add(LockMade(pid=1, kind="lock", handle=handle, object=1), process)
        semaphores.locate(process)
    known = semaphores.at(process, 2**20)
    assert known is not None
    assert len(known.objects) == MOST_KNOWN
