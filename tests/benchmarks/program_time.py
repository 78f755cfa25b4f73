"""How much longer a program takes under `mptui run --headless` than by itself.

The whole command pays for the start of mptui and of its supervisor once; what the program itself
takes is told by the recording, from its start to its end.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.commands import FOUR_WRITERS, LINE_COUNT, MPTUI, SCENARIOS
from tests.benchmarks.rounds import medians
from tests.benchmarks.table import milliseconds, print_table, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORKS = """
import os
for _ in range({count}):
    if os.fork() == 0:
        os._exit(0)
    os.wait()
"""
_TEN_PROCESSES = """
import multiprocessing, time
def work():
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
for _ in range(10):
    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join()
"""
_PROGRAMS = {
    "an interpreter's start": ("-c", "pass"),
    "one fork": ("-c", _FORKS.format(count=1)),
    "500 forks": ("-c", _FORKS.format(count=500)),
    "pool.py, ten tasks of 0.1 s": (str(SCENARIOS / "pool.py"), "--work=0.1"),
    "ten processes of 50 ms, in turn": ("-c", _TEN_PROCESSES),
    # mptui makes Python write line by line, as on a terminal; plainly a pipe gets blocks.
    "1,000,000 lines by four workers": ("-c", FOUR_WRITERS.format(by_line=False)),
    "the same, line by line plainly too": ("-c", FOUR_WRITERS.format(by_line=True)),
}
_HEADLESS = (*MPTUI, "run", "--headless", "--python", sys.executable)


def compare(environment: Mapping[str, str], rounds: int) -> None:
    """Print the table."""
    rows = []
    for name, program in _PROGRAMS.items():
        plain, ours = medians(
            {
                "plain": partial(_run_plain, (sys.executable, *program), environment),
                "ours": partial(_run_headless, (*_HEADLESS, *program), environment),
            },
            rounds,
        ).values()
        rows.append(
            (
                name,
                milliseconds(plain["command"]),
                milliseconds(ours["command"]),
                ratio(ours["command"], plain["command"]),
                ratio(ours["program"], plain["command"]),
            )
        )
    print_table(
        "Time of a program (standard output is a pipe)",
        ("plain python", "mptui run", "ratio", "program alone"),
        rows,
    )


def _run_plain(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    return {"command": _run(command, environment)}


def _run_headless(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    seconds = _run(command, environment)
    (recording,) = Path(environment["XDG_STATE_HOME"]).rglob("*.jsonl")
    with recording.open("rb") as file:
        file.seek(-min(4096, recording.stat().st_size), 2)
        *_, last = file
    recording.unlink()
    return {"command": seconds, "program": json.loads(last)["seconds"]}


def _run(command: Sequence[str], environment: Mapping[str, str]) -> float:
    begin = time.perf_counter()
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    seconds = time.perf_counter() - begin
    count = ran.stdout.count(b"\n")
    if "250_000" in command[-1] and count != LINE_COUNT:
        raise AssertionError(f"{count} lines came of {LINE_COUNT}")
    return seconds
