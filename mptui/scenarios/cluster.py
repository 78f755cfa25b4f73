"""The pool's exercise once more, on a cluster: squares of a row of numbers.

Dask deals out tasks like a Pool does, but its workers may run on other
machines: a scheduler, which all of them are connected to, says who does
what. Without an address the cluster is made here: a scheduler in this
process, and a process for each worker. With the address of a scheduler
that runs already, its workers do the work. map() gives a future for
each number; gather() waits for them, in the order of the numbers.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from typing import Any


def use_cpu(seconds: float) -> None:
    """Keep a core busy until this thread has used so much of it."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(1000))


def square(number: int, seconds: float) -> int:
    """One task."""
    use_cpu(seconds)
    return number * number


def main() -> None:
    """Connect to a cluster, give it the numbers, print the squares."""
    arguments = read_arguments()
    try:
        import dask  # noqa: PLC0415 - it may be missing
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError:
        sys.exit(f"Dask is not installed here: {sys.executable} -m pip install distributed")
    if arguments.address:
        compute_on(arguments.address, Client, arguments)
        return
    dask.config.set({"distributed.worker.multiprocessing-method": arguments.start_method})
    with LocalCluster(
        n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        compute_on(cluster, Client, arguments)


def compute_on(cluster: Any, client_class: Any, arguments: argparse.Namespace) -> None:
    """Let a cluster, or the one with this address, square the numbers."""
    try:
        client = client_class(cluster, timeout=10)
    except (OSError, ValueError) as error:
        sys.exit(f"no scheduler answers at {arguments.address}: {type(error).__name__}")
    with client:
        task = functools.partial(square, seconds=arguments.work)
        numbers = range(1, arguments.tasks + 1)
        squares = client.gather(client.map(task, numbers, key="square", pure=False))
    print(f"{squares}\n", end="", flush=True)


def read_arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=5, help="processes of a cluster made here")
    parser.add_argument("--tasks", type=int, default=10, help="numbers to square, from 1 on")
    parser.add_argument("--work", type=float, default=0.5, help="CPU seconds of each task")
    parser.add_argument("--address", default="", help="of a scheduler, as tcp://10.0.0.7:8786")
    parser.add_argument(
        "--start-method",
        choices=["spawn", "forkserver"],
        default="spawn",
        help="how processes are made",
    )
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
