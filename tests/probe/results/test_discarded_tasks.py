"""What a pool throws away when it is terminated is reported, with what terminates it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.probe.plain_runs import run_as_plainly
from tests.probe.queues.item_counts import queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome

HEAD = """
import multiprocessing, multiprocessing.pool, sys, threading, time

def work(number):
    if number == "wait":
        time.sleep(60)
    return number

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    Pool = context.Pool
"""
ENDINGS = {
    "with": """
    with Pool(2) as pool:
        for number in "wait", "wait", 3, 4:
            pool.apply_async(work, (number,))
""",
    "terminate": """
    pool = Pool(2)
    pool.map_async(work, ["wait", "wait", 3, 4], chunksize=1)
    pool.terminate()
""",
    "exit": """
    pool = Pool(2)
    pool.map_async(work, ["wait", "wait", 3, 4], chunksize=2)
""",
}
NOTHING_LEFT = """
    with Pool(2) as pool:
        print(pool.map(work, range(4)))
        for number in pool.imap_unordered(work, [1, "wait", "wait", 4]):
            print("first", number == 1 or number == 4)
            break
    with Pool(2) as pool:
        pool.apply_async(work, (1,))
        pool.close()
        pool.join()
    try:
        with Pool(2) as pool:
            pool.apply_async(work, ("wait",))
            raise ValueError
    except ValueError:
        print("failed")
"""


def discarded(outcome: Outcome) -> list[tuple[object, object, object]]:
    """What was thrown away: the name of the pool, how much, and by what."""
    named = queues(outcome)
    return [
        (named[record["queue"]]["name"], record["items"], record["how"])
        for record in outcome.of("discarded")
    ]


@pytest.mark.parametrize("how", ENDINGS)
def test_tasks_that_are_left(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, how: str
) -> None:
    path = program(HEAD + ENDINGS[how])
    outcome = run_as_plainly(collector, [some_interpreter, "-W", "ignore", path])
    assert discarded(outcome) == [("pool", 4, how)]
    assert outcome.of("discarded")[0]["asked"] == 0


def test_what_is_done_or_given_up_on_purpose_is_not_reported(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    outcome = run_as_plainly(collector, [some_interpreter, program(HEAD + NOTHING_LEFT)])
    assert discarded(outcome) == []
