"""Real programs in which somebody waits in vain while others go on, or asks again and again."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code

pytestmark = pytest.mark.slow

DEAD_HOLDER = """
import os, time
from multiprocessing import get_context
def hold():
    pen.acquire(); held.set()
    time.sleep(0.5)
    os._exit(0)
def want():
    held.wait()
    with pen: pass
def tick():
    while True: time.sleep(0.1)
context = get_context("fork")
pen, held = context.Lock(), context.Event()
team = [context.Process(target=each, name=each.__name__) for each in (hold, want, tick)]
for worker in team: worker.start()
team[1].join()
"""
RESULTS_MISSING = """
import queue, sys
from multiprocessing import get_context
def work(number):
    if number != 2: results.put(number)
context = get_context("fork")
results = context.Queue()
team = [context.Process(target=work, args=(number,)) for number in range(4)]
for worker in team: worker.start()
for _ in range(4):
    while True:
        try: results.get(timeout=0.5); break
        except queue.Empty: pass
"""
SLOW_RESULTS = """
import queue, time
from multiprocessing import get_context
def work(number):
    time.sleep(12 * number)
    results.put(number)
context = get_context("fork")
results = context.Queue()
team = [context.Process(target=work, args=(number,)) for number in range(2)]
for worker in team: worker.start()
for _ in range(2):
    while True:
        try: results.get(timeout=0.5); break
        except queue.Empty: pass
for worker in team: worker.join()
"""
LOCKED_FILE = """
import fcntl, tempfile, time
from multiprocessing import get_context
path = tempfile.mkdtemp() + "/spool.lock"
def write(seconds):
    with open(path, "w") as spool:
        fcntl.flock(spool, fcntl.LOCK_EX)
        time.sleep(seconds)
context = get_context("fork")
first = context.Process(target=write, args=(1000,), name="first")
second = context.Process(target=write, args=(0,), name="second")
first.start(); time.sleep(0.5); second.start(); second.join()
"""
MANAGERS_LOCK = """
import time
from multiprocessing import get_context
def hold(lock):
    with lock: time.sleep(1000)
def want(lock):
    time.sleep(0.5)
    with lock: pass
context = get_context("fork")
manager = context.Manager()
lock = manager.Lock()
team = [context.Process(target=each, args=(lock,), name=each.__name__) for each in (hold, want)]
for worker in team: worker.start()
for worker in team: worker.join()
"""
LIMITED_AT_MANAGER = """
from multiprocessing import get_context
context = get_context("fork")
manager = context.Manager()
manager.Event().wait(14)
"""
NOT_DRAINED = """
from multiprocessing import get_context
def work(): out.put(bytes(10**6))
context = get_context("fork")
out = context.Queue()
worker = context.Process(target=work, name="writer")
worker.start(); worker.join()
"""
FEW_AT_BARRIER = """
from multiprocessing import get_context
context = get_context("fork")
gate = context.Barrier(3)
team = [context.Process(target=gate.wait) for _ in range(2)]
for worker in team: worker.start()
for worker in team: worker.join()
"""


def test_a_lock_whose_holder_ended_while_others_go_on() -> None:
    with watching_code(DEAD_HOLDER) as dead:
        assert dead.finds("deadlock").headline == (
            "want waits for pen, which no living process holds: hold ended with exit code 0"
        )


def test_results_that_are_asked_for_again_and_again() -> None:
    with watching_code(RESULTS_MISSING) as missing, watching_code(SLOW_RESULTS) as slow:
        assert missing.finds("deadlock").headline == (
            "python -c asks again and again for more from results, but all 4 workers have ended"
        )
        assert slow.ends() == {}


def test_a_file_and_a_managers_lock_that_others_have_for_long() -> None:
    with (
        watching_code(LOCKED_FILE) as file,
        watching_code(MANAGERS_LOCK) as manager,
        watching_code(LIMITED_AT_MANAGER) as limited,
    ):
        finding = file.finds("lock-held")
        assert finding.headline == (
            "second waits for the lock on the file spool.lock, which first has"
        )
        assert "and is sleeping" in finding.evidence
        assert "hold is sleeping" in manager.finds("lock-held").evidence
        assert limited.ends() == {}


def test_a_worker_that_cannot_end_and_a_barrier_to_which_too_few_come() -> None:
    with watching_code(NOT_DRAINED) as full, watching_code(FEW_AT_BARRIER) as few:
        assert "for the others at gate, made for 3, and" in few.finds("deadlock").headline
        assert full.finds("deadlock").headline.startswith("writer cannot end: what it put into a ")
