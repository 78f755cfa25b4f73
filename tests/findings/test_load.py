"""Real cores and real memory: slow, and only where the machine has time for it.

What others do with the cores decides how long it takes until something is found.
"""

from __future__ import annotations

import os

import psutil
import pytest

from tests.findings.watching import watching_code

CORES = os.cpu_count() or 1
CROWD = """
import multiprocessing, os, time
def work(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
def run(count, seconds):
    team = [multiprocessing.Process(target=work, args=(seconds,)) for _ in range(count)]
    for worker in team: worker.start()
    for worker in team: worker.join()
run({processes}, {seconds})
"""
THREADS = """
import threading, time
def work(end):
    while time.monotonic() < end: pass
def sleep(end):
    while time.monotonic() < end: time.sleep(0.01)
end = time.monotonic() + {seconds}
team = [threading.Thread(target={target}, args=(end,)) for _ in range(3)]
for worker in team: worker.start()
for worker in team: worker.join()
"""
MEMORY = """
import time
kept = []
for second in range(280):
    if {kept} or second < 10: kept.append(b"x" * 1_000_000)
    time.sleep(0.1)
"""

pytestmark = pytest.mark.slow


def headline_of(rule: str, code: str) -> str:
    """What the rule finds about a program that needs the cores for itself."""
    with watching_code(code) as watched:
        found = watched.ends()
    if rule not in found and psutil.cpu_percent(1.0) > 40:
        pytest.skip("the cores are busy with other things")
    return found[rule].headline


def test_memory_that_only_rises_is_told() -> None:
    with (
        watching_code(MEMORY.format(kept=True)) as rising,
        watching_code(MEMORY.format(kept=False)) as level,
    ):
        assert set(rising.ends()) == {"memory-rises"}
        assert level.ends() == {}


def test_far_more_busy_processes_than_cores_are_told() -> None:
    code = CROWD.format(processes=8 * CORES, seconds=30)
    assert headline_of("oversubscribed", code).endswith(" core" if CORES == 1 else " cores")


def test_as_many_busy_processes_as_cores_are_not() -> None:
    with watching_code(CROWD.format(processes=CORES, seconds=12)) as watched:
        assert watched.ends() == {}


@pytest.mark.skipif(CORES < 2, reason="one core has room for one thread")
def test_threads_that_compute_by_turns_are_told() -> None:
    code = THREADS.format(target="work", seconds=30)
    assert "in 3 threads" in headline_of("threads-one-at-a-time", code)


def test_threads_that_wait_are_not() -> None:
    with watching_code(THREADS.format(target="sleep", seconds=12)) as watched:
        assert watched.ends() == {}
