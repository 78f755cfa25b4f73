"""Segments of shared memory are reported by whoever makes them, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.probe.plain_runs import run_as_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector

SEGMENTS = """
import inspect, pickle
from multiprocessing import resource_tracker, shared_memory

def frame(size):
    return shared_memory.SharedMemory(create=True, size=size)

first = frame(4000)
again = shared_memory.SharedMemory(first.name)
numbers = shared_memory.ShareableList([1, 2, 3])
print(first.name == again.name, list(numbers))
try:
    shared_memory.SharedMemory("no such thing")
except FileNotFoundError:
    import traceback
    print("_mptui" in traceback.format_exc() or "<mptui" in traceback.format_exc())
again.close(); first.close(); first.unlink()
numbers.shm.close(); numbers.shm.unlink()
print(list(inspect.signature(resource_tracker.register).parameters))
"""


def test_what_is_made_is_reported_with_its_place_and_what_is_opened_is_not(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    outcome = collector.run([interpreter, program(SEGMENTS)])
    assert outcome.text() == "True [1, 2, 3]\nFalse\n['name', 'rtype']\n"
    assert not outcome.of("fault")
    made = outcome.of("segment")
    assert [record["place"] for record in made] == ["program.py:6", "program.py:10"]
    assert all(record["pid"] == outcome.pid for record in made)


def test_a_program_with_segments_prints_what_it_prints_without_mptui(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    run_as_plainly(collector, [some_interpreter, program(SEGMENTS)])
