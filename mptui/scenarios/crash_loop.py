"""A worker that ends with an error, is started again, ends again.

Starting a worker anew helps when it met with bad luck. It does not when
the reason is still there, as a missing file or a wrong setting is: then
the program looks busy, one process after the other comes and goes, and
nothing gets done. So whoever starts workers again should count, wait a
little longer each time, and at last give up.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 0.8


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this process has used so much of it."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def serve(work: float) -> None:
    """What the worker runs; what it needs is not there."""
    use_cpu(work)
    # With a message, and exit code 1.
    sys.exit("I need settings.ini: no such file")


def main() -> None:
    """Start the worker until it ends well, but not for ever."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    pause = SHORTEST_PAUSE
    for attempt in range(1, arguments.tasks + 1):
        worker = context.Process(target=serve, args=(arguments.work,))
        worker.start()
        worker.join()
        if worker.exitcode == 0:
            say(f"start {attempt}: went well")
            return
        say(f"start {attempt}: exit code {worker.exitcode}")
        if attempt < arguments.tasks:
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    say(f"{arguments.tasks} starts in vain: I give up.")
    sys.exit(1)


def say(line: str) -> None:
    """Print one line, whole and at once."""
    print(f"{line}\n", end="", flush=True)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=8, help="starts until it gives up")
    parser.add_argument("--work", type=float, default=0.3, help="CPU seconds until each one ends")
    parser.add_argument("--start-method", choices=multiprocessing.get_all_start_methods())
    arguments = parser.parse_args()
    if arguments.tasks < 1:
        parser.error("argument --tasks: must be 1 or more")
    if not 0 <= arguments.work <= 3600:
        parser.error("argument --work: must be from 0 to 3600 seconds")
    return arguments


if __name__ == "__main__":
    main()
