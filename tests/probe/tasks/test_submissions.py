"""What the program gives to pools and executors is counted by items, as soon as it is given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.plain_runs import run_as_plainly
from tests.probe.queues.item_counts import Counts, counts_by_process, queues, totals, totals_by_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector

POOLS_AND_EXECUTORS = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

class Company:
    pass

def generate(number):
    yield from range(number)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    company = Company()
    pool = context.Pool(2)
    pool.map(abs, range(100))
    pool.map(abs, generate(10), chunksize=3)
    pool.map(abs, [])
    pool.map_async(abs, range(5)).get()
    pool.starmap(pow, [(1, 2), (3, 4), (5, 6)], chunksize=2)
    pool.starmap_async(pow, [(1, 2)]).get()
    pool.apply(abs, (1,))
    pool.apply_async(abs, (1,)).get()
    list(pool.imap(abs, range(7)))
    list(pool.imap(abs, generate(8), chunksize=3))
    list(pool.imap_unordered(abs, generate(9)))
    list(pool.imap_unordered(abs, range(11), chunksize=100))
    pool.close()
    pool.join()
    with context.Pool(1) as another:
        another.map(abs, range(2))
    with ProcessPoolExecutor(2, mp_context=context) as company.workers:
        list(company.workers.map(abs, range(10)))
        list(company.workers.map(pow, range(10), range(20), chunksize=4))
        company.workers.submit(pow, 2, exp=2).result()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(abs, range(10)))
        threads.submit(pow, 2, exp=2).result()
    with ThreadPoolExecutor(2) as more_threads:
        more_threads.submit(abs, 1)
    print("done")
"""


def test_each_item_that_is_given_out_is_counted(
    collector: Collector, program: Callable[[str], str], interpreter: str, start_method: str
) -> None:
    outcome = collector.run([interpreter, program(POOLS_AND_EXECUTORS), start_method])
    assert (outcome.everything("stderr"), outcome.everything()) == ("", "done\n")
    assert not outcome.of("fault")
    items = 100 + 10 + 5 + 3 + 1 + 1 + 1 + 7 + 8 + 9 + 11
    assert totals_by_name(collector, outcome) == {
        "pool": Counts(items, 0),
        "another": Counts(2, 0),
        "workers": Counts(21, 0),
        "threads": Counts(12, 0),
    }
    assert list(counts_by_process(collector, outcome)) == [outcome.pid]
    reported = {queue["name"]: queue for queue in queues(outcome).values()}
    assert {name: queue["kind"] for name, queue in reported.items()} == {
        "pool": "pool",
        "another": "pool",
        "workers": "executor",
        "threads": "threads",
    }
    assert set(reported["pool"]["locks"]) == set(reported["workers"]["locks"]) == {"get", "put"}
    assert reported["threads"]["id"] == outcome.pid << 32
    # The queues inside them are not reported; a spawned worker reports where it has their locks.
    kinds = {record["kind"] for record in outcome.of("queue")}
    assert kinds == {"pool", "executor", "threads"}
    given = [record for record in outcome.of("queue") if record["pid"] != outcome.pid]
    assert bool(given) == (start_method != "fork")
    assert {record["id"] for record in given} <= set(queues(outcome))


POOL_OF_THREADS = """
from multiprocessing.pool import ThreadPool
import time

def generate():
    for number in range(40):
        time.sleep(0.02)
        yield number

crew = ThreadPool(2)
crew.map(abs, range(10))
crew.apply(abs, (1,))
print(sum(crew.imap(abs, generate())))
crew.close(); crew.join()
"""


