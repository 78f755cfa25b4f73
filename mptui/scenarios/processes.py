"""Two processes at the same time: a square and a cube of one number.

A Process is another Python beside this one, with a memory of its own,
that runs one function. start() begins it and returns at once, so that
the two work together; join() waits for its end. Nobody decides which of
them prints first: run it a few times.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time

NUMBER = 123


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def print_square(number: int, work: float) -> None:
    """What the first process runs."""
    use_cpu(work)
    # One write for text and line end: lines of two never mix.
    print(f"square of {number} is {number**2}\n", end="", flush=True)


def print_cube(number: int, work: float) -> None:
    """What the second process runs."""
    use_cpu(work)
    print(f"cube of {number} is {number**3}\n", end="", flush=True)


def main() -> None:
    """Make two processes, start both, wait for both."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    given = (NUMBER, arguments.work)
    square = context.Process(target=print_square, args=given)
    cube = context.Process(target=print_cube, args=given)
    square.start()
    cube.start()
    square.join()
    cube.join()


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of each process")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
