"""Processes or threads? The five differences, measured side by side.

1. Processes use many cores. The threads of one Python share a lock (the
   GIL) and so use one. A free-threaded Python has none: there threads
   compute on many cores as well.
2. Many processes are many programs to the system; many threads are
   parts of the same one.
3. Both can be organised symmetrically, where all take tasks from one
   queue, or asymmetrically, where one hands out the tasks and each
   worker has a queue of its own.
4. Making a process takes longer than making a thread.
5. Each process has memory of its own, so nobody else sees what one
   changes. Threads share it.

The two last rows draw the conclusion: to compute faster takes
processes, to wait takes threads. Each is the middle one of three
measurements; where other programs need the cores as well, there is
nothing to measure, and it says so.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

SMALL_TASKS = [0] * 2000
MEASUREMENTS = 3
WIDTH = 50
is_changed = False


class Kind(NamedTuple):
    """What to make workers of, and the queue for talking to them."""

    worker: Any
    queue: Any


class Report(NamedTuple):
    """What one worker tells at its end."""

    process_id: int
    cpu_seconds: float
    sees_change: bool


class Result(NamedTuple):
    """What all workers of one kind did together."""

    seconds: float
    reports: list[Report]


def compute(rounds: int) -> int:
    """A task that needs a core: a fixed amount of computing."""
    total = 0
    for number in range(rounds):
        total += number & 3
    return total


def work_through(tasks: Any, do_task: Any, reports: Any) -> None:
    """What each worker runs, process or thread; None means the end."""
    reports.put("ready")
    begin = time.thread_time()
    for task in iter(tasks.get, None):
        do_task(task)
    used = time.thread_time() - begin
    reports.put(Report(os.getpid(), used, is_changed))


def run(
    kind: Kind,
    workers: int,
    do_task: Any,
    tasks: Any,
    *,
    is_symmetric: bool = True,
) -> Result:
    """Do the tasks; the clock runs once all workers are ready."""
    global is_changed
    shared, reports = kind.queue(), kind.queue()
    queues = [shared if is_symmetric else kind.queue() for _ in range(workers)]
    team = []
    for own in queues:
        given = (own, do_task, reports)
        team.append(kind.worker(target=work_through, args=given))
    for worker in team:
        worker.start()
    for _ in team:
        reports.get()
    is_changed = True  # The workers are there already: do they see it?
    begin = time.perf_counter()
    for number, task in enumerate(tasks):
        queues[number % workers].put(task)
    for own in queues:
        own.put(None)
    told = [reports.get() for _ in team]
    seconds = time.perf_counter() - begin
    for worker in team:
        worker.join()
    is_changed = False
    return Result(seconds, told)


def run_alone(do_task: Any, tasks: Any) -> float:
    """Seconds for the tasks one after the other, without a worker."""
    begin = time.perf_counter()
    for task in tasks:
        do_task(task)
    return time.perf_counter() - begin


def cores_used(result: Result) -> str:
    """CPU time for each second of wall time."""
    cpu_seconds = sum(report.cpu_seconds for report in result.reports)
    return f"{cpu_seconds / result.seconds:.2f}"


def process_ids(result: Result) -> int:
    """How many processes the workers are to the system."""
    return len({report.process_id for report in result.reports})


def symmetric_rate(kind: Kind, workers: int) -> str:
    """Small tasks done in a second when all take from one queue."""
    result = run(kind, workers, compute, SMALL_TASKS)
    return f"{len(SMALL_TASKS) / result.seconds:,.0f}"


def asymmetric_rate(kind: Kind, workers: int) -> str:
    """Small tasks done in a second when one hands them out."""
    result = run(kind, workers, compute, SMALL_TASKS, is_symmetric=False)
    return f"{len(SMALL_TASKS) / result.seconds:,.0f}"


def making_one(kind: Kind) -> str:
    """The time for making one worker and waiting for its end."""
    seconds = []
    for _ in range(11):
        begin = time.perf_counter()
        worker = kind.worker(target=int)
        worker.start()
        worker.join()
        seconds.append(time.perf_counter() - begin)
    return f"{1000 * statistics.median(seconds):.3f} ms"


def seeing_change(result: Result) -> str:
    """How many workers see that a global was changed by somebody else."""
    seeing = sum(report.sees_change for report in result.reports)
    return f"{seeing} of {len(result.reports)}"


def speedups(
    kinds: list[Kind],
    workers: int,
    do_task: Any,
    tasks: Any,
) -> list[float]:
    """How many times faster workers are than no workers, by kind."""
    measured: list[list[float]] = [[] for _ in kinds]
    for _ in range(MEASUREMENTS):
        alone = run_alone(do_task, tasks)
        for kind, figures in zip(kinds, measured):
            figures.append(alone / run(kind, workers, do_task, tasks).seconds)
    return [statistics.median(figures) for figures in measured]


def lock_of_threads() -> str:
    """Whether this Python has a GIL: one for each process."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)
    return "one" if has_gil() else "none"


