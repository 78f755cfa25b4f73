"""A producer that is faster than its consumers: the queue only grows.

A queue evens out moments in which one side is faster. It cannot mend a
lasting difference: what nobody takes stays in memory, and everything
arrives later and later. Here an item takes the consumers twice as long
as it takes the producer.

What helps: more consumers, or a queue with a limit. Run it again with a
limit of 20: put() then waits until there is room, and the producer goes
no faster than the consumers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time

TIMES_FASTER = 2


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def consume(
    items: multiprocessing.Queue[int | None],
    work: float,
) -> None:
    """What each consumer runs: take, work, repeat; None means the end."""
    for _ in iter(items.get, None):
        use_cpu(work)


def produce(
    items: multiprocessing.Queue[int | None],
    count: int,
    pause: float,
) -> None:
    """Put one item after the other, and tell once a second how it goes."""
    told_at = time.monotonic()
    for number in range(count):
        items.put(number)
        time.sleep(pause)
        if time.monotonic() - told_at >= 1:
            told_at += 1
            tell(number + 1, items.qsize())
    tell(count, items.qsize())


def tell(made: int, waiting: int) -> None:
    """Print one line, whole and at once."""
    line = f"made {made:5}   waiting {waiting:5}"
    print(f"{line}\n", end="", flush=True)


def main() -> None:
    """Start the consumers, produce, say when it ends, wait."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    items = context.Queue(arguments.limit)
    given = (items, arguments.work)
    consumers = []
    for _ in range(arguments.workers):
        consumer = context.Process(target=consume, args=given)
        consumer.start()
        consumers.append(consumer)
    pause = arguments.work / arguments.workers / TIMES_FASTER
    produce(items, arguments.tasks, pause)
    for _ in consumers:
        items.put(None)
    for consumer in consumers:
        consumer.join()


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=1, help="processes that consume")
    parser.add_argument("--tasks", type=int, default=400, help="items to produce")
    parser.add_argument("--work", type=float, default=0.05, help="CPU seconds to consume one")
    parser.add_argument("--limit", type=int, default=0, help="items the queue holds; 0: any number")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if arguments.tasks < 0:
        parser.error("argument --tasks: must be 0 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    if not 0 <= arguments.limit <= 30_000:
        parser.error("argument --limit: must be from 0 to 30000")
    return arguments


if __name__ == "__main__":
    main()
