"""Which tasks ran, where, and how they ended, is in the rings of the threads that ran them."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.plain_runs import run_plainly
from tests.probe.tasks.rings import failures, finished_items, rings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome
    from tests.probe.tasks.rings import Ring

POOL = """
import multiprocessing, sys

def prepare(word): pass
def square(number): return number * number
def add(first, second=0): return first + second
def fail(number):
    if number == 3:
        raise ValueError("no threes")
def give_up(): raise SystemExit("by no means")
def make(): return lambda: 0

class Scale:
    def times(self, number): return 10 * number
    def __call__(self, number): return number

def fails(ask, *arguments):
    try:
        ask(*arguments)
    except Exception as error:
        return type(error).__name__

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    pool = context.Pool(2, prepare, ("word",))
    print(pool.map(square, range(10), chunksize=4))
    print(pool.map(Scale().times, [1, 2]), pool.map(Scale(), [1, 2]))
    print(pool.map_async(square, range(5)).get())
    print(list(pool.imap(square, range(5))), list(pool.imap(square, range(5), 2)))
    print(sorted(pool.imap_unordered(square, range(5))))
    print(pool.starmap(add, [(1, 2), (3, 4)]), pool.starmap_async(add, [(5, 6)]).get())
    print(pool.apply(add, (1,), {"second": 2}), pool.apply_async(add, [7, 8]).get())
    print(fails(pool.map, fail, range(6), 3), fails(pool.apply, fail, (3,)))
    print(fails(pool.apply, make))
    pool.close()
    pool.join()
    with context.Pool(1, maxtasksperchild=2) as pool:
        print(pool.map(abs, range(5), chunksize=1))
        pool.close()
        pool.join()
"""

POOL_ITEMS = {
    "square": 10 + 5 + 10 + 5,
    "Scale.times": 2,
    "Scale": 2,
    "add": 5,
    "fail": 7,
    "make": 1,
    "builtins.abs": 5,
}

EXECUTOR = """
import concurrent.futures, multiprocessing, sys

def prepare(word): pass
def square(number): return number * number
def fail(number): raise ValueError("no number", number)
def make(): return lambda: 0

def fails(future):
    return type(future.exception()).__name__

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    limit = {}
    if sys.version_info >= (3, 11) and sys.argv[1] != "fork":
        limit = {"max_tasks_per_child": 3}
    with concurrent.futures.ProcessPoolExecutor(2, context, prepare, (0,), **limit) as executor:
        print(executor.submit(square, 3).result(), executor.submit(square, number=4).result())
        print(list(executor.map(square, range(5))))
        print(list(executor.map(square, range(7), chunksize=3)))
        print(fails(executor.submit(fail, 3)))
        # What it says differs from version to version.
        assert executor.submit(make).exception() is not None
"""

THREADS = """
import concurrent.futures, threading

both = threading.Barrier(2)

def meet(number):
    both.wait()
    return number

def fail():
    raise ValueError("never")

with concurrent.futures.ThreadPoolExecutor(2) as executor:
    print(list(executor.map(meet, range(8))))
    print(type(executor.submit(fail).exception()).__name__)
with concurrent.futures.ThreadPoolExecutor(1) as executor:
    go_on = threading.Event()
    running = executor.submit(go_on.wait)
    cancelled = executor.submit(fail)
    print(cancelled.cancel())
    go_on.set()
    print(running.result())
"""

POOL_OF_THREADS = """
import multiprocessing.pool, threading, traceback

both = threading.Barrier(2)

def meet(number):
    both.wait()
    assert not any("_mptui_probe" in frame.filename for frame in traceback.extract_stack())
    return number

def fail():
    raise ValueError("never")

pool = multiprocessing.pool.ThreadPool(2, both.wait)
print(pool.map(meet, range(8), 1))
print(list(pool.imap(abs, range(3))))
try:
    pool.apply(fail)
except ValueError as error:
    print(error)
pool.close()
pool.join()
print(threading.active_count())
"""

NESTED = """
import concurrent.futures, multiprocessing, sys

def double(number): return 2 * number

def ask_threads(number):
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        return executor.submit(double, number).result()

def ask_processes(number):
    with concurrent.futures.ProcessPoolExecutor(1) as executor:
        return executor.submit(ask_threads, number).result()

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with concurrent.futures.ProcessPoolExecutor(1) as executor:
        print(executor.submit(ask_processes, 1).result())
        print(executor.submit(ask_threads, 2).result())
"""

KILLED = """
import multiprocessing, os, signal, sys, time

