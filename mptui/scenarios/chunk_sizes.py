"""How many items should a worker get at once? The same map three ways.

map() cuts what it is given into chunks and sends a worker one chunk at
a time. Chunks of one item: with tiny tasks the sending takes longer
than the work. One chunk for all: one worker does everything, the others
have nothing to do. In between lies what is good: a few chunks for each
worker, which is what map() takes by itself.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from typing import Any


def do_task(rounds: int) -> int:
    """One tiny task: an amount of computing that is the same for all."""
    total = 0
    for number in range(rounds):
        total += number & 3
    return total


def time_map(pool: Any, tasks: list[int], chunk_size: int) -> float:
    """Seconds that the pool needs for all tasks."""
    begin = time.perf_counter()
    pool.map(do_task, tasks, chunksize=chunk_size)
    return time.perf_counter() - begin


def measure_rounds_per_second() -> float:
    """How fast this machine computes: what gives a task its length."""
    rounds, best = 100_000, 0.0
    for _ in range(10):
        begin = time.process_time()
        do_task(rounds)
        best = max(best, rounds / (time.process_time() - begin))
    return best


def print_row(*cells: object) -> None:
    """Print one line of the table, whole and at once."""
    row = "{:>12}{:>10}{:>12}{:>12}".format(*cells)
    print(f"{row}\n", end="", flush=True)


def main() -> None:
    """Do the same work with chunks of three sizes, and compare."""
    arguments = read_arguments()
    workers, count = arguments.workers, arguments.tasks
    rounds = int(arguments.work / count * measure_rounds_per_second())
    tasks = [rounds] * count
    good = max(1, count // (4 * workers))
    context = multiprocessing.get_context(arguments.start_method)
    with context.Pool(workers) as pool:
        pool.map(do_task, [1] * workers, chunksize=1)  # All are there now.
        print_row("in a chunk", "chunks", "wall time", "tasks/s")
        for size in (1, good, count):
            seconds = time_map(pool, tasks, size)
            chunks = -(-count // size)
            print_row(size, chunks, f"{seconds:.3f} s", f"{count / seconds:,.0f}")
        pool.close()
        pool.join()


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, help="processes in the pool; default: cores")
    parser.add_argument("--tasks", type=int, default=50_000, help="items to map")
    parser.add_argument("--work", type=float, default=4, help="CPU seconds of all tasks together")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers is None:
        arguments.workers = max(2, cores)  # One alone would never idle.
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if arguments.tasks < 1:
        parser.error("argument --tasks: must be 1 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
