"""The gallery: scenarios, each an ordinary program with a pane of its own.

First seven exercises in which all goes well, then five programs that teach what goes wrong.

A scenario is run and read, never imported.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import mptui
from mptui.dashboard.session.pane_spec import PaneSpec
from mptui.dashboard.session.parameter import Parameter
from mptui.supervisor.request import RunRequest

SCENARIOS_FOLDER: Final = Path(mptui.__file__).parent / "scenarios"
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
LINES: Final = Parameter(
    name="lines",
    title="lines",
    meaning="how each is printed; in pieces they mix: u",
    default="whole",
    phrase="lines {}",
    choices=("whole", "in-pieces"),
)
PATIENCE: Final = Parameter(
    name="patience",
    title="patience",
    meaning="seconds until it gives up",
    default="6",
    phrase="gives up after {} s",
    minimum=0.1,
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
        parameters=(WORKERS, TASKS, WORK, LINES, START_METHOD),
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
    Scenario(
        name="cluster",
        file="cluster.py",
        title="cluster",
        summary="the pool's squares once more, on a cluster of Dask's",
        parameters=(
            replace(WORKERS, default="5", meaning="of a cluster made here"),
            TASKS,
            WORK,
            Parameter(
                name="address",
                title="address",
                meaning="of a scheduler; empty: a cluster made here",
                default="",
                phrase="by the workers of {}",
                phrase_without="on a cluster made here",
                is_text=True,
            ),
            replace(START_METHOD, default="spawn", choices=("spawn", "forkserver")),
        ),
    ),
    Scenario(
        name="killed_worker",
        file="killed_worker.py",
        title="killed",
        summary="a pool's worker is killed in the middle of a task",
        parameters=(WORKERS, replace(TASKS, default="8"), WORK, PATIENCE, START_METHOD),
    ),
    Scenario(
        name="slow_consumer",
        file="slow_consumer.py",
        title="slow consumer",
        summary="a queue that only grows, as it is filled faster than it is emptied",
        parameters=(
            replace(WORKERS, default="1", meaning="processes that consume", phrase="{} consumers"),
            replace(TASKS, default="400", meaning="items to produce", phrase="{} items"),
            replace(WORK, default="0.05", meaning="CPU seconds to consume one"),
            replace(
                TASKS,
                name="limit",
                title="limit",
                meaning="items the queue holds; empty: any number",
                default="",
                phrase="a limit of {}",
                phrase_without="no limit",
                maximum=30_000,
            ),
            START_METHOD,
        ),
    ),
    Scenario(
        name="deadlock",
        file="deadlock.py",
        title="deadlock",
        summary="two processes wait for each other, for ever",
        parameters=(
            replace(WORK, meaning="CPU seconds of a letter"),
            replace(PATIENCE, default="15"),
            START_METHOD,
        ),
    ),
    Scenario(
        name="crash_loop",
        file="crash_loop.py",
        title="crash loop",
        summary="a worker that ends with an error, is started again, ends again",
        parameters=(
            replace(TASKS, meaning="starts until it gives up", default="8", phrase="{} starts"),
            replace(WORK, default="0.3", meaning="CPU seconds until each one ends"),
            START_METHOD,
        ),
    ),
    Scenario(
        name="chunk_sizes",
        file="chunk_sizes.py",
        title="chunk sizes",
        summary="the same map with chunks of one item, of some, of all, measured",
        parameters=(
            replace(WORKERS, default=str(max(2, CORES))),
            replace(TASKS, default="50000", meaning="items to map", phrase="{} items"),
            replace(
                WORK,
                default="4",
                meaning="CPU seconds of all items together",
                phrase="{} s of work in all",
            ),
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
                left_on_purpose="stop",
                left_unwanted="stop",
            ),
            summary=scenario.summary,
            source=scenario.path,
            parameters=scenario.parameters,
        )
        for scenario in SCENARIOS
    )
