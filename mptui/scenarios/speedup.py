"""What multiprocessing is for: the same work by one process, then by more.

Speedup says how many times faster the many are. Efficiency is speedup
divided by the number of processes: 100 % would mean that nothing is
lost. Some is always lost: processes must be made, tasks and results
travel between them, and near the end some have nothing left to do. More
processes than cores do not help either, as then they only take turns.

The curve below the table: # is the speedup, dots lead to what it would
be if nothing were lost.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from pathlib import Path

SECONDS_FOR_ONE_PROCESS = 4.0
WIDTH = 47
CURVE_WIDTH = 30


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


def counts_up_to(workers: int) -> list[int]:
    """How many processes to measure: each number up to 4, then doubled."""
    counts = [1, 2, 3, 4]
    while counts[-1] < workers:
        counts.append(2 * counts[-1])
    return [count for count in counts if count < workers] + [workers]


def busy_seconds() -> float:
    """CPU seconds that everybody has used on the cores of this program."""
    mine = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    ticks = 0
    for line in Path("/proc/stat").read_text("ascii").splitlines():
        name, *figures = line.split()
        if name in mine:
            user, nice, system, _, _, *interrupts = map(int, figures[:8])
            ticks += user + nice + system + sum(interrupts)
    return ticks / os.sysconf("SC_CLK_TCK")


def print_line(line: str) -> None:
    """Print one line, whole and at once."""
    print(f"{line:<{WIDTH}}\n", end="", flush=True)


def print_row(*cells: object) -> None:
    """Print one line of the table."""
    print_line("{:>9}{:>13}{:>11}{:>14}".format(*cells))


def print_curve(speedups: dict[int, float]) -> None:
    """Print a line for each number of processes, as long as the speedup."""
    scale = CURVE_WIDTH / max(*speedups, *speedups.values())
    for count, speedup in speedups.items():
        reached = "#" * max(1, round(scale * speedup))
        bar = reached.ljust(round(scale * count), ".")
        print_line(f"{count:>9} {bar} {speedup:.2f}x")


def main() -> None:
    """Measure one, measure more and more, compare."""
    arguments = read_arguments()
    rounds = int(arguments.work * measure_rounds_per_second())
    tasks = [rounds] * arguments.tasks
    used_before = busy_seconds() - sum(os.times()[:4])
    begin = time.perf_counter()

    print_row("processes", "wall time", "speedup", "efficiency")
    alone = time_one_process(tasks)
    speedups = {1: 1.0}
    print_row(1, f"{alone:.3f} s", "1.00x", "100 %")
    for count in counts_up_to(arguments.workers)[1:]:
        together = time_pool(count, tasks, arguments.start_method)
        speedup = speedups[count] = alone / together
        efficiency = f"{100 * speedup / count:.0f} %"
        print_row(count, f"{together:.3f} s", f"{speedup:.2f}x", efficiency)
    print_curve(speedups)

    used_by_others = busy_seconds() - sum(os.times()[:4]) - used_before
    others = used_by_others / (time.perf_counter() - begin)
    cores = len(os.sched_getaffinity(0))
    if others > max(0.2, 0.1 * cores):
        print_line(f"Busy: others used {others:.1f} of {cores} cores. Run it again")
        print_line("when it is quiet: no figure above is fair.")


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
