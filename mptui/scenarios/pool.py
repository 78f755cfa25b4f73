"""A pool of processes squares a row of numbers: first in, first out.

A Pool keeps a few worker processes and deals out tasks to them; a
worker that is done takes the next one. map() is the loop over all
numbers, spread over the workers. It gives the results in the order of
the numbers, no matter which worker was the first to finish.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time

work_seconds = 0.0


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def start_worker(seconds: float) -> None:
    """What each worker does before its first task."""
    global work_seconds
    work_seconds = seconds


def square(number: int) -> int:
    """One task."""
    use_cpu(work_seconds)
    return number * number


def main() -> None:
    """Fill the pool, give it the numbers, print the squares."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    numbers = range(1, arguments.tasks + 1)
    pool = context.Pool(
        processes=arguments.workers,
        initializer=start_worker,
        initargs=(arguments.work,),
    )
    with pool:
        squares = pool.map(square, numbers)
        pool.close()  # No more tasks will come: the workers end...
        pool.join()  # ...and are waited for.
    print(f"{squares}\n", end="", flush=True)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=5, help="processes in the pool")
    parser.add_argument("--tasks", type=int, default=10, help="numbers to square, from 1 on")
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of each task")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if arguments.tasks < 0:
        parser.error("argument --tasks: must be 0 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
