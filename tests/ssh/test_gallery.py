"""The gallery as somebody sees it who comes over SSH: real processes, from end to end."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.process_table import Mark, wait_until
from tests.terminal import Key, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ssh.sshd import Sshd

SIZES = [(80, 24), pytest.param((120, 40), marks=pytest.mark.slow)]
RUN_LIMIT_SECONDS = 60.0
WORKER = r"Fork(Pool|)(Process|Worker)-\d+"
BUSY_CORE = r"\b\d+ █+[^%│]* (\d\d|100)%"
ENDED_WORKER = r"(Fork|…)(Pool|)(Process|Worker)-\d+ +exit 0"
"""Its name is shortened where a finding stands before it."""
END = r" *[│▁-█]?\n"
"""The end of a whole line: nothing follows but the frame or the scroll bar."""
CORES = len(os.sched_getaffinity(0))
MEASURED = [count for count in (2, 3, 4, 8, 16, 32, 64) if count < CORES] + [CORES]
"""How many processes are measured beside one alone."""
LONG_WORK = "3"
"""Typed in place of what stands in the field of the work: two of the scenarios are over in a
moment, and on a busy machine a moment may pass between two looks at the cores."""


STEPS_TO_WORK = {"1": "", "4": Key.DOWN}
"""The keys that lead to the field of the work."""


class Shows:
    """True of a terminal that shows a pattern, so many different times."""

    def __init__(self, pattern: str, times: int = 1) -> None:
        self._pattern = re.compile(pattern)
        self._times = times

    def __call__(self, terminal: Terminal) -> bool:
        found = {match[0] for match in self._pattern.finditer(terminal.text)}
        return len(found) >= self._times

    def __repr__(self) -> str:
        return f"{self._times} times {self._pattern.pattern}"


@pytest.fixture(params=SIZES, ids=["80x24", "120x40"])
def gallery(
    request: pytest.FixtureRequest, sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """The gallery at the other end; when the test is over, nothing of it may be left."""
    mark = Mark(monkeypatch)
    environment = {
        "XDG_STATE_HOME": str(tmp_path),
        "MPTUI_TEST_MARK": os.environ["MPTUI_TEST_MARK"],
    }
    columns, rows = request.param
    command = sshd.command([sys.executable, "-m", "mptui"], environment)
    with Terminal(command, columns=columns, rows=rows) as terminal:
        terminal.wait_for("Enter run")
        yield terminal
    wait_until(lambda: not mark.pids(), "the end of every process")


def run(terminal: Terminal, key: str) -> None:
    """Bring a pane to the front and run what it holds."""
    terminal.send(key)
    terminal.wait_for("Enter runs it")
    terminal.send(Key.ENTER)


def work_is_selected(terminal: Terminal) -> bool:
    """Whether the field of the work has the keys: then what stands in it is marked."""
    for row, text in enumerate(terminal.rows):
        if (field := re.search(r"│ +work +([\d.]+) +CPU", text)) is not None:
            cell = terminal.cells.buffer[row][field.start(1)]
            return cell.reverse or cell.bg != "default"
    return False


def run_longer(terminal: Terminal, key: str, steps_to_work: str) -> None:
    """Bring a pane to the front and run what it holds with more work for each process."""
    terminal.send(key)
    terminal.wait_for("Enter runs it")
    terminal.send("p")
    terminal.wait_for("CPU seconds of each process")
    terminal.send(steps_to_work)
    # What is typed goes where the keys are at that moment, and they move a moment later.
    terminal.wait_for(work_is_selected)
    terminal.send(LONG_WORK)
    terminal.wait_for(Shows(rf"work +{LONG_WORK} +CPU"))
    terminal.send(Key.ENTER)


def quit_and_look(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_behind() == []


def test_number_keys_bring_each_scenario_to_the_front(gallery: Terminal) -> None:
    for key, first_words in {
        "2": "A pool of processes",
        "3": "Four workers take tasks",
        "4": "Four processes, and each prints",
        "5": "What multiprocessing is for",
        "6": "Processes or threads?",
        "1": "Two processes at the same time",
    }.items():
        gallery.send(key)
        gallery.wait_for(first_words)
    quit_and_look(gallery)


@pytest.mark.parametrize(
    ("key", "processes", "line", "times"),
    [
        pytest.param(
            "1",
            3,
            rf"{WORKER} +│ (square|cube) of 123 is \d+{END}",
            2,
            id="processes",
            marks=pytest.mark.slow,
        ),
        pytest.param("2", 6, r"  \[1, 4, 9, 16, ", 1, id="pool"),
        pytest.param("3", 5, rf"{WORKER} +│ Processing task ;  \d{END}", 8, id="workers"),
        pytest.param(
            "4", 5, rf"{WORKER} +│ [0-3]{END}", 4, id="four_numbers", marks=pytest.mark.slow
        ),
        pytest.param(
            "5",
            1 + sum(MEASURED),
            r"  \d+ +\d+\.\d{3} s +\d+\.\d\dx",
            2,
            id="speedup",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "6", 48, r"([1-5]| ) [a-z][a-z/, ]{11,} +\d", 4, id="threads", marks=pytest.mark.slow
        ),
    ],
)
def test_scenario_runs_before_ones_eyes(
    gallery: Terminal, key: str, processes: int, line: str, times: int
) -> None:
    if key in STEPS_TO_WORK:
        run_longer(gallery, key, STEPS_TO_WORK[key])
    else:
        run(gallery, key)
    gallery.wait_for(Shows(BUSY_CORE), RUN_LIMIT_SECONDS)
    gallery.wait_for("finished, exit 0", RUN_LIMIT_SECONDS)
    gallery.wait_for(Shows(line, times))
    gallery.wait_for(Shows(ENDED_WORKER, min(4, processes - 1)))
    assert f"{processes} processes" in gallery.text
    quit_and_look(gallery)


def test_scenario_is_stopped_when_the_connection_is_lost(gallery: Terminal) -> None:
    run(gallery, "3")
    gallery.wait_for(Shows(rf"{WORKER} +│ Processing task"))
