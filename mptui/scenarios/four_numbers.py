"""Four processes, and each prints a number of its own.

All of them run the same function; what makes them differ is the
argument that each was given. They are started in order, yet the order
on the screen is up to the cores and to chance.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def print_number(number: int, work: float) -> None:
    """What each process runs."""
    use_cpu(work)
    # One write for text and line end: lines of two never mix.
    print(f"{number}\n", end="", flush=True)


def main() -> None:
    """Start one process for each number, then wait for all."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    processes = []
    for number in range(arguments.workers):
        given = (number, arguments.work)
        process = context.Process(target=print_number, args=given)
        process.start()
        processes.append(process)
    for process in processes:
        process.join()


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=4, help="processes to start")
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of each process")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("argument --workers: must be 1 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
