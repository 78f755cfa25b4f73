"""The gallery: six scenarios, each an ordinary program with a pane of its own.

A scenario is run and read, never imported.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mptui.dashboard.pane_spec import PaneSpec
from mptui.dashboard.parameter import Parameter
from mptui.supervisor.request import RunRequest

SCENARIOS_FOLDER: Final = Path(__file__).parents[1] / "scenarios"
CORES: Final = len(os.sched_getaffinity(0))
"""How many cores a program of ours may use."""

_START_METHODS: Final = tuple(multiprocessing.get_all_start_methods())
"""The one that Python takes by itself comes first."""

START_METHOD: Final = Parameter(
    name="start-method",
    title="start method",
    meaning="how a process is made",
    default=_START_METHODS[0],
    phrase="start method {}",
    choices=_START_METHODS,
)
WORKERS: Final = Parameter(
    name="workers",
    title="workers",
    meaning="processes",
    default="4",
    phrase="{} workers",
    minimum=1,
    maximum=500,
)
TASKS: Final = Parameter(
    name="tasks",
    title="tasks",
    meaning="for all of them together",
    default="10",
    phrase="{} tasks",
    minimum=1,
    maximum=1_000_000,
)
WORK: Final = Parameter(
    name="work",
    title="work",
    meaning="CPU seconds of each task",
    default="0.5",
    phrase="{} s each",
    minimum=0,
    maximum=3600,
    is_whole=False,
)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One exercise of the gallery."""

    name: str
    file: str
    title: str
    summary: str
    parameters: tuple[Parameter, ...]

    @property
    def path(self) -> Path:
        """Where the program lies."""
        return SCENARIOS_FOLDER / self.file


SCENARIOS: Final = (
    Scenario(
        name="processes",
        file="processes.py",
        title="processes",
        summary="two processes at the same time: a square and a cube",
        parameters=(
            replace(WORK, meaning="CPU seconds of each process", phrase="2 processes, {} s each"),
            START_METHOD,
        ),
    ),
    Scenario(
        name="pool",
        file="pool.py",
        title="pool",
        summary="a pool squares a row of numbers, first in first out",
        parameters=(replace(WORKERS, default="5"), TASKS, WORK, START_METHOD),
    ),
    Scenario(
        name="workers",
        file="workers.py",
        title="workers",
        summary="workers take tasks from one queue until it is empty",
        parameters=(WORKERS, TASKS, WORK, START_METHOD),
    ),
    Scenario(
        name="four_numbers",
        file="four_numbers.py",
        title="numbers",
        summary="four processes, and each prints a number of its own",
        parameters=(WORKERS, replace(WORK, meaning="CPU seconds of each process"), START_METHOD),
    ),
    Scenario(
        name="speedup",
        file="speedup.py",
        title="speedup",
        summary="the same work by one process, then by many, measured",
        parameters=(
            replace(WORKERS, default=str(CORES)),
            replace(
                TASKS,
                default="",
                meaning="empty: four for each worker",
                phrase_without="4 tasks each",
            ),
            replace(
                WORK,
                default="",
                meaning="CPU seconds of each task; empty: 4 in all",
                phrase_without="4 s in all",
            ),
            START_METHOD,
        ),
    ),
    Scenario(
        name="threads",
        file="threads.py",
        title="threads",
        summary="processes or threads: five differences, measured",
        parameters=(
            WORKERS,
            replace(TASKS, default="8"),
            replace(WORK, default="0.25", meaning="seconds of each task"),
            START_METHOD,
        ),
    ),
)


def gallery_panes(cwd: str | None = None) -> tuple[PaneSpec, ...]:
    """A pane for each scenario, in the order of their keys.

    Args:
        cwd: the folder to run them in; without one, the one mptui was started in.
    """
    folder = cwd if cwd is not None else str(Path.cwd())
    return tuple(
        PaneSpec(
            request=RunRequest(
                command=(sys.executable, str(scenario.path)),
                cwd=folder,
                name=scenario.title,
                scenario=scenario.name,
                on_disconnect="stop",
            ),
            summary=scenario.summary,
            source=scenario.path,
            parameters=scenario.parameters,
        )
        for scenario in SCENARIOS
    )
