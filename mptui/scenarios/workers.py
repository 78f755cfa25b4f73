"""Four workers take tasks from one queue until nothing is left to do.

Whoever is free takes the next task, so no worker idles while there is
work, and a task is done once only. How does a worker know that it may
go home? After the last task the queue holds one None for each worker:
who takes one stops. join() then waits for all of them.

Whoever prints a line in pieces, as print("Processing task ; ", task)
does in a notebook, shares the terminal with all others, and the pieces
mix. Here each worker is read apart, so its lines are whole either way.
Run it with lines "in-pieces", then press u: that is what a terminal
would have shown.
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


def print_task(task: int, lines: str) -> None:
    """Print a line: at once, or each piece when it is ready."""
    pieces = ["Processing task ; ", " ", f"{task}", "\n"]
    if lines == "whole":
        # One write for text and line end: lines of two never mix.
        pieces = ["".join(pieces)]
    for piece in pieces:
        print(piece, end="", flush=True)
        if lines == "in-pieces":
            time.sleep(0.002)


def process_tasks(
    tasks: multiprocessing.Queue[int | None],
    work: float,
    lines: str,
) -> None:
    """What each worker runs: take, work, repeat; None means the end."""
    for task in iter(tasks.get, None):
        print_task(task, lines)
        use_cpu(work)


def main() -> None:
    """Start the workers, fill the queue, say when it ends, wait."""
    arguments = read_arguments()
    context = multiprocessing.get_context(arguments.start_method)
    tasks = context.Queue()
    given = (tasks, arguments.work, arguments.lines)
    workers = []
    for _ in range(arguments.workers):
        worker = context.Process(target=process_tasks, args=given)
        worker.start()
        workers.append(worker)
    for task in range(arguments.tasks):
        tasks.put(task)
    for _ in workers:
        tasks.put(None)
    for worker in workers:
        worker.join()


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=4, help="processes at the queue")
    parser.add_argument("--tasks", type=int, default=10, help="tasks in the queue")
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of each task")
    parser.add_argument("--lines", choices=["whole", "in-pieces"], default="whole")
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
