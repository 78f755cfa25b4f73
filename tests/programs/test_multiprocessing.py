"""What the documentation of multiprocessing and concurrent.futures teaches, in programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.programs.conftest import START_METHODS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.programs.watching import Watched

pytestmark = pytest.mark.timeout(200)

each_start_method = pytest.mark.parametrize("start_method", START_METHODS)

BASICS = """
import multiprocessing
import sys
from multiprocessing import shared_memory


def greet(name):
    print("good morning", name)

def put(queue):
    queue.put(["from", "a", "queue"])

def send(connection):
    connection.send({"through": "a pipe"})
    connection.close()

def count(lock, number):
    with lock:
        print("counted", number)

def change(number, numbers):
    number.value = 2.5
    for place, value in enumerate(numbers):
        numbers[place] = value * value

def add(mapping, values):
    mapping["key"] = "value"
    values.reverse()

def fill(name):
    memory = shared_memory.SharedMemory(name)
    memory.buf[:4] = b"full"
    memory.close()

def run(name, target, *arguments):
    process = multiprocessing.Process(target=target, args=arguments, name=name)
    process.start()
    return process

def main():
    multiprocessing.set_start_method(sys.argv[1])
    run("greeter", greet, "Ada").join()

    queue = multiprocessing.Queue()
    putter = run("putter", put, queue)
    print(queue.get())
    putter.join()

    ours, theirs = multiprocessing.Pipe()
    sender = run("sender", send, theirs)
    print(ours.recv())
    sender.join()

    lock = multiprocessing.Lock()
    counters = [run(f"counter {number}", count, lock, number) for number in range(4)]
    for counter in counters:
        counter.join()

    number = multiprocessing.Value("d", 0.0)
    numbers = multiprocessing.Array("i", range(5))
    run("changer", change, number, numbers).join()
    print(number.value, numbers[:])

    with multiprocessing.Manager() as manager:
        mapping, values = manager.dict(), manager.list([1, 2, 3])
        run("adder", add, mapping, values).join()
        print(mapping, values)

    memory = shared_memory.SharedMemory(create=True, size=4)
    run("filler", fill, memory.name).join()
    print(bytes(memory.buf[:4]))
    memory.close()
    memory.unlink()

if __name__ == "__main__":
    main()
"""

ENDS = """
import multiprocessing
import os
import signal
import sys
import time

def leave():
    sys.exit(3)

def leave_at_once():
    os._exit(7)

def fail():
    raise ValueError("a bad value")

def crash():
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    signal.raise_signal(signal.SIGSEGV)

def wait(ready):
    ready.set()
    time.sleep(60)

def main():
    multiprocessing.set_start_method(sys.argv[1])
    for target in (leave, leave_at_once, fail, crash):
        process = multiprocessing.Process(target=target, name=target.__name__)
        process.start()
        process.join()
        print(process.name, process.exitcode)
    for name in ("terminate", "kill"):
        ready = multiprocessing.Event()
        process = multiprocessing.Process(target=wait, args=(ready,), name=name)
        process.start()
        ready.wait()
        getattr(process, name)()
        process.join()
        print(process.name, process.exitcode)

if __name__ == "__main__":
    main()
"""

POOLS = """
import multiprocessing
import sys
import time

def square(number):
    return number * number

def say(number):
    print("working on", number, flush=True)
    time.sleep(0.05)

def main():
    multiprocessing.set_start_method(sys.argv[1])
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, range(5)), list(pool.imap(square, range(3))))
        print(sorted(pool.imap_unordered(square, range(4))), pool.apply(square, (9,)))
        late = pool.apply_async(time.sleep, (60,))
        try:
            late.get(timeout=0.1)
        except multiprocessing.TimeoutError:
            print("too late")
    with multiprocessing.Pool(2, maxtasksperchild=1) as pool:
        pool.map(say, range(5), chunksize=1)
        pool.close()
        pool.join()

if __name__ == "__main__":
    main()
"""

NESTED = """
import multiprocessing
import multiprocessing.pool
from concurrent.futures import ProcessPoolExecutor

class LastingProcess(multiprocessing.get_context("fork").Process):
    daemon = property(lambda self: False, lambda self, value: None)

class LastingContext(type(multiprocessing.get_context("fork"))):
    Process = LastingProcess

def leaf(number):
    return number + 1

def branch(number):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        total = sum(pool.map(leaf, range(number)))
        pool.close()
        pool.join()
    return total

