"""Two processes that wait for each other, for ever: a deadlock.

To write a letter takes a pen and paper, and only one can have each. Ada
takes the pen first, Ben takes the paper first. Now each waits for what
the other one holds, and neither lets go. Nothing fails and nothing is
printed; no core is busy; join() would never return.

What helps: let everybody take the locks in the same order. Or take the
second one with a limit, acquire(timeout=...), and if it does not come
give the first one back.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from typing import Any


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def write_letter(first: Any, second: Any, both: Any, work: float) -> None:
    """What each process runs: take one lock, then the other."""
    with first:
        both.wait()  # So that it is no matter of luck: each has one.
        with second:
            use_cpu(work)
    name = multiprocessing.current_process().name
    say(f"{name} has written a letter.")


def say(line: str) -> None:
    """Print one line, whole and at once."""
    print(f"{line}\n", end="", flush=True)


def main() -> None:
    """Start both, wait for both, not for ever."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    pen = context.Lock()
    paper = context.Lock()
    both = context.Barrier(2)
    given = {"Ada": (pen, paper), "Ben": (paper, pen)}
    people = []
    for name, locks in given.items():
        person = context.Process(
            name=name,
            target=write_letter,
            args=(*locks, both, arguments.work),
        )
        person.start()
        people.append(person)

    deadline = time.monotonic() + arguments.patience
    for person in people:
        person.join(max(0, deadline - time.monotonic()))
    stuck = [person for person in people if person.is_alive()]
    if stuck:
        names = " and ".join(person.name for person in stuck)
        say(f"{names}: stuck for {arguments.patience:g} s, I end them.")
    for person in stuck:
        person.terminate()
        person.join()
    sys.exit(1 if stuck else 0)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of a letter")
    parser.add_argument("--patience", type=float, default=15, help="seconds to wait for both")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    if not 0 < arguments.patience <= 3600:
        parser.error("argument --patience: must be above 0, up to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