def meet(number): os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    pool = multiprocessing.Pool(1)
    (worker,) = pool._pool
    pool.apply_async(meet, (1,))
    # A thread of the pool's waits for it; two that do would disturb each other.
    while worker in pool._pool:
        time.sleep(0.01)
    pool.terminate()
"""

FORKED = """
import concurrent.futures, multiprocessing, os

def fork(number):
    child = os.fork()
    if child == 0:
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            executor.submit(abs, number).result()
        os._exit(0)
    os.waitpid(child, 0)
    return number

if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.map(fork, range(3), chunksize=1))
        pool.close()
        pool.join()
"""

INTERRUPTED = """
import concurrent.futures, multiprocessing, os, signal, sys, time

reader, writer = os.pipe()

def work():
    os.write(writer, b"1")

def sleep_of(process):
    with open(f"/proc/{process.pid}/status") as file:
        return [line for line in file if line.startswith(("State", "voluntary"))]

def interrupt(process):
    before, sleep = None, ()
    while before != sleep or "sleeping" not in sleep[0]:
        time.sleep(0.05)
        before, sleep = sleep, sleep_of(process)
    os.kill(process.pid, signal.SIGINT)
    process.join()

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    if sys.argv[1] == "executor":
        executor = concurrent.futures.ProcessPoolExecutor(1, context)
        executor.submit(work).result()
        (process,) = executor._processes.values()
        interrupt(process)
        os._exit(0)  # Shutting down what is broken says this or that.
    else:
        pool = context.Pool(1)
        (process,) = pool._pool
        pool.apply(work)
        os.read(reader, 1)
        if sys.argv[1] == "put":
            with pool._outqueue._wlock:
                pool.apply_async(work)
                os.read(reader, 1)
                interrupt(process)
        else:
            interrupt(process)
        pool.terminate()
"""

LIMITED = """
import concurrent.futures, resource, signal

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
with concurrent.futures.ThreadPoolExecutor(1) as executor:
    print(list(executor.map(abs, [-1, -2])))
"""

HELD = """
import concurrent.futures, gc, multiprocessing, sys, weakref

class Thing:
    pass

seen = []

def take(thing):
    seen.append(weakref.ref(thing))
    return Thing()

def fail(thing):
    seen.append(weakref.ref(thing))
    raise KeyError("a thing")

def look():
    return [reference() is None for reference in seen]

def outcome(future):
    return type(future.exception() or future.result()).__name__

if __name__ == "__main__":
    gc.disable()
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(1) as pool:
        pool.map(take, [Thing()])
        pool.apply(take, (Thing(),))
        print(pool.apply(look))
    with concurrent.futures.ProcessPoolExecutor(1, context) as executor:
        print(outcome(executor.submit(take, Thing())), outcome(executor.submit(fail, Thing())))
        print(executor.submit(look).result())
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        print(outcome(executor.submit(take, Thing())), outcome(executor.submit(fail, Thing())))
        executor.submit(len, "").result()
        print(look())
