"""Run the benchmarks: all of them, or those named on the command line."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import (
    ended_processes,
    first_paint,
    flood,
    key_time,
    program_time,
    screen_load,
    task_time,
)
from tests.benchmarks.commands import quiet_environment
from tests.benchmarks.goals import print_goals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.benchmarks.goals import Goal

_GOALS = {
    "paint": first_paint.goals,
    "load": screen_load.goals,
    "keys": key_time.goals,
    "flood": flood.goals,
}
"""Rows of one table: what mptui costs, what a peer does, and what is wanted."""
_TABLES = {
    "tasks": task_time.compare,
    "program": program_time.compare,
    "ended": ended_processes.compare,
}


def main() -> None:
    """Measure and print; nothing fails for being slow."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    known = [*_GOALS, *_TABLES]
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5, help="of each (default: 5)")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("argument --rounds: must be 1 or more")
    sys.stdout.write(
        f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores, load "
        f"{os.getloadavg()[0]:.1f}; medians of {arguments.rounds} rounds, measured in turns\n"
    )
    names = arguments.names or known
    with tempfile.TemporaryDirectory() as state:
        environment = quiet_environment(Path(state))
        rows = chain.from_iterable(
            _GOALS[name](environment, arguments.rounds) for name in names if name in _GOALS
        )
        print_goals(_announced(rows))
    for name in names:
        if name in _TABLES:
            with tempfile.TemporaryDirectory() as state:
                _TABLES[name](quiet_environment(Path(state)), arguments.rounds)


def _announced(rows: Iterable[Goal]) -> Iterator[Goal]:
    """The same rows; each is named on standard error as it is measured, since it takes minutes."""
    for row in rows:
        sys.stderr.write(f"measured: {row.what}\n")
        yield row


if __name__ == "__main__":
    main()
