"""Run the benchmarks: all of them, or those named on the command line."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    ended_processes,
    first_paint,
    program_time,
    screen_load,
    task_time,
)
from tests.benchmarks.commands import quiet_environment

_BENCHMARKS = {
    "ended": ended_processes.compare,
    "first-paint": first_paint.compare,
    "load": screen_load.compare,
    "program": program_time.compare,
    "tasks": task_time.compare,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*_BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5, help="of each (default: 5)")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("argument --rounds: must be 1 or more")
    sys.stdout.write(
        f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores, load "
        f"{os.getloadavg()[0]:.1f}; medians of {arguments.rounds} rounds, measured in turns\n"
    )
    for name in arguments.names or _BENCHMARKS:
        with tempfile.TemporaryDirectory() as state:
            _BENCHMARKS[name](quiet_environment(Path(state)), arguments.rounds)


if __name__ == "__main__":
    main()