"""


def run(collector: Collector, interpreter: str, *arguments: str) -> Outcome:
    outcome = collector.run([interpreter, *arguments])
    assert outcome.exit_status == 0, outcome.everything("stderr")
    assert not outcome.of("fault")
    return outcome


def items_of(found: list[Ring]) -> dict[str | None, int]:
    assert all(ring.running is None for ring in found)
    return finished_items(found)


def test_the_tasks_of_a_pool_are_seen(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    outcome = run(collector, some_interpreter, program(POOL), start_method)
    assert outcome.text().splitlines() == [
        "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]",
        "[10, 20] [1, 2]",
        "[0, 1, 4, 9, 16]",
        "[0, 1, 4, 9, 16] [0, 1, 4, 9, 16]",
        "[0, 1, 4, 9, 16]",
        "[3, 7] [11]",
        "3 15",
        "ValueError ValueError",
        "MaybeEncodingError",
        "[0, 1, 2, 3, 4]",
    ]
    found = rings(collector, outcome, "pool")
    assert items_of(found) == POOL_ITEMS
    assert failures(found) == [
        ("fail", "ValueError", 1),
        ("fail", "ValueError", 3),
        ("make", "MaybeEncodingError", 1),
    ]
    # Two and three workers; not all of the two must have got a task.
    assert 4 <= len(found) <= 5
    assert all(record.get("thread") is None for record in outcome.of("ring"))
    assert len({record["serves"] for record in outcome.of("ring")}) == 2


def test_the_tasks_of_an_executor_are_seen(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    outcome = run(collector, some_interpreter, program(EXECUTOR), start_method)
    assert outcome.text().splitlines() == [
        "9 16",
        "[0, 1, 4, 9, 16]",
        "[0, 1, 4, 9, 16, 25, 36]",
        "ValueError",
    ]
    found = rings(collector, outcome, "executor")
    assert items_of(found) == {"square": 2 + 5 + 7, "fail": 1, "make": 1}
    assert [(label, items) for label, _, items in failures(found)] == [("fail", 1), ("make", 1)]
    assert len({record["serves"] for record in outcome.of("ring")}) == 1


def test_each_thread_of_an_executor_has_its_ring(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    outcome = run(collector, interpreter, program(THREADS))
    assert outcome.text().splitlines() == [str(list(range(8))), "ValueError", "True", "True"]
    found = rings(collector, outcome, "threads")
    assert items_of(found) == {"meet": 8, "fail": 1, "threading.Event.wait": 1}
    assert failures(found) == [("fail", "ValueError", 1)]
    threads = {record["thread"] for record in outcome.of("ring")}
    assert len(threads) == len(found) == 3
    assert outcome.pid not in threads
    assert {record["serves"] for record in outcome.of("ring")} == {outcome.pid << 32}


def test_each_thread_of_a_pool_of_threads_has_its_ring(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    command = [interpreter, program(POOL_OF_THREADS)]
    outcome = run(collector, *command)
    assert outcome.text().splitlines() == [str(list(range(8))), "[0, 1, 2]", "never", "1"]
    found = rings(collector, outcome)
    assert items_of(found) == {"meet": 8, "builtins.abs": 3, "fail": 1}
    assert failures(found) == [("fail", "ValueError", 1)]
    threads = {(record["by"], record["thread"]) for record in outcome.of("ring")}
    assert len(threads) == len(found) == 2
    assert {by for by, _ in threads} == {"threads"}


def test_a_task_may_have_tasks_done(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    outcome = run(collector, sys.executable, program(NESTED), start_method)
    assert outcome.text().splitlines() == ["2", "4"]
    inner = rings(collector, outcome, "threads")
    outer = rings(collector, outcome, "executor")
    assert items_of(inner) == {"double": 2}
    assert items_of(outer) == {"ask_processes": 1, "ask_threads": 2}
    assert len({ring.pid for ring in inner + outer}) == 2


def test_the_last_task_of_a_killed_worker_is_known(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    outcome = run(collector, sys.executable, program(KILLED), start_method)
    (ring,) = rings(collector, outcome)
    assert (ring.begun, ring.finished, ring.running) == (1, 0, "meet")


def test_a_forked_child_has_rings_of_its_own(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    outcome = run(collector, interpreter, program(FORKED))
    assert outcome.text() == "[0, 1, 2]\n"
    (worker,) = rings(collector, outcome, "pool")
    assert items_of([worker]) == {"fork": 3}
    children = rings(collector, outcome, "threads")
    assert len({ring.pid for ring in children} - {worker.pid}) == 3
    assert items_of(children) == {"builtins.abs": 3}


@pytest.mark.parametrize("place", ["get", "put", "executor"])
def test_an_interrupted_worker_shows_no_frame_of_the_probe(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, place: str
) -> None:
    command = [some_interpreter, program(INTERRUPTED), place]
    plainly = run_plainly(command)
    outcome = run(collector, *command)
    assert "KeyboardInterrupt" in plainly.stderr
    assert outcome.everything("stderr") == plainly.stderr


def test_a_program_may_write_no_large_files(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    outcome = collector.run([some_interpreter, program(LIMITED)])
    assert outcome.exit_status == 0
    assert outcome.text() == "[1, 2]\n"
    (fault,) = outcome.of("fault")
    assert "no room" in fault["error"]
    assert not outcome.of("ring")


@pytest.mark.parametrize("text", [POOL, EXECUTOR, THREADS], ids=["pool", "executor", "threads"])
def test_without_a_run_folder_tasks_run_as_plainly(
    collector: Collector, program: Callable[[str], str], text: str
) -> None:
    command = [sys.executable, program(text), "fork"]

    def remove() -> None:
        shutil.rmtree(collector.folder)

    outcome = collector.run(command, before_exec=remove)
    assert outcome.exit_status == 0
    assert outcome.everything("stderr") == ""
    assert outcome.text() == run_plainly(command).stdout


def test_nothing_of_a_task_outlives_it(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    command = [some_interpreter, program(HELD), start_method]
    outcome = run(collector, *command)
    assert outcome.text() == run_plainly(command).stdout
    assert "False" not in outcome.text()
