"""A worker of a pool is killed in the middle of a task, and nobody says so.

The system kills a process that takes too much memory, or one that
crashes in a library written in C. The pool notices that a worker is
gone and starts another. But the task that the dead one had is lost: its
result never comes, so map() would wait for ever, without a word.

This program asks for its results one by one and loses patience when
none comes any more. An executor (concurrent.futures) notices by itself:
it raises BrokenProcessPool.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time

work_seconds = 0.0
fatal_number = 0


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def start_worker(seconds: float, fatal: int) -> None:
    """What each worker does before its first task."""
    global work_seconds, fatal_number
    work_seconds, fatal_number = seconds, fatal


def square(number: int) -> int:
    """One task; there is a number that no worker survives."""
    use_cpu(work_seconds / 2)
    if number == fatal_number:
        # So does the system end a process when there is no memory left.
        os.kill(os.getpid(), signal.SIGKILL)
    use_cpu(work_seconds / 2)
    return number * number


def main() -> None:
    """Give the numbers to a pool, wait for the squares, not for ever."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    numbers = range(1, arguments.tasks + 1)
    pool = context.Pool(
        processes=arguments.workers,
        initializer=start_worker,
        initargs=(arguments.work, min(3, arguments.tasks)),
    )
    squares: list[int] = []
    with pool:  # At its end the pool ends its workers.
        results = pool.imap_unordered(square, numbers)
        try:
            while len(squares) < len(numbers):
                squares.append(results.next(timeout=arguments.patience))
        except multiprocessing.TimeoutError:
            say(f"{len(squares)} of {len(numbers)} results came.")
            say(f"Then none for {arguments.patience:g} s: I give up.")
            sys.exit(1)
    say(f"{sorted(squares)}")


def say(line: str) -> None:
    """Print one line, whole and at once."""
    print(f"{line}\n", end="", flush=True)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=4, help="processes in the pool")
    parser.add_argument("--tasks", type=int, default=8, help="numbers to square, from 1 on")
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of each task")
    parser.add_argument("--patience", type=float, default=6, help="seconds to wait for a result")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if arguments.tasks < 1:
        parser.error("argument --tasks: must be 1 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    if not 0 < arguments.patience <= 3600:
        parser.error("argument --patience: must be above 0, up to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