def test_items_for_a_pool_of_threads_are_counted_and_that_more_are_to_come(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    outcome = run_as_plainly(collector, [some_interpreter, program(POOL_OF_THREADS)])
    assert totals_by_name(collector, outcome) == {"crew": Counts(51, 0)}
    crew = outcome.pid << 32
    assert {record["serves"] for record in outcome.of("ring")} == {crew}
    given = [(record["queue"], record["more"]) for record in outcome.of("given")]
    assert given == [(crew, 1), (crew, 0)]


POOL_OF_JOBLIB = """
import multiprocessing
from multiprocessing.pool import Pool

class CustomizablePicklingQueue:
    def __init__(self):
        self._reader, self._writer = multiprocessing.Pipe(duplex=False)
        self._rlock, self._wlock = multiprocessing.Lock(), multiprocessing.Lock()

    def get(self):
        with self._rlock:
            return self._reader.recv()

    def put(self, item):
        with self._wlock:
            self._writer.send(item)

class PicklingPool(Pool):
    def _setup_queues(self):
        self._inqueue, self._outqueue = self.make_queue(), self.make_queue()
        self._quick_put, self._quick_get = self._inqueue._writer.send, self._outqueue._reader.recv

    make_queue = CustomizablePicklingQueue
"""
BATCHES = """
from joblib.pool import CustomizablePicklingQueue, PicklingPool
from joblib.parallel import BatchedCalls

class Queue(CustomizablePicklingQueue):
    pass

class OtherPool(PicklingPool):
    make_queue = Queue

if __name__ == "__main__":
    for kind in PicklingPool, OtherPool:
        with kind(2) as pool:
            pool.apply(BatchedCalls([(abs, (-1,), {}), (abs, (-2,), {})]))
            pool.apply_async(abs, (-3,)).get()
            pool.map(abs, range(4))
"""


def test_a_pool_of_joblib_counts_what_is_in_its_batches(
    collector: Collector, program: Callable[[str], str], interpreter: str, tmp_path: Path
) -> None:
    package = tmp_path / "joblib"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "pool.py").write_text(POOL_OF_JOBLIB)
    (package / "parallel.py").write_text(
        "class BatchedCalls:\n    def __init__(self, items): self.items = items\n"
        "    def __call__(self): return [call(*given) for call, given, _ in self.items]\n"
    )
    extra = {"PYTHONPATH": str(tmp_path)}
    outcome = collector.run([interpreter, program(BATCHES)], environment=extra)
    assert (outcome.everything("stderr"), outcome.of("fault")) == ("", [])
    # Nothing is put into a queue of a class that is not joblib's own.
    (pool,) = queues(outcome).values()
    assert pool["kind"] == "pool"
    assert totals(collector, outcome) == {pool["id"]: Counts(2 + 1 + 4, 0)}


def test_threads_that_submit_at_once_miss_nothing(collector: Collector, interpreter: str) -> None:
    code = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
sys.setswitchinterval(1e-6)
executor = ThreadPoolExecutor(2)
def submit():
    for _ in range(500):
        executor.submit(int)
threads = [threading.Thread(target=submit) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
executor.shutdown()
"""
    outcome = collector.run([interpreter, "-c", code])
    assert outcome.text(stream="stderr") == ""
    assert totals(collector, outcome) == {outcome.pid << 32: Counts(2000, 0)}


FAILURES = {
    "an iterable": """
def fail():
    yield 1
    raise ValueError("as plainly")
pool.map(abs, fail())
""",
    "a lazy iterable": """
def fail():
    yield 1
    raise ValueError("as plainly")
list(pool.imap(abs, fail()))
""",
    "a chunk size": "pool.imap(abs, [1], chunksize=0)",
    "a closed pool": "pool.close(); pool.apply_async(abs, (1,))",
    "an executor that is shut down": """
from concurrent.futures import ProcessPoolExecutor
executor = ProcessPoolExecutor(1, context)
executor.shutdown()
executor.submit(abs, 1)
""",
    "threads that are shut down": """
from concurrent.futures import ThreadPoolExecutor
executor = ThreadPoolExecutor(1)
executor.shutdown()
executor.submit(abs, 1)
""",
    "no pool": "context.Pool(0)",
    "no executor": """
from concurrent.futures import ProcessPoolExecutor
ProcessPoolExecutor(0)
""",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_submission_that_fails_shows_no_frame_of_the_probe(
    collector: Collector, some_interpreter: str, failure: str
) -> None:
    code = """
import multiprocessing
context = multiprocessing.get_context("fork")
with context.Pool(1) as pool:
"""
    code += "".join(f"    {line}\n" for line in FAILURES[failure].splitlines())
    outcome = run_as_plainly(collector, [some_interpreter, "-W", "ignore", "-c", code])
    assert "Error" in outcome.text(stream="stderr")


def test_executors_of_loky_are_counted(collector: Collector, program: Callable[[str], str]) -> None:
    pytest.importorskip("loky")
    text = """
import loky
if __name__ == "__main__":
    executor = loky.get_reusable_executor(2)
    print(sum(executor.map(abs, range(10), chunksize=3)), executor.submit(abs, 1).result())
    executor.shutdown()
"""
    outcome = collector.run([sys.executable, program(text)])
    assert outcome.text() == "45 1\n"
    assert totals_by_name(collector, outcome) == {"executor": Counts(11, 0)}