if __name__ == "__main__":
    with multiprocessing.pool.Pool(2, context=LastingContext()) as pool:
        print(pool.map(branch, [1, 2], chunksize=1))
        pool.close()
        pool.join()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        print(executor.submit(branch, 3).result())
"""

BROKEN = """
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor, process

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def main():
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        for _ in range(2):
            executor.submit(time.sleep, 0.3)
        try:
            executor.submit(die).result()
        except process.BrokenProcessPool as error:
            print(type(error).__name__)
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(abs, [-1, -2])))

if __name__ == "__main__":
    main()
"""


@each_start_method
def test_the_ways_to_share_and_to_talk_work(
    each_python_slowly: str,
    start_method: str,
    run_script: Callable[..., Watched],
) -> None:
    watched = run_script(each_python_slowly, BASICS, start_method)
    assert watched.status == 0
    workers = {process.name: process for process in watched.workers()}
    names = {"greeter", "putter", "sender", "changer", "adder", "filler"}
    assert names | {f"counter {number}" for number in range(4)} < set(workers)
    assert any(name.startswith("SyncManager-") for name in workers)
    for name, target in (("greeter", "greet"), ("putter", "put"), ("counter 3", "count")):
        assert workers[name].target == f"__main__.{target}"
    assert {process.start_method for process in workers.values()} == {start_method}
    assert {process.exitcode for process in workers.values()} == {0}
    # A fork server's worker as well: it belongs to the one who wanted it.
    assert {process.parent for process in workers.values()} == {0}
    assert watched.printed(workers["greeter"]) == b"good morning Ada\n"
    for number in range(4):
        assert watched.printed(workers[f"counter {number}"]) == b"counted %d\n" % number
    assert_helpers(watched, start_method)


def assert_helpers(watched: Watched, start_method: str) -> None:
    helpers = {process.name for process in watched.processes if process.role == "helper"}
    expected = {"resource tracker"} | ({"fork server"} if start_method == "forkserver" else set())
    assert helpers == expected


@each_start_method
def test_every_end_of_a_worker_is_known_exactly(
    each_python_slowly: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, ENDS, start_method)
    ends = {p.name: (p.exitcode, p.signal, p.terminated_by) for p in watched.workers()}
    assert ends == {
        "leave": (3, None, None),
        "leave_at_once": (7, None, None),
        "fail": (1, None, None),
        "crash": (None, 11, None),
        "terminate": (None, 15, 0),
        "kill": (None, 9, 0),
    }
    assert b"ValueError: a bad value" in watched.printed(watched.named("fail"), "stderr")


@each_start_method
def test_a_pool_ends_its_workers_itself_and_replaces_those_that_are_done(
    each_python_slowly: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, POOLS, start_method)
    prefix = {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}[start_method]
    workers = sorted(watched.workers(), key=lambda worker: int(worker.name.rpartition("-")[2]))
    names = [worker.name for worker in workers]
    assert names == [f"{prefix}PoolWorker-{number + 1}" for number in range(len(names))]
    assert {worker.target for worker in workers} == {"multiprocessing.pool.worker"}
    # The one that sleeps was ended by SIGTERM, and that is no crash.
    first, recycled = workers[:2], workers[2:]
    assert (None, 15, 0) in {(p.exitcode, p.signal, p.terminated_by) for p in first}
    said = [watched.printed(worker) for worker in recycled]
    assert sorted(text for text in said if text) == [b"working on %d\n" % n for n in range(5)]
    assert {worker.exitcode for worker in recycled} == {0}


def test_pools_inside_of_workers_show_whose_they_are(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, NESTED)
    outer = {p.name.rpartition("-")[2]: p for p in watched.workers() if ":" not in p.name}
    inner = {p.name.rpartition("-")[2]: p for p in watched.workers() if ":" in p.name}
    assert {process.parent for process in outer.values()} == {0}
    assert len(inner) == 6
    # multiprocessing numbers them by their parents: 2:1 is the first one of worker 2.
    for number, process in inner.items():
        assert process.parent == outer[number.partition(":")[0]].process


@each_start_method
def test_a_broken_pool_breaks_in_the_same_way(
    each_python_slowly: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, BROKEN, start_method)
    assert watched.stream("stdout") == b"BrokenProcessPool\n[1, 2]\n"
    workers = watched.workers()
    assert (None, 9) in {(worker.exitcode, worker.signal) for worker in workers}
    # Those that the executor ended because another had died did not crash.
    for worker in workers:
        if worker.signal == 15:
            assert worker.terminated_by == 0
