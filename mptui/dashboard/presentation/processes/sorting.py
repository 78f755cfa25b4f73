"""What the table of processes can be sorted by, and in which order that puts them.

A measure is asked for each process; one without it (an ended process uses no CPU) stands at the
end whichever way the others go. Equal ones stay in the order in which they were made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from mptui.dashboard.presentation.processes.names import process_name
from mptui.dashboard.presentation.words.tasks import doing_of
from mptui.model.findings.finding import SEVERITIES
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mptui.model import ProcessState, Run
    from mptui.model.findings import Severity

_DIGITS: Final = re.compile(r"([0-9]{1,18})")


class Measured(NamedTuple):
    """What processes are measured in."""

    run: Run
    now: float
    severities: Mapping[int, Severity] = {}
    """Of the worst that was found about each process."""


Measure: TypeAlias = "Callable[[Measured, ProcessState], Any]"
"""What a process is sorted by, of one type for all of them; None: it has no such thing."""


class Sorting(NamedTuple):
    """What a person wants the processes to be sorted by."""

    measure: Measure
    is_descending: bool


def sorted_processes(processes: Iterable[int], measured: Measured, sorting: Sorting) -> list[int]:
    """These processes in that order; equal ones as they stood, those without a measure last."""
    states = measured.run.processes
    having: list[tuple[Any, int]] = []
    lacking: list[int] = []
    for process in processes:
        value = sorting.measure(measured, states[process])
        if value is None:
            lacking.append(process)
        else:
            having.append((value, process))
    having.sort(key=lambda one: one[0], reverse=sorting.is_descending)
    return [process for _, process in having] + lacking


def natural(text: str) -> list[str | int]:
    """What to sort texts by, so that worker 2 comes before worker 10."""
    parts: list[str | int] = list(_DIGITS.split(text.casefold()))
    parts[1::2] = [int(digits) for digits in parts[1::2]]
    return parts


def by_marks(measured: Measured, state: ProcessState) -> tuple[int, int, bool] | None:
    """How bad the worst finding is, then failed tasks, then standard error."""
    severity = measured.severities.get(state.process)
    rank = len(SEVERITIES) - SEVERITIES.index(severity) if severity is not None else 0
    tasks = measured.run.tasks.of_process.get(state.process)
    marks = (rank, tasks.failed if tasks is not None else 0, state.wrote_stderr)
    return marks if any(marks) else None


def by_name(_measured: Measured, state: ProcessState) -> list[str | int]:
    """Its name, numbers in it as numbers."""
    return natural(process_name(state))


def by_wait(measured: Measured, state: ProcessState) -> float | None:
    """For how long it waits now."""
    wait = measured.run.waits.current.get(state.process)
    return None if wait is None else measured.now - wait.started_at


def by_waited(measured: Measured, state: ProcessState) -> float | None:
    """For how long it has waited in all."""
    return sum(measured.run.waits.total_seconds(state.process).values()) or None


def by_cpu(_measured: Measured, state: ProcessState) -> int | None:
    """What it uses of a core, as exact as it is shown: what looks equal keeps its place."""
    return round(state.sample.cpu_percent) if state.sample is not None else None


def by_ready(_measured: Measured, state: ProcessState) -> int | None:
    """How long it was ready but without a core."""
    return round(state.sample.ready_percent) if state.sample is not None else None


def by_memory(_measured: Measured, state: ProcessState) -> int | None:
    """What it occupies, or occupied at most."""
    size = state.sample.rss_bytes if state.sample is not None else state.peak_rss_bytes
    return size or None


def by_core(_measured: Measured, state: ProcessState) -> int | None:
    """The core it last ran on."""
    return state.sample.core if state.sample is not None else None


def by_time(measured: Measured, state: ProcessState) -> float:
    """How long it has been running, or ran."""
    ended_at = measured.now if state.ended_at is None else state.ended_at
    return ended_at - state.started_at


def by_pid(_measured: Measured, state: ProcessState) -> int:
    """Its number in the system."""
    return state.pid


def by_lines(_measured: Measured, state: ProcessState) -> int | None:
    """How many lines it printed."""
    return state.line_count or None


def by_threads(_measured: Measured, state: ProcessState) -> int | None:
    """How many threads it has."""
    return state.sample.threads if state.sample is not None else None


def by_tasks(measured: Measured, state: ProcessState) -> tuple[int, int] | None:
    """How many tasks it has done, then how many it runs."""
    doing = doing_of(measured.run, state.process)
    done = (doing.finished_count, len(doing.running))
    return done if any(done) else None


def by_gpu(measured: Measured, state: ProcessState) -> float | None:
    """How busy it keeps its GPUs."""
    return measured.run.gpus.busy_percent(state.process)


def by_gpu_memory(measured: Measured, state: ProcessState) -> int | None:
    """What it occupies on its GPUs."""
    return measured.run.gpus.memory_bytes(state.process)


def by_target(_measured: Measured, state: ProcessState) -> list[str | int] | None:
    """The function it began with."""
    return natural(safe_text(state.target)) if state.target else None
