"""Real programs under the real supervisor: every task of theirs is in the recording, and where."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import mptui
from mptui import events
from tests.running import of_type, printed, run_to_end

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import Event

START_METHODS: Final = ("fork", "spawn", "forkserver")

PROGRAM: Final = """
import multiprocessing, os, signal, sys, threading, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

def square(number):
    return number * number

def add(first, second):
    return first + second

def fail(number):
    raise ValueError(f"not {number}")

def die(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number

def unpicklable(number):
    return lambda: number

def put(queue, count):
    for number in range(count):
        queue.put(number)

def get(queue, count):
    for number in range(count):
        queue.get()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
"""


def run_program(folder: Path, main: str, method: str = "fork") -> list[Event]:
    """What is recorded of a program that does this with the functions above."""
    path = folder / "program.py"
    path.write_text(PROGRAM + "".join(f"    {line}\n" for line in main.strip().splitlines()))
    recorded = run_to_end(sys.executable, str(path), method)
    assert printed(recorded, 0, "stderr") == b""
    assert isinstance(recorded[-1], events.RunFinished)
    assert recorded[-1].exitcode == 0
    return recorded


def finished(recorded: Iterable[Event]) -> list[events.TaskFinished]:
    return of_type(events.TaskFinished, recorded)


def counts_of(recorded: Iterable[Event]) -> tuple[int, int, int]:
    """How many tasks ended, how many of them failed, and how many items they were."""
    recorded = list(recorded)
    singles, counted = finished(recorded), of_type(events.TasksCounted, recorded)
    return (
        len(singles) + sum(count.count for count in counted),
        sum(not one.ok for one in singles) + sum(count.failed for count in counted),
        sum(one.items for one in singles) + sum(count.items for count in counted),
    )


def last_samples(recorded: Iterable[Event]) -> dict[str | None, events.QueueSampled]:
    return {sample.name: sample for sample in of_type(events.QueueSampled, recorded)}


@pytest.mark.parametrize("method", START_METHODS)
def test_each_task_of_a_pool_is_recorded_with_its_worker_and_in_its_order(
    tmp_path: Path, method: str
) -> None:
    recorded = run_program(
        tmp_path, "with context.Pool(2) as pool: pool.map(square, range(12), 1)", method
    )
    tasks = finished(recorded)
    assert sorted(int(task.item or "") for task in tasks) == list(range(12))
    assert {task.label for task in tasks} == {"square"}
    assert {task.executor for task in tasks} == {"pool"}
    assert all(task.ok and task.thread is None and task.items == 1 for task in tasks)
    targets = {
        event.process: event.target
        for event in recorded
        if isinstance(event, events.ProcessStarted | events.ProcessChanged) and event.target
    }
    assert {targets[task.process] for task in tasks} == {"multiprocessing.pool.worker"}
    by_worker = defaultdict(list)
    for task in tasks:
        by_worker[task.process].append(task)
    for done in by_worker.values():
        items = [int(task.item or "") for task in done]
        assert items == sorted(items)
        assert all(one.t <= other.t - other.seconds + 1e-5 for one, other in pairwise(done))


@pytest.mark.parametrize(
    ("call", "task", "count", "items"),
    [
        ("pool.map(square, range(9), 2)", "square", 5, 9),
        ("pool.map_async(square, range(9), 3).get()", "square", 3, 9),
        ("list(pool.imap(square, range(4)))", "square", 4, 4),
        ("list(pool.imap(square, range(5), 2))", "square", 3, 5),
        ("list(pool.imap_unordered(square, range(4)))", "square", 4, 4),
        ("pool.starmap(add, [(1, 2)] * 6, 2)", "add", 3, 6),
        ("pool.starmap_async(add, [(1, 2)] * 6, 3).get()", "add", 2, 6),
        ("pool.apply(square, (3,))", "square", 1, 1),
        ("pool.apply_async(add, (3, 4)).get()", "add", 1, 1),
    ],
)
def test_every_method_of_a_pool_tells_its_tasks(
    tmp_path: Path, call: str, task: str, count: int, items: int
) -> None:
    recorded = run_program(tmp_path, f"with context.Pool(2) as pool: {call}")
    assert {one.label for one in finished(recorded)} == {task}
    assert counts_of(recorded) == (count, 0, items)
    pool = last_samples(recorded)["pool"]
    assert (pool.kind, pool.put, pool.got, pool.depth) == ("pool", items, items, 0)


@pytest.mark.parametrize("method", START_METHODS)
def test_every_kind_of_executor_tells_its_tasks(tmp_path: Path, method: str) -> None:
    recorded = run_program(
        tmp_path,
        """
with ProcessPoolExecutor(2, mp_context=context) as processes:
    list(processes.map(square, range(10), chunksize=2))
    processes.submit(add, 1, 2).result()
with ThreadPoolExecutor(2) as threads:
    list(threads.map(square, range(7)))
""",
        method,
    )
    of_processes = [task for task in finished(recorded) if task.executor == "executor"]
    assert Counter(task.label for task in of_processes) == {"square": 5, "add": 1}
    assert all(task.process > 0 and task.thread is None for task in of_processes)
    of_threads = [task for task in finished(recorded) if task.executor == "threads"]
    assert Counter(task.label for task in of_threads) == {"square": 7}
    assert all(task.process == 0 and task.thread is not None for task in of_threads)
    samples = last_samples(recorded)
    assert (samples["processes"].put, samples["processes"].got) == (11, 11)
    assert (samples["threads"].put, samples["threads"].got) == (7, 7)


@pytest.mark.parametrize("method", START_METHODS)
def test_the_items_that_workers_take_from_a_queue_are_their_tasks(method: str) -> None:
    path = str(Path(mptui.__file__).parent / "scenarios" / "workers.py")
    recorded = run_to_end(sys.executable, path, "--start-method", method, "--work", "0.05")
    tasks = finished(recorded)
    assert sorted(task.item or "" for task in tasks) == list("0123456789")
    assert {(task.label, task.executor, task.ok) for task in tasks} == {("tasks", "queue", True)}
    for task in tasks:
        assert f"Processing task ;  {task.item}" in printed(recorded, task.process).decode()
    # The queue counts them, and what ends the workers, once.
    queue = last_samples(recorded)["tasks"]
    assert (queue.kind, queue.put, queue.got) == ("queue", 14, 14)


def test_what_a_task_was_raised_is_recorded(tmp_path: Path) -> None:
    recorded = run_program(
        tmp_path,
        """
with context.Pool(1) as pool:
    try: pool.apply(fail, (7,))
    except ValueError: pass
""",
    )
    (task,) = finished(recorded)
    assert (task.ok, task.item, task.error) == (False, "7", "ValueError: not 7")


def test_a_task_whose_result_cannot_be_sent_has_failed(tmp_path: Path) -> None:
    recorded = run_program(
        tmp_path,
        """
with context.Pool(1) as pool:
    for _ in range(3):
        try: pool.apply(unpicklable, (7,))
        except multiprocessing.pool.MaybeEncodingError: pass
""",
    )
    assert counts_of(recorded) == (3, 3, 3)


@pytest.mark.parametrize("method", START_METHODS)
def test_the_task_in_which_a_worker_was_killed_is_named_before_its_end(
    tmp_path: Path, method: str
) -> None:
    recorded = run_program(
        tmp_path,
        """
with ProcessPoolExecutor(1, mp_context=context) as executor:
    futures = [executor.submit(die, number) for number in range(6)]
    try: futures[3].result()
    except BrokenProcessPool: pass
""",
        method,
    )
    assert {task.item for task in finished(recorded)} == {"0", "1", "2"}
    (started,) = [one for one in of_type(events.TaskStarted, recorded) if one.item == "3"]
    assert (started.label, started.executor) == ("die", "executor")
    (exited,) = [
        event
        for event in of_type(events.ProcessExited, recorded)
        if event.process == started.process
    ]
    assert exited.signal == 9
    after_exit = recorded[recorded.index(exited) :]
    assert started not in after_exit
    assert not finished(after_exit)


def test_a_worker_that_a_pool_replaced_leaves_the_task_it_lost(tmp_path: Path) -> None:
    recorded = run_program(
        tmp_path,
        """
with context.Pool(1) as pool:
    lost = pool.apply_async(die, (3,))
    assert pool.apply(square, (5,)) == 25
""",
    )
    started = [(one.label, one.item) for one in of_type(events.TaskStarted, recorded)]
    assert ("die", "3") in started
    assert [task.label for task in finished(recorded)] == ["square"]


def test_what_goes_through_queues_is_added_up_over_processes(tmp_path: Path) -> None:
    recorded = run_program(
        tmp_path,
        """
task_queue = context.Queue()
results = context.SimpleQueue()
jobs = context.JoinableQueue(50)
workers = [context.Process(target=get, args=(task_queue, 20)) for _ in range(2)]
workers.append(context.Process(target=put, args=(results, 7)))
for worker in workers: worker.start()
put(task_queue, 40)
for _ in range(5): results.get()
put(jobs, 9)
for worker in workers: worker.join()
""",
    )
    samples = last_samples(recorded)
    found = {
        name: (sample.kind, sample.put, sample.got, sample.depth)
        for name, sample in samples.items()
    }
    assert found["task_queue"] == ("queue", 40, 40, 0)
    assert found["results"] == ("simple", 7, 5, 2)
    assert found["jobs"] == ("joinable", 9, 0, 9)
    assert samples["jobs"].maxsize == 50
    assert len({sample.queue for sample in samples.values()}) == len(samples)


def test_totals_are_exact_however_many_tasks_there_are(tmp_path: Path) -> None:
    expect_exact_totals(tmp_path, 200_000)


@pytest.mark.slow
def test_totals_of_a_million_tasks_are_exact(tmp_path: Path) -> None:
    expect_exact_totals(tmp_path, 1_000_000)


def expect_exact_totals(tmp_path: Path, count: int) -> None:
    recorded = run_program(
        tmp_path,
        f"""
with context.Pool(2) as pool:
    assert sum(1 for _ in pool.imap_unordered(square, range({count}))) == {count}
""",
    )
    assert counts_of(recorded) == (count, 0, count)
    # What was overwritten before it was read is counted, and named a gap.
    gaps = sum(gap.count for gap in of_type(events.EventsDropped, recorded))
    unseen = [one for one in of_type(events.TasksCounted, recorded) if one.label is None]
    assert gaps == sum(one.count for one in unseen)
    assert all(0 <= one.seconds_total <= one.t - one.since + 1e-5 for one in unseen)
    assert len(finished(recorded)) < count // 2


def test_the_run_folder_does_not_fill_with_rings_of_workers_that_ended(tmp_path: Path) -> None:
    recorded = run_program(
        tmp_path,
        """
with context.Pool(1, maxtasksperchild=1) as pool:
    assert pool.map(square, range(20), 1)[-1] == 361
deadline = time.monotonic() + 20
while any(name.endswith(".ring") for name in os.listdir(os.environ["MPTUI_RUN"])):
    assert time.monotonic() < deadline
    time.sleep(0.01)
""",
    )
    assert counts_of(recorded) == (20, 0, 20)
    assert len({task.process for task in finished(recorded)}) == 20


def test_forged_rings_and_counts_do_no_harm(tmp_path: Path) -> None:
    recorded = run_program(
        tmp_path,
        r"""
import json
run = os.environ["MPTUI_RUN"]
def tell(**record):
    with open(run + "/events", "wb", buffering=0) as fifo:
        fifo.write(json.dumps({"pid": os.getpid(), **record}).encode() + b"\n")
pid = os.getpid()
contents = [b"", b"mptring1", b"mptring1" + b"\xff" * 5000, b"mptcount" + b"\xff" * 5000]
for number, content in enumerate(contents):
    for kind in ("ring", "counts"):
        name = f"{pid}.1.{number}.ring" if kind == "ring" else f"{pid}.{number}.counts"
        with open(f"{run}/{name}", "wb") as file: file.write(content)
        tell(probe=kind, file=name, by="pool", thread=None, serves=1)
os.symlink("/dev/zero", f"{run}/{pid}.1.77.ring")
os.mkfifo(f"{run}/{pid}.1.78.ring")
for number in (77, 78, 79):
    tell(probe="ring", file=f"{pid}.1.{number}.ring", by="pool")
for name in ("../x.1.1.ring", "/etc/passwd", "", "1.1.1.ring\n", None, "9" * 3000):
    tell(probe="ring", file=name, by="pool")
for identity in (0, -1, 2**53, 2**70):
    tell(probe="queue", id=identity, kind="queue", name="x" * 900, maxsize=identity)
time.sleep(0.6)
with context.Pool(1) as pool: pool.map(square, range(3), 1)
""",
    )
    assert counts_of(recorded) == (3, 0, 3)
