"""Real queues and pools whose work is out of balance, and real ones where it is not."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code, watching_scenario

pytestmark = pytest.mark.slow
"""Real programs that hang or fail take their time; the rules have their histories."""

LIMITED = """
import multiprocessing, time
def consume(lines):
    for line in iter(lines.get, None): time.sleep(0.02)
lines = multiprocessing.Queue(maxsize=60)
consumer = multiprocessing.Process(target=consume, args=(lines,))
consumer.start()
for number in range(400): lines.put(number)
lines.put(None)
consumer.join()
"""
TWO_TEAMS = """
import multiprocessing, time
def work(tasks, seconds):
    for task in iter(tasks.get, None): time.sleep(seconds)
def team(tasks, seconds):
    workers = [multiprocessing.Process(target=work, args=(tasks, seconds)) for _ in range(3)]
    for worker in workers: worker.start()
orders, errands = multiprocessing.Queue(), multiprocessing.Queue()
team(orders, 0)
team(errands, 0.4)
for number in range(45):
    orders.put(number)
    errands.put(number)
    time.sleep(0.15)
for _ in range(3):
    orders.put(None)
    errands.put(None)
"""
ONE_CHUNK = """
import multiprocessing, time
with multiprocessing.Pool(4) as pool:
    pool.map(abs, range(4), chunksize=1)
    pool.map(time.sleep, [0.1] * 400, chunksize=400)
"""
GOOD_CHUNKS = """
import multiprocessing, time
with multiprocessing.Pool(4) as pool:
    pool.map(abs, range(200_000))
    pool.map(time.sleep, [0.01] * 400)
    pool.close(); pool.join()
"""
ONE_PART_TOO_LARGE = """
import multiprocessing, time
def work(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
team = [multiprocessing.Process(target=work, args=(s,)) for s in (14, 2, 1.5, 1)]
for worker in team: worker.start()
for worker in team: worker.join()
"""


def test_a_queue_without_a_limit_grows_and_one_with_a_limit_does_not() -> None:
    with (
        watching_code(LIMITED) as limited,
        watching_scenario("slow_consumer", "--tasks=4000") as unlimited,
    ):
        finding = unlimited.finds("queue-grows")
        assert finding.headline.startswith("Queue items only grows: ")
        assert limited.ends() == {}


def test_the_team_with_too_little_to_do_starves_and_the_other_one_does_not() -> None:
    with watching_code(TWO_TEAMS) as watched:
        assert set(watched.ends()) == {"workers-starve"}
        (finding,) = watched.now().values()
    assert finding.headline == "Too little to do for the 3 workers of queue orders"


def test_chunks_of_one_are_told() -> None:
    with watching_scenario("chunk_sizes", "--workers=2", "--tasks=40000", "--work=2") as watched:
        finding = watched.finds("chunks-too-small")
    assert "do_task are sent one by one" in finding.headline


def test_one_chunk_for_all_is_told() -> None:
    with watching_code(ONE_CHUNK) as watched:
        finding = watched.finds("chunks-too-large")
        assert set(watched.now()) == {"chunks-too-large"}
    assert "has 400 items of time.sleep in one chunk" in finding.headline
    assert "3 of 4 workers had nothing to do" in finding.evidence


def test_chunks_that_the_pool_chooses_are_good() -> None:
    with watching_code(GOOD_CHUNKS) as watched:
        assert watched.ends() == {}


@pytest.mark.slow
def test_one_process_with_most_of_the_work_is_told() -> None:
    with watching_code(ONE_PART_TOO_LARGE) as watched:
        found = watched.ends()
    assert set(found) == {"one-worker-busier"}


HEALTHY = ["processes", "pool", "workers", "four_numbers", "speedup", "threads"]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_scenario_raises_nothing(name: str) -> None:
    with watching_scenario(name, "--work=0.05") as watched:
        assert watched.ends() == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_scenario_as_it_comes_raises_nothing(name: str) -> None:
    with watching_scenario(name) as watched:
        assert watched.ends() == {}
