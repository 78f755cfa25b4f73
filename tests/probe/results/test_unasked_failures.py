"""Failures that nobody asks for are reported; those that the program learns of are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.probe.plain_runs import run_as_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome

HEAD = """
import asyncio, concurrent.futures, gc, multiprocessing, multiprocessing.pool, sys, time, weakref
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

def fetch(number):
    if number % 2:
        raise ValueError(f"page {number}")
    return number

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
"""
NOBODY_ASKS = """
    with ThreadPoolExecutor(2) as threads:
        for number in range(8):
            threads.submit(fetch, number)
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        executor.map(fetch, range(8), chunksize=1)
    kept = []
    with context.Pool(2) as pool:
        for number in range(8):
            kept.append(pool.apply_async(fetch, (number,)))
        pool.map_async(fetch, [0, 1, 2], chunksize=1).wait()
        pool.close()
        pool.join()
    with multiprocessing.pool.ThreadPool(2) as pool:
        pool.apply_async(fetch, (1,)).wait()
"""
SOMEBODY_ASKS = """
    def ignore(error):
        pass

    def attempt(ask):
        try:
            ask()
        except ValueError:
            pass

    async def gather(threads):
        loop = asyncio.get_running_loop()
        calls = [loop.run_in_executor(threads, fetch, number) for number in range(4)]
        print(await asyncio.gather(*calls, return_exceptions=True))

    for kind in ThreadPoolExecutor, ProcessPoolExecutor:
        with kind(2) as executor:
            for future in [executor.submit(fetch, number) for number in range(4)]:
                attempt(future.result)
            futures = [executor.submit(fetch, number) for number in range(4)]
            print([future.exception() for future in futures])
            executor.submit(fetch, 1).add_done_callback(ignore)
            attempt(lambda: list(executor.map(fetch, [0, 1])))
            asyncio.run(gather(executor))
    with multiprocessing.Manager() as manager, manager.Pool(1) as pool:
        print(pool.apply_async(fetch, (2,)).get())
        attempt(pool.apply_async(fetch, (1,)).get)
    with context.Pool(2) as pool:
        for result in [pool.apply_async(fetch, (number,)) for number in range(4)]:
            attempt(result.get)
        pool.apply_async(fetch, (1,), error_callback=ignore).wait()
        attempt(lambda: pool.map(fetch, range(4)))
        attempt(lambda: list(pool.imap(fetch, range(4))))
        result = pool.map_async(fetch, range(3))
        result.wait()
        print(result.successful())
"""
COLLECTED = """
    executor = ThreadPoolExecutor(1)
    future = executor.submit(fetch, 1)
    concurrent.futures.wait([future])
    executor.shutdown()
    gone = weakref.ref(future)
    del future
    gc.collect()
    print(gone())
    print("method", concurrent.futures.Future.exception.__name__)
"""


def unasked(outcome: Outcome) -> dict[tuple[object, object], int]:
    """The highest count of each kind of failure, by the executor and the function."""
    found: dict[tuple[object, object], int] = {}
    for record in outcome.of("unasked"):
        if not record["asked"]:
            key = (record["by"], record.get("label"))
            found[key] = max(found.get(key, 0), record["count"])
            assert record["error"].startswith("ValueError: page ")
    return found


def test_failures_that_nobody_asks_for(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    outcome = run_as_plainly(collector, [interpreter, program(HEAD + NOBODY_ASKS)])
    assert unasked(outcome) == {
        ("threads", "fetch"): 4,
        ("executor", "fetch"): 4,
        ("pool", None): 4 + 1 + 1,
    }


def test_failures_that_the_program_learns_of(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    outcome = run_as_plainly(collector, [interpreter, program(HEAD + SOMEBODY_ASKS)])
    assert unasked(outcome) == {}


def test_nothing_keeps_a_future_that_failed(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    outcome = run_as_plainly(collector, [interpreter, program(HEAD + COLLECTED)])
    assert outcome.text() == "None\nmethod exception\n"
    assert unasked(outcome) == {("threads", "fetch"): 1}
