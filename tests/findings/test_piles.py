"""Real programs in which something piles up, and near misses: a fixed set, a number that stays."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code

POOLS = """
import time
from multiprocessing import get_context
class Job:
    def __init__(self):
        self.pool = get_context("fork").Pool(2)
        self.pool.map(abs, range(10))
jobs = []
for _ in range(9):
    jobs.append(Job())
    time.sleep(0.5)
time.sleep(2)
"""
POOLS_IN_TURN = """
import time
from multiprocessing import get_context
pools = [get_context("fork").Pool(2) for _ in range(6)]
for number in range(18):
    pools[number % 6].map(abs, range(10))
    time.sleep(0.3)
for pool in pools:
    pool.close(); pool.join()
"""
MANAGERS = """
import time
from multiprocessing import Manager
kept = []
for _ in range(8):
    kept.append(Manager())
    time.sleep(0.5)
"""
SEGMENTS = """
import time
from multiprocessing import shared_memory
for _ in range(60):
    shared_memory.SharedMemory(create=True, size=10000).close()
    time.sleep(0.1)
"""
UNLINKED = """
import time
from multiprocessing import shared_memory
for _ in range(60):
    segments = [shared_memory.SharedMemory(create=True, size=10000) for _ in range(5)]
    time.sleep(0.1)
    for segment in segments:
        segment.close(); segment.unlink()
"""
PIPES = """
import time
from multiprocessing import Pipe
kept = []
for _ in range(100):
    kept.append([Pipe() for _ in range(3)])
    time.sleep(0.08)
"""
THREADS = """
import time
from concurrent.futures import ThreadPoolExecutor
kept = []
for _ in range(35):
    kept.append(ThreadPoolExecutor(2))
    kept[-1].submit(abs, 1); kept[-1].submit(abs, 2)
    time.sleep(0.2)
"""
ONE_EXECUTOR = """
import time
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(40) as executor:
    for _ in range(200):
        executor.submit(time.sleep, 0.3)
        time.sleep(0.03)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (POOLS, "pools-left-open"),
        (MANAGERS, "managers-left-open"),
        (SEGMENTS, "shared-memory-left"),
        (PIPES, "descriptors-rise"),
        (THREADS, "threads-rise"),
    ],
)
def test_what_piles_up_is_found(code: str, kind: str) -> None:
    with watching_code(code) as watched:
        assert watched.finds(kind).severity == "warning"
        watched.ends()
        # What held while the program lived is kept.
        assert watched.now()[kind].until is not None


@pytest.mark.slow
@pytest.mark.parametrize("code", [POOLS_IN_TURN, UNLINKED, ONE_EXECUTOR])
def test_what_does_not_pile_up_is_not_found(code: str) -> None:
    with watching_code(code) as watched:
        assert not [one for one in watched.ends().values() if one.severity != "note"]
