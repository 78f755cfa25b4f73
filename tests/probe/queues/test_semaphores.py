"""Locks and all else that is made of semaphores are reported, by name and by address."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.probe.plain_runs import run_as_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome

ALL_KINDS = """
import json, multiprocessing, sys

class Shared:
    pass

def places(lock):
    return [lock._semlock.handle, id(lock._semlock)]

def work(lock, rlock, semaphore, bounded, condition, ready, barrier, value, queue, simple):
    with lock, rlock, semaphore, bounded, condition, value.get_lock():
        value.value += 1
    barrier.wait()
    queue.put(places(lock))
    simple.put(1)
    ready.set()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    lock, rlock = context.Lock(), context.RLock()
    shared = Shared()
    shared.slots = context.Semaphore(2)
    bounded = context.BoundedSemaphore(3)
    condition, ready = context.Condition(), context.Event()
    with_own_lock = context.Condition(lock)
    barrier = context.Barrier(2)
    value = context.Value("i", 0)
    queue, simple = context.JoinableQueue(), context.SimpleQueue()
    given = (lock, rlock, shared.slots, bounded, condition, ready, barrier, value, queue, simple)
    process = context.Process(target=work, args=given)
    process.start()
    barrier.wait()
    ready.wait()
    print(json.dumps([places(lock), queue.get(), places(shared.slots)]))
    simple.get()
    process.join()
"""


def locks_of(outcome: Outcome, pid: int) -> Counter[tuple[str, str | None]]:
    of_process = [record for record in outcome.of("lock") if record["pid"] == pid]
    # The place where those wait that come to a barrier is reported once more, with their number.
    assert [record["parties"] for record in of_process if "parties" in record] == [2]
    reported = [record for record in of_process if "parties" not in record]
    handles = [record["handle"] for record in reported]
    assert len(handles) == len(set(handles))
    inside = {
        handle
        for record in outcome.of("queue")
        if record["pid"] == pid
        for handle in record["locks"].values()
    }
    assert not inside & set(handles)
    return Counter((record["kind"], record.get("name")) for record in reported)


def test_each_lock_is_reported_with_its_name_and_place(
    collector: Collector, program: Callable[[str], str], interpreter: str, start_method: str
) -> None:
    outcome = collector.run([interpreter, program(ALL_KINDS), start_method])
    assert outcome.everything("stderr") == ""
    assert not outcome.of("fault")
    assert locks_of(outcome, outcome.pid) == {
        ("lock", "lock"): 1,
        ("lock", "rlock"): 1,
        ("semaphore", "slots"): 1,
        ("semaphore", "bounded"): 1,
        ("condition", "condition"): 4,
        ("condition", "with_own_lock"): 3,
        ("event", "ready"): 5,
        ("barrier", "barrier"): 4,
        ("lock", "value"): 1,
    }
    made, given, slots = json.loads(outcome.text())
    places = {(lock["pid"], lock["handle"]): lock["object"] for lock in outcome.of("lock")}
    assert places[outcome.pid, made[0]] == made[1]
    assert places[outcome.pid, slots[0]] == slots[1]
    others = {lock["pid"] for lock in outcome.of("lock")} - {outcome.pid}
    if start_method == "fork":
        # A forked child has everything where its parent has it.
        assert not others
        assert given == made
    else:
        (worker,) = others
        assert locks_of(outcome, worker) == {
            ("lock", None): 3,
            ("semaphore", None): 2,
            ("condition", None): 4,
            ("event", None): 5,
            ("barrier", None): 4,
        }
        assert places[worker, given[0]] == given[1]


def test_locks_inside_pools_and_executors_are_not_reported(
    collector: Collector, program: Callable[[str], str], start_method: str, some_interpreter: str
) -> None:
    text = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(2) as pool:
        pool.map(abs, range(9))
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        executor.submit(abs, 1).result()
"""
    outcome = collector.run([some_interpreter, program(text), start_method])
    assert (outcome.everything("stderr"), outcome.exit_status) == ("", 0)
    assert not outcome.of("lock")
    assert not outcome.of("fault")


def test_of_very_many_locks_only_the_first_are_reported(collector: Collector) -> None:
    code = """
import multiprocessing, os
locks = [multiprocessing.get_context("fork").Lock() for _ in range(1100)]
"""
    outcome = run_as_plainly(collector, [sys.executable, "-c", code])
    assert len(outcome.of("lock")) == 1024


def test_an_event_is_copied_as_plainly(collector: Collector, interpreter: str) -> None:
    code = """
import copy, inspect, multiprocessing
from multiprocessing import synchronize
class Slotted(synchronize.Event):
    __slots__ = ("slot",)
context = multiprocessing.get_context("spawn")
for event in (context.Event(), Slotted(ctx=context)):
    event.mark = [1]
    if isinstance(event, Slotted):
        event.slot = [2]
    copied = copy.copy(event)
    print(type(copied), sorted(vars(copied)), copied.mark is event.mark)
    print(copied._cond is event._cond, getattr(copied, "slot", None))
barrier = context.Barrier(2)
print(copy.copy(barrier)._cond is barrier._cond)
"""
    run_as_plainly(collector, [interpreter, "-c", code])
