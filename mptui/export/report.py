"""What a report says of a run, whatever its form: figures and texts in the order they are worth.

Its texts hold names from the program and are not safe to show.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.wording.attached import NOT_SEEN, WENT_ON
from mptui.wording.counts import counted
from mptui.wording.durations import precise_text, since_text
from mptui.wording.endings import ending_text
from mptui.wording.gaps import gap_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import TaskFinished
    from mptui.model import Run
    from mptui.model.tasks.function_times import FunctionTimes

FUNCTIONS_SHOWN: Final = 20
TASKS_SHOWN: Final = 20
STOPS: Final = {
    "user": "stopped by a person",
    "disconnect": "stopped when mptui was gone",
    "limit": "stopped at its limit",
    "leftovers": "what outlived it was stopped",
}


class FunctionFigures(NamedTuple):
    """The tasks of one function."""

    label: str
    tasks: int
    failed: int
    mean_seconds: float
    p50_seconds: float
    p95_seconds: float
    max_seconds: float
    total_seconds: float


class TaskLine(NamedTuple):
    """One task that stands out."""

    label: str
    item: str
    process: str
    seconds: float | None
    error: str


def title_of(run: Run) -> str:
    """What was run, in few words."""
    main = run.processes.get(0)
    if main is not None and main.name:
        return main.name
    return command_of(run) or "a run"


def command_of(run: Run) -> str:
    """What was run, in full."""
    return "" if run.started is None else " ".join(run.started.command)


def has_failed(run: Run) -> bool:
    """Whether the program ended otherwise than with exit code 0."""
    finished = run.finished
    if finished is None or (run.is_only_watched and finished.exitcode is finished.signal is None):
        return False
    return finished.signal is not None or finished.exitcode != 0


def status_of(run: Run) -> str:
    """How it ended, and after how long."""
    finished = run.finished
    if finished is None:
        return f"no end recorded; {since_text(run.now)} so far"
    if finished.goes_on:
        return f"{WENT_ON}, after {since_text(finished.seconds)}"
    ending = ending_text(finished.exitcode, finished.signal)
    status = f"{ending} after {since_text(finished.seconds)}"
    if finished.stopped is not None:
        status += f"; {STOPS.get(finished.stopped, f'stopped ({finished.stopped})')}"
    return status


def facts_of(run: Run) -> Iterator[tuple[str, str]]:
    """What else there is to say in one line each: what it is about, and that."""
    started = run.started
    if started is not None:
        yield "command", command_of(run)
        yield "folder", started.cwd
        cores = f"{run.usable_cores:g} of {counted(started.cpu_count, 'core')}"
        yield "machine", f"{started.host}, {cores}"
        yield "began", f"{_clock_text(started.started_at)} with mptui {started.mptui}"
    yield "processes", counted(run.process_count, "process", "processes")
    if run.tasks.finished_count:
        tasks = counted(run.tasks.finished_count, "task")
        yield "tasks", f"{tasks}, {run.tasks.failed_count} failed, {len(run.tasks.lost)} lost"
    yield "most memory", size_text(run.peak_rss_bytes) if run.peak_rss_bytes else "not measured"
    if run.is_attached:
        yield "output", NOT_SEEN
    else:
        yield "output", f"{counted(run.line_count, 'line')}, {size_text(run.byte_count)}"
    if run.dropped:
        gaps = (gap_text(what, count) for what, count in run.dropped.items())
        yield "gaps", ", ".join(gaps)


def _clock_text(started_at: str) -> str:
    """A moment as people write it; as it was told where it is none."""
    try:
        began = datetime.fromisoformat(started_at).astimezone(UTC)
    except (ValueError, OverflowError):
        return started_at
    return f"{began:%Y-%m-%d %H:%M:%S} UTC"


def function_figures(run: Run, most: int | None = FUNCTIONS_SHOWN) -> list[FunctionFigures]:
    """The functions that took longest in all, longest first."""
    functions = sorted(run.tasks.functions.values(), key=lambda one: -one.seconds_total)
    return [_figures(one) for one in functions[:most] if one.count]


def slowest_tasks(run: Run, most: int = TASKS_SHOWN) -> list[TaskLine]:
    """The slowest tasks that were recorded singly, slowest first."""
    return [_line(run, task) for task in run.tasks.slowest[:most]]


def failed_tasks(run: Run, most: int = TASKS_SHOWN) -> list[TaskLine]:
    """Tasks that failed and were recorded singly, the newest of them, the oldest of these first."""
    return [_line(run, task) for task in list(run.tasks.failed)[-most:]]


def lost_tasks(run: Run, most: int = TASKS_SHOWN) -> list[TaskLine]:
    """Tasks whose process ended while they ran."""
    return [
        TaskLine(
            lost.task.label,
            lost.task.item or "",
            process_name(run, lost.task.process),
            max(lost.lost_at - lost.task.started_at, 0.0),
            "its process ended",
        )
        for lost in run.tasks.lost[:most]
    ]


def failures_of(run: Run, most: int = TASKS_SHOWN) -> tuple[str, list[TaskLine]]:
    """A title that says how many tasks failed or were lost, and some of them."""
    failures = [*failed_tasks(run, most), *lost_tasks(run, most)]
    count = run.tasks.failed_count + len(run.tasks.lost)
    of_all = "" if count <= len(failures) else f", {len(failures)} of {counted(count, 'task')}"
    return f"Failures{of_all}", failures


def process_name(run: Run, process: int) -> str:
    """What a process is called, also when it ended long ago."""
    known = run.processes.get(process) or run.forgotten.get(process)
    return known.name if known is not None and known.name else f"process {process}"


def seconds_text(seconds: float | None) -> str:
    """How long a task took, in few characters; nothing where that is not known."""
    return "" if seconds is None else precise_text(seconds)


def _figures(function: FunctionTimes) -> FunctionFigures:
    return FunctionFigures(
        function.label if function.label is not None else "(not known which)",
        function.count,
        function.failed,
        function.seconds_total / function.count,
        function.percentile_seconds(0.5),
        function.percentile_seconds(0.95),
        function.seconds_max,
        function.seconds_total,
    )


def _line(run: Run, task: TaskFinished) -> TaskLine:
    name = process_name(run, task.process)
    return TaskLine(task.label, task.item or "", name, task.seconds, task.error or "")
