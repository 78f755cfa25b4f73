"""Real programs that lose results or wait for their own tasks; and real ones that do not."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code

pytestmark = pytest.mark.slow
"""Real programs that hang or fail take their time; the rules have their histories."""

NESTED_THREADS = """
from concurrent.futures import ThreadPoolExecutor
crew = ThreadPoolExecutor(2)
def outer(number): return crew.submit(abs, number).result()
print(list(crew.map(outer, range(4))))
"""
NESTED_POOL = """
from multiprocessing import get_context
def inner(number): return number
def outer(number): return pool.apply(inner, (number,))
pool = get_context("fork").Pool(2, maxtasksperchild=1)
pool.map(inner, range(4), chunksize=1)
pool.map(outer, range(4), chunksize=1)
"""
TWO_EXECUTORS = """
import time
from concurrent.futures import ThreadPoolExecutor
first, second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
def inner(number):
    time.sleep(6)
    return number
def outer(number): return second.submit(inner, number).result()
print(first.submit(outer, 1).result())
"""
SILENT = """
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
import time
def fetch(number):
    if number % 2: raise ValueError("no such page")
    return number
def nap(number): time.sleep(60)
with ThreadPoolExecutor(2) as crew:
    for number in range(8): crew.submit(fetch, number)
with get_context("fork").Pool(2) as pool:
    for number in range(8): pool.apply_async(nap, (number,))
"""
HEARD = """
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
def fetch(number):
    if number % 2: raise ValueError("no such page")
    return number
with ThreadPoolExecutor(2) as crew:
    futures = [crew.submit(fetch, number) for number in range(8)]
print(sum(future.exception() is not None for future in futures))
with get_context("fork").Pool(2) as pool:
    results = [pool.apply_async(fetch, (number,)) for number in range(8)]
    for result in results: result.wait()
    print(sum(result.successful() for result in results))
"""
LEAVING_WORKER = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
def fetch(number):
    time.sleep(0.2)
    if number == 3: os._exit(3)
    return number
with ProcessPoolExecutor(2, mp_context=get_context("fork")) as executor:
    try: list(executor.map(fetch, range(8)))
    except BrokenProcessPool: pass
"""


@pytest.mark.slow
def test_tasks_that_wait_for_tasks_of_their_own_pool() -> None:
    with (
        watching_code(NESTED_THREADS) as threads,
        watching_code(NESTED_POOL) as pool,
        watching_code(TWO_EXECUTORS) as two,
    ):
        headline = threads.finds("pool-stuck").headline
        assert headline.startswith("2 of 2 threads of executor crew wait for results")
        finding = pool.finds("pool-stuck")
        assert "wait for results of pool inside their own tasks: none will come" in finding.headline
        assert "-c" in finding.evidence
        assert set(two.ends()) <= {"no-progress"}


def test_results_that_nobody_asks_for_or_waits_for() -> None:
    with watching_code(SILENT) as silent, watching_code(HEARD) as heard:
        silent.ends()
        found = silent.now()
        assert found["failure-unasked"].headline == (
            "4 of 8 tasks of fetch failed, and nobody asked for a result: ValueError: no such page"
        )
        thrown = found["tasks-discarded"].headline
        assert thrown.startswith("8 tasks")
        assert "were thrown away: the with block of pool ended before they were done" in thrown
        assert heard.ends() == {}


def test_the_task_of_a_worker_that_left_is_named_though_its_executor_signals_it() -> None:
    with watching_code(LEAVING_WORKER) as watched:
        headline = watched.finds("worker-died-in-task").headline
        assert headline.endswith("died while it ran fetch(3)")