def used_by_others() -> float:
    """CPU seconds that others have used on the cores of this program."""
    mine = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    ticks = 0
    for line in Path("/proc/stat").read_text("ascii").splitlines():
        name, *figures = line.split()
        if name in mine:
            user, nice, system, _, _, *interrupts = map(int, figures[:8])
            ticks += user + nice + system + sum(interrupts)
    return ticks / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])


def print_line(line: str) -> None:
    """Print one line, whole and at once."""
    print(f"{line:<{WIDTH}}\n", end="", flush=True)


def print_row(what: str, figures: Any) -> None:
    """Print one line of the table."""
    print_line("{:<26}{:>12}{:>12}".format(what, *figures))


def print_speedups(
    kinds: list[Kind],
    workers: int,
    computations: list[int],
    waits: list[float],
) -> None:
    """Print the two last rows, and why there is no figure."""
    cores = len(os.sched_getaffinity(0))
    before, begin = used_by_others(), time.perf_counter()
    figures = speedups(kinds, workers, compute, computations)
    seconds = time.perf_counter() - begin
    others = (used_by_others() - before) / seconds
    is_busy = others > max(0.2, 0.1 * cores)
    computing = ["busy" if is_busy else f"{one:.1f}x" for one in figures]
    print_row("  speedup of computing", computing)
    figures = speedups(kinds, workers, time.sleep, waits)
    print_row("  speedup of waiting", [f"{one:.1f}x" for one in figures])
    if is_busy:
        print_line(f"Busy: others used {others:.1f} of {cores} cores meanwhile, so")
        print_line("how fast many compute could not be measured.")


def main() -> None:
    """Measure everything with processes and with threads."""
    arguments = read_arguments()
    workers, work = arguments.workers, arguments.work
    context = multiprocessing.get_context(arguments.start_method)
    processes = Kind(context.Process, context.SimpleQueue)
    threads = Kind(threading.Thread, queue.SimpleQueue)
    kinds = [processes, threads]
    title = f"{workers} workers, {arguments.tasks} tasks"
    print_row(title, ["processes", "threads"])

    cores = len(os.sched_getaffinity(0))
    million = run_alone(compute, [1_000_000])
    tasks = [int(1_000_000 * work / million)] * arguments.tasks
    results = [run(kind, workers, compute, tasks) for kind in kinds]
    print_row(f"1 cores used, of {cores}", map(cores_used, results))
    print_row("  GIL in each process", [lock_of_threads()] * len(kinds))
    print_row("2 different process ids", map(process_ids, results))
    rates = [symmetric_rate(kind, workers) for kind in kinds]
    print_row("3 tasks/s, symmetric", rates)
    rates = [asymmetric_rate(kind, workers) for kind in kinds]
    print_row("  tasks/s, asymmetric", rates)
    print_row("4 making one", map(making_one, kinds))
    print_row("5 see a changed global", map(seeing_change, results))

    third = [rounds // MEASUREMENTS for rounds in tasks]
    waits = [work / MEASUREMENTS] * arguments.tasks
    print_speedups(kinds, workers, third, waits)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=4, help="processes, and threads")
    parser.add_argument("--tasks", type=int, default=8, help="tasks for all of them together")
    parser.add_argument("--work", type=float, default=0.25, help="seconds of each task")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if arguments.tasks < 1:
        parser.error("argument --tasks: must be 1 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
