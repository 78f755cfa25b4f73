"""Real processes that wait for ever, and real ones that only wait."""

from __future__ import annotations

import re

import pytest

from tests.findings.watching import watching_code, watching_scenario

pytestmark = pytest.mark.slow
"""Real programs that hang or fail take their time; the rules have their histories."""

LONG_HOLD = """
import multiprocessing, time
def hold(pen, paper):
    with pen:
        held.set()
        time.sleep(6)
def want(pen, paper):
    held.wait()
    with paper, pen: pass
pen, paper, held = multiprocessing.Lock(), multiprocessing.Lock(), multiprocessing.Event()
team = [multiprocessing.Process(target=target, args=(pen, paper)) for target in (hold, want)]
for worker in team: worker.start()
for worker in team: worker.join()
"""
NO_END_MARK = """
import multiprocessing
def work(tasks):
    for task in iter(tasks.get, None): pass
tasks = multiprocessing.Queue()
team = [multiprocessing.Process(target=work, args=(tasks,)) for _ in range(2)]
for worker in team: worker.start()
for task in range(4): tasks.put(task)
for worker in team: worker.join()
"""
LOST_LOCK = """
import multiprocessing, time
def take(pen):
    pen.acquire()
    taken.set()
    time.sleep(1000)
def want(pen):
    with pen: pass
pen, taken = multiprocessing.Lock(), multiprocessing.Event()
taker = multiprocessing.Process(target=take, args=(pen,), name="taker")
wanter = multiprocessing.Process(target=want, args=(pen,), name="wanter")
taker.start(); taken.wait()
taker.terminate(); taker.join()
wanter.start(); wanter.join(1000)
"""


def test_a_deadlock_is_told_also_after_it_was_ended_and_a_long_hold_is_not() -> None:
    with watching_code(LONG_HOLD) as hold, watching_scenario("deadlock", "--patience=8") as stuck:
        assert hold.ends() == {}
        assert set(stuck.ends()) == {"deadlock"}
        finding = stuck.now()["deadlock"]
    assert finding.headline == "Deadlock: Ada and Ben wait for each other"
    where = r"deadlock\.py:\d+ in write_letter"
    assert re.match(
        f"Ada holds pen and waits for paper, {where}; Ben holds paper and waits for pen, {where}. ",
        finding.evidence,
    )


def test_workers_without_an_end_mark_and_a_lock_of_a_dead_process() -> None:
    with watching_code(NO_END_MARK) as endless, watching_code(LOST_LOCK) as lost:
        finding = endless.finds("deadlock")
        assert (
            "wait for more from tasks, and python -c only waits for their end" in finding.headline
        )
        assert "waits to get something from tasks" in finding.evidence
        assert lost.finds("deadlock").headline == (
            "wanter waits for pen, which no living process holds: taker was killed by SIGTERM"
        )
