"""What multiprocessing is for: the same work by one process, then by many.

Speedup says how many times faster the many are. Efficiency is speedup
divided by the number of processes: 100 % would mean that nothing is
lost. Some is always lost: processes must be made, tasks and results
travel between them, and near the end some have nothing left to do. More
processes than cores do not help either, as then they only take turns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time

SECONDS_FOR_ONE_PROCESS = 4.0


def do_task(rounds: int) -> int:
    """One task: an amount of computing that is the same for all."""
    total = 0
    for number in range(rounds):
        total += number & 3
    return total


def time_one_process(tasks: list[int]) -> float:
    """Seconds that this process needs, one task after the other."""
    begin = time.perf_counter()
    for rounds in tasks:
        do_task(rounds)
    return time.perf_counter() - begin


def time_pool(
    workers: int,
    tasks: list[int],
    start_method: str | None,
) -> float:
    """Seconds that a pool needs, with the making of its processes."""
    context = multiprocessing.get_context(start_method)
    begin = time.perf_counter()
    with context.Pool(workers) as pool:
        pool.map(do_task, tasks, chunksize=1)
        pool.close()
        pool.join()
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
    row = "{:>9}{:>13}{:>11}{:>14}".format(*cells)
    print(f"{row}\n", end="", flush=True)


def main() -> None:
    """Measure one, measure many, compare."""
    arguments = read_arguments()
    workers = arguments.workers
    rounds = int(arguments.work * measure_rounds_per_second())
    tasks = [rounds] * arguments.tasks

    print_row("processes", "wall time", "speedup", "efficiency")
    alone = time_one_process(tasks)
    print_row(1, f"{alone:.3f} s", "1.00x", "100 %")
    together = time_pool(workers, tasks, arguments.start_method)
    speedup = alone / together
    efficiency = f"{100 * speedup / workers:.0f} %"
    print_row(workers, f"{together:.3f} s", f"{speedup:.2f}x", efficiency)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=cores, help="processes; default: cores")
    parser.add_argument("--tasks", type=int, help="default: four for each worker")
    parser.add_argument("--work", type=float, help="CPU seconds of each task; default: 4 in all")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if arguments.tasks is None:
        arguments.tasks = 4 * arguments.workers
    if arguments.tasks < 1:
        parser.error("argument --tasks: must be 1 or more")
    if arguments.work is None:
        arguments.work = SECONDS_FOR_ONE_PROCESS / arguments.tasks
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
