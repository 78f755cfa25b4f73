"""How long a million lines of four workers take to come out, and what that is compared with.

Line by line, as on a terminal, is how mptui has a program write; so the terminal in its place is a
pseudo-terminal that somebody reads, and a pipe is one that somebody reads line by line written too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.commands import FOUR_WRITERS, LINE_COUNT, MPTUI
from tests.benchmarks.goals import Goal
from tests.benchmarks.peers import NOT_AT_HAND, PARALLEL, is_at_hand
from tests.benchmarks.rounds import medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_LINES: Final = FOUR_WRITERS.format(by_line=False)
_ONE_WRITER: Final = "for number in range(250_000): print({}, number)"
_OURS: Final = (*MPTUI, "run", "--python", sys.executable)
_PLAIN: Final = (sys.executable, "-c", _LINES)


def goals(environment: Mapping[str, str], rounds: int) -> Iterator[Goal]:
    """The rows of the table."""
    measured = medians(
        {
            name: partial(_timed, measure)
            for name, measure in {
                "headless": partial(_through_pipe, (*_OURS, "--headless", "-c", _LINES)),
                "json": partial(_through_pipe, (*_OURS, "--json", "-c", _LINES)),
                "terminal": partial(_through_terminal, _PLAIN),
                "pipe": partial(_through_pipe, _PLAIN),
                "by line": partial(_through_pipe, (sys.executable, "-u", "-c", _LINES)),
                **(
                    {"parallel": partial(_through_pipe, _parallel())}
                    if is_at_hand(PARALLEL)
                    else {}
                ),
            }.items()
            for measure in (partial(measure, environment=environment),)
        },
        rounds,
    )
    seconds = {name: figures["seconds"] for name, figures in measured.items()}
    parallel = (
        f"GNU parallel {seconds['parallel']:.2f} s"
        if "parallel" in seconds
        else f"GNU parallel {NOT_AT_HAND}"
    )
    peers = (
        f"a terminal {seconds['terminal']:.2f}, a pipe line by line {seconds['by line']:.2f}, "
        f"in blocks {seconds['pipe']:.2f} s, {parallel}"
    )
    for way in ("headless", "json"):
        yield Goal(
            f"1 M lines of 4 workers, {way}",
            f"{seconds[way]:.2f} s",
            peers if way == "headless" else "",
            "1.15x of the terminal",
            seconds[way] / seconds["terminal"],
        )


def _parallel() -> Sequence[str]:
    writers = [f"{sys.executable} -c '{_ONE_WRITER.format(number)}'" for number in range(4)]
    return (*PARALLEL, ":::", *writers)


def _timed(measure: Callable[[], int]) -> dict[str, float]:
    begin = time.perf_counter()
    count = measure()
    seconds = time.perf_counter() - begin
    if count < LINE_COUNT:
        raise AssertionError(f"{count} lines came of {LINE_COUNT}")
    return {"seconds": seconds}


def _through_pipe(command: Sequence[str], environment: Mapping[str, str]) -> int:
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    for recording in Path(environment["XDG_STATE_HOME"]).rglob("*.jsonl"):
        recording.unlink()
    if "--json" in command:
        return ran.stdout.count(b"\\n")
    return ran.stdout.count(b"\n")


def _through_terminal(command: Sequence[str], environment: Mapping[str, str]) -> int:
    descriptor, slave = os.openpty()
    writer = subprocess.Popen(command, stdout=slave, env=environment)
    os.close(slave)
    count = 0
    while True:
        try:
            count += os.read(descriptor, 65536).count(b"\n")
        except OSError:  # Everybody who could write has closed it.
            break
    os.close(descriptor)
    writer.wait()
    return count
