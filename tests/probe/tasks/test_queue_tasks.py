"""What a worker takes from the program's queues is in its ring, and nothing else is."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.plain_runs import INTERRUPT_ONCE_BLOCKED, run_as_plainly, run_plainly
from tests.probe.queues.item_counts import queues
from tests.probe.tasks.rings import rings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome
    from tests.probe.tasks.rings import Ring

WORKERS = """
import multiprocessing, sys

def work(tasks, results):
    for task in iter(tasks.get, None):
        results.put(task)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    tasks, results = getattr(context, sys.argv[2])(), context.Queue()
    workers = [context.Process(target=work, args=(tasks, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for number in range(10):
        tasks.put(number)
    for _ in workers:
        tasks.put(None)
    print(sorted(results.get() for _ in range(10)))
    for worker in workers:
        worker.join()
"""

ONE_WORKER = """
import multiprocessing, os, queue, sys, threading, time
{work}
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    tasks, other, results = context.Queue(), context.SimpleQueue(), context.SimpleQueue()
    worker = context.Process(target=work, args=(tasks, other, results))
    worker.start()
    for item in {items}:
        tasks.put(item)
    for item in {others}:
        other.put(item)
    worker.join()
    print(worker.exitcode)
"""

POLLING = """
def work(tasks, other, results):
    waits = [lambda: tasks.get(timeout=0.01), lambda: tasks.get(True, 60), tasks.get_nowait,
             lambda: tasks.get(False)]
    got = []
    while len(got) < 4:
        try:
            got.append(waits[len(got)]())
        except queue.Empty:
            pass
    try:
        tasks.get(timeout=0.01)
    except queue.Empty:
        print("empty")
    time.sleep(0.5)
"""
TIMED = """
def work(tasks, other, results):
    for get in lambda: tasks.get(timeout=60), tasks.get, lambda: tasks.get(True, 60), tasks.get:
        get()
        time.sleep(0.2)
"""
TWO_QUEUES = """
def work(tasks, other, results):
    tasks.get()
    while other.empty():
        time.sleep(0.01)
    other.get()
    time.sleep(0.01)
    tasks.get()
    time.sleep(0.01)
"""
STOP_IS_ASKED_FOR = """
def work(tasks, other, results):
    other.get()
    for _ in range(5):
        try:
            tasks.get(timeout=0.01)
        except queue.Empty:
            pass
    other.get()
"""
OWN_QUEUE = """
def work(tasks, other, results):
    tasks.get()
    own = multiprocessing.get_context(sys.argv[1]).SimpleQueue()
    for _ in range(3):
        own.put(5)
        own.get()
"""
IN_A_THREAD = """
def work(tasks, other, results):
    thread = threading.Thread(target=tasks.get)
    thread.start()
    thread.join()
    tasks.get()
"""
RAISING = """
def work(tasks, other, results):
    try:
        raise KeyError("not this one")
    except KeyError:
        tasks.get()
    tasks.get()
    raise ValueError("bad")
"""
EXITING = """
def work(tasks, other, results):
    tasks.get()
    tasks.get()
    raise SystemExit(int(sys.argv[2]))
"""
LEAVING = """
def work(tasks, other, results):
    tasks.get()
    tasks.get()
    os._exit(0)
"""
FORKING = """
def work(tasks, other, results):
    tasks.get()
    child = os.fork()
    if child == 0:
        tasks.get()
        os._exit(0)
    os.waitpid(child, 0)
"""
HAS_A_POOL = """
def take(_):
    return inherited.get()
def work(tasks, other, results):
    global inherited
    inherited = tasks
    tasks.get()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.map(take, range(2), 1))
        pool.close()
        pool.join()
"""
MAIN_TAKES = """
import concurrent.futures, multiprocessing, sys

def double(number): return 2 * number

def answer(results):
    for number in range(3):
        results.put(number)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    results = context.Queue()
    worker = context.Process(target=answer, args=(results,))
    worker.start()
    print([results.get() for _ in range(3)])
    worker.join()
    with context.Pool(1) as pool:
        print(pool.map(double, range(3)))
        pool.close()
        pool.join()
    with concurrent.futures.ProcessPoolExecutor(1, context) as executor:
        print(list(executor.map(double, range(3))))
"""

INTERRUPTED = """
import multiprocessing, sys
{interrupt}
def work(tasks, given):
    tasks.get()
    given.put(1)
    tasks.get({arguments})

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    tasks, given = getattr(context, sys.argv[1])(), context.SimpleQueue()
    worker = context.Process(target=work, args=(tasks, given), name="worker")
    worker.start()
    tasks.put(5)
    given.get()
    interrupt_once_blocked(worker.pid, ("pipe", "poll", "futex", "anon"))
    worker.join()
    print(worker.exitcode)
"""


def one_worker(work: str, items: object = (), others: object = ()) -> str:
    return ONE_WORKER.format(work=work, items=items, others=others)


def run(collector: Collector, *command: str) -> Outcome:
    outcome = collector.run(command)
    assert outcome.exit_status == 0, outcome.everything("stderr")
    assert not outcome.of("fault")
    return outcome


def items_of(found: list[Ring]) -> list[str]:
    texts = [task.texts for ring in found for task in ring.tasks]
    return [text.item for text in texts if text is not None]


@pytest.mark.parametrize("kind", ["Queue", "JoinableQueue", "SimpleQueue"])
def test_each_item_is_a_task_of_the_worker_that_took_it(
    collector: Collector,
    program: Callable[[str], str],
    interpreter: str,
    start_method: str,
    kind: str,
) -> None:
    outcome = run(collector, interpreter, program(WORKERS), start_method, kind)
    assert outcome.text() == f"{list(range(10))}\n"
    assert outcome.everything("stderr") == ""
    found = rings(collector, outcome)
    assert sorted(items_of(found)) == [str(number) for number in range(10)]
    assert all(ring.running is None and ring.begun == ring.finished for ring in found)
    assert all(ring.failed == 0 for ring in found)
    (tasks,) = (key for key, queue in queues(outcome).items() if queue["name"] == "tasks")
    assert {(record["by"], record["serves"]) for record in outcome.of("ring")} == {("queue", tasks)}
    assert outcome.pid not in {record["pid"] for record in outcome.of("ring")}


def test_a_worker_that_polls_has_no_task_while_it_asks(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    path = program(one_worker(POLLING, [1, 2, 3, 4]))
    outcome = run(collector, interpreter, path, "fork")
    (ring,) = rings(collector, outcome)
    assert items_of([ring]) == ["1", "2", "3", "4"]
    # The last one was over when it asked in vain.
    assert (ring.finished, ring.failed) == (4, 0)
    assert ring.tasks[-1].seconds < 0.4


def test_an_item_that_was_got_with_a_time_limit_lasts_until_the_next_get(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    path = program(one_worker(TIMED, [1, 2, 3, 4]))
    (ring,) = rings(collector, run(collector, interpreter, path, "fork"))
    assert items_of([ring]) == ["1", "2", "3", "4"]
    assert min(task.seconds for task in ring.tasks) >= 0.2


def test_an_item_of_another_queue_is_the_next_task(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    path = program(one_worker(TWO_QUEUES, [1, 2], ["x"]))
    outcome = run(collector, some_interpreter, path, start_method)
    found = rings(collector, outcome)
    assert sorted(items_of(found)) == ["'x'", "1", "2"]
    assert len(found) == 2
    assert {ring.finished for ring in found} == {1, 2}


def test_asking_another_queue_in_vain_does_not_end_a_task(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    path = program(one_worker(STOP_IS_ASKED_FOR, (), [1, 2]))
    (ring,) = rings(collector, run(collector, some_interpreter, path, "fork"))
    first, _ = ring.tasks
    assert first.seconds > 0.04


@pytest.mark.parametrize(
    ("work", "items"),
    [(OWN_QUEUE, [1]), (IN_A_THREAD, [1, 2]), (FORKING, [1, 2]), (HAS_A_POOL, [1, 2, 3])],
    ids=["own queue", "thread", "fork", "pool"],
)
def test_what_is_no_item_of_the_workers_main_thread_is_no_task(
    collector: Collector,
    program: Callable[[str], str],
    some_interpreter: str,
    work: str,
    items: list[int],
) -> None:
    outcome = run(
        collector, some_interpreter, "-W", "ignore", program(one_worker(work, items)), "fork"
    )
    (ring,) = rings(collector, outcome, "queue")
    assert (ring.begun, ring.finished) == (1, 1)


def test_neither_the_main_process_nor_pools_nor_executors_take_items(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    outcome = run(collector, some_interpreter, program(MAIN_TAKES), start_method)
    assert {record["by"] for record in outcome.of("ring")} == {"pool", "executor"}


def test_what_a_worker_raises_is_the_failure_of_its_last_item(
    collector: Collector, program: Callable[[str], str], interpreter: str, start_method: str
) -> None:
    command = [interpreter, program(one_worker(RAISING, [1, 2])), start_method]
    outcome = run_as_plainly(collector, command)
    assert outcome.text() == "1\n"
    assert "ValueError: bad" in outcome.everything("stderr")
    (ring,) = rings(collector, outcome)
    good, bad = ring.tasks
    assert (good.error, bad.error) == (None, "ValueError")
    assert bad.texts is not None
    assert bad.texts.message == "bad"


@pytest.mark.parametrize(("code", "error"), [(0, None), (3, "SystemExit")])
def test_a_worker_may_exit_in_the_middle(
    collector: Collector,
    program: Callable[[str], str],
    interpreter: str,
    code: int,
    error: str | None,
) -> None:
    path = program(one_worker(EXITING, [1, 2]))
    outcome = run(collector, interpreter, path, "fork", str(code))
    assert outcome.text() == f"{code}\n"
    (ring,) = rings(collector, outcome)
    assert [task.error for task in ring.tasks] == [None, error]


def test_what_a_worker_left_undone_is_known(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    path = program(one_worker(LEAVING, [1, 2]))
    (ring,) = rings(collector, run(collector, some_interpreter, path, start_method))
    assert (ring.begun, ring.finished) == (2, 1)


@pytest.mark.parametrize("arguments", ["", "True, 50"])
def test_an_interrupted_get_shows_no_frame_of_the_probe(
    collector: Collector, program: Callable[[str], str], interpreter: str, arguments: str
) -> None:
    text = INTERRUPTED.format(interrupt=INTERRUPT_ONCE_BLOCKED, arguments=arguments)
    outcome = run_as_plainly(collector, [interpreter, program(text), "Queue"])
    assert "KeyboardInterrupt" in outcome.everything("stderr")
    (ring,) = rings(collector, outcome)
    assert (ring.finished, ring.failed) == (1, 0)


def test_an_interrupted_get_from_a_simple_queue_shows_none_either(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    text = INTERRUPTED.format(interrupt=INTERRUPT_ONCE_BLOCKED, arguments="")
    outcome = run_as_plainly(collector, [some_interpreter, program(text), "SimpleQueue"])
    assert "KeyboardInterrupt" in outcome.everything("stderr")


def test_without_a_run_folder_workers_take_items_as_plainly(
    collector: Collector, program: Callable[[str], str]
) -> None:
    command = [sys.executable, program(WORKERS), "fork", "Queue"]

    def remove() -> None:
        shutil.rmtree(collector.folder)

    outcome = collector.run(command, before_exec=remove)
    assert outcome.text() == run_plainly(command).stdout
