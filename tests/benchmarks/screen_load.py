"""What the dashboard costs while nothing happens and while a scenario runs.

The processor share is that of mptui alone, without the program it shows.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks.commands import BARE_APP, MPTUI, SCENARIOS
from tests.benchmarks.rounds import medians
from tests.benchmarks.table import print_table
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WINDOW_SECONDS = 5.0
_OURS = ("--on-disconnect=stop", "--python", sys.executable)
_BUSY = (*MPTUI, "run", *_OURS, str(SCENARIOS / "workers.py"), "--tasks=80")
_CASES = {
    "bare Textual app, idle": (BARE_APP, "READY"),
    "gallery, idle": (MPTUI, "Enter"),
    "dashboard, four workers burning": (_BUSY, "Processing task ;  0"),
}


def compare(environment: Mapping[str, str], rounds: int) -> None:
    """Print the table."""
    measured = medians(
        {
            name: partial(_measure, command, shown, environment)
            for name, (command, shown) in _CASES.items()
        },
        rounds,
    )
    rows = [
        (
            name,
            f"{figures['screen']:.2f} %",
            f"{figures['supervisor']:.2f} %" if "idle" not in name else "-",
            f"{figures['sent']:,.0f} B/s",
        )
        for name, figures in measured.items()
    ]
    print_table(
        f"Load (120x40, over {_WINDOW_SECONDS:.0f} s, in percent of one core)",
        ("screen", "supervisor", "to terminal"),
        rows,
    )


def _measure(
    command: Sequence[str], shown: str, environment: Mapping[str, str]
) -> dict[str, float]:
    with Terminal(command, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for(shown)
        terminal.read_for(1.0)  # What a start leaves to do is not the rest.
        screen = psutil.Process(terminal.pid)
        supervisors = supervisors_of(screen)
        before = cpu_seconds(screen), sum(map(cpu_seconds, supervisors)), terminal.byte_count
        terminal.read_for(_WINDOW_SECONDS)
        after = cpu_seconds(screen), sum(map(cpu_seconds, supervisors)), terminal.byte_count
        rates = [(end - begin) / _WINDOW_SECONDS for begin, end in zip(before, after, strict=True)]
    psutil.wait_procs(supervisors)  # The terminal is gone, so they stop what they watch.
    return {"screen": 100 * rates[0], "supervisor": 100 * rates[1], "sent": rates[2]}


def is_supervisor(process: psutil.Process) -> bool:
    """Whether this is the supervisor that a dashboard started."""
    return "mptui.supervisor" in process.cmdline()


def supervisors_of(screen: psutil.Process) -> list[psutil.Process]:
    """What a dashboard started beside programs: readers of stacks, and the supervisors in them."""
    readers = [child for child in screen.children() if is_supervisor(child)]
    below = [child for reader in readers for child in reader.children()]
    return [*readers, *(child for child in below if is_supervisor(child))]


def cpu_seconds(process: psutil.Process) -> float:
    """What it has used of the cores since its start."""
    times = process.cpu_times()
    return float(times.user + times.system)
