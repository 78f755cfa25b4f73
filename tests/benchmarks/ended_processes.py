"""What the dashboard and the supervisor cost after many processes have ended.

A program makes so many short processes, then goes on as a pool that recycles its workers does: two
that work, and some that start and end each second. What is gone must not be paid for: the shares
are the same however many ended before.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks.commands import MPTUI
from tests.benchmarks.screen_load import cpu_seconds, supervisors_of
from tests.benchmarks.table import print_table
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDED = (0, 2_000, 20_000)
_WINDOW_SECONDS = 8.0
_FORKING_SECONDS = 300.0
_MEGABYTE = 1e6
_PROGRAM = """
import multiprocessing, os, sys, time
context = multiprocessing.get_context("fork")
def nothing():
    pass
def start(target):
    process = context.Process(target=target)
    process.start()
    return process
for _ in range({count} // 20):
    for process in [start(nothing) for _ in range(20)]:
        process.join()
print("all", "ended", flush=True)
while True:
    started = time.monotonic()
    start(nothing).join()
    time.sleep(max(0.0, started + 1 / 15 - time.monotonic()))
"""
_OURS = ("--on-disconnect=stop", "--python", sys.executable)


def compare(environment: Mapping[str, str], _: int) -> None:
    """Print the table. Once is enough: what is looked for are factors, and it takes minutes."""
    measured = {count: _measure(count, environment) for count in _ENDED}
    rows = [
        (
            f"{count:,} ended",
            f"{figures['screen']:.2f} %",
            f"{figures['supervisor']:.2f} %",
            f"{figures['screen_bytes'] / _MEGABYTE:.0f} MB",
            f"{figures['supervisor_bytes'] / _MEGABYTE:.0f} MB",
        )
        for count, figures in measured.items()
    ]
    print_table(
        f"15 processes end a second, after so many (120x40, over {_WINDOW_SECONDS:.0f} s)",
        ("screen", "supervisor", "its memory", "its memory"),
        rows,
    )


def _measure(count: int, environment: Mapping[str, str]) -> dict[str, float]:
    command = (*MPTUI, "run", *_OURS, "-c", _PROGRAM.format(count=count))
    with Terminal(command, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for("all ended", limit_seconds=_FORKING_SECONDS)
        terminal.read_for(2.0)  # What came thick is folded by then.
        screen = psutil.Process(terminal.pid)
        supervisors = supervisors_of(screen)
        before = cpu_seconds(screen), sum(map(cpu_seconds, supervisors))
        terminal.read_for(_WINDOW_SECONDS)
        after = cpu_seconds(screen), sum(map(cpu_seconds, supervisors))
        used = [(end - begin) / _WINDOW_SECONDS for begin, end in zip(before, after, strict=True)]
        figures = {
            "screen": 100 * used[0],
            "supervisor": 100 * used[1],
            "screen_bytes": float(screen.memory_info().rss),
            "supervisor_bytes": max(float(one.memory_info().rss) for one in supervisors),
        }
    psutil.wait_procs(supervisors)  # The terminal is gone, so it stops what it watches.
    return figures
