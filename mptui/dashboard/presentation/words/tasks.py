"""What a process or a thread works on now, and how a task is called, in the room there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.text.shortening import shortened
from mptui.terminal_text import safe_text
from mptui.wording.counts import count_text, counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import TaskFinished, TaskStarted, WaitStarted
    from mptui.model import Run

_NAME_CHARACTERS: Final = 120
_ITEM_CHARACTERS: Final = 60
UNKNOWN_FUNCTION: Final = "(unknown)"


class Doing(NamedTuple):
    """What a process, or one of its threads, does now; two equal ones say the same."""

    wait: WaitStarted | None = None
    running: tuple[TaskStarted, ...] = ()
    finished_count: int = 0


def doing_of(run: Run, process: int) -> Doing:
    """What this process does now, in all its threads."""
    tasks = run.tasks.of_process.get(process)
    return Doing(
        run.waits.current.get(process) or run.waits.habit(process),
        tuple(run.tasks.running_in(process)),
        tasks.count if tasks is not None else 0,
    )


def doing_in_thread(run: Run, process: int, thread: int) -> Doing:
    """What this thread of it does."""
    running = run.tasks.running_task(process, thread)
    return Doing(running=(running,) if running is not None else ())


def has_tasks(run: Run) -> bool:
    """Whether any task was seen so far."""
    return run.tasks.finished_count > 0 or bool(run.tasks.running_count or run.tasks.lost)


def function_text(task: str | None) -> str:
    """The name of a function, safe to show."""
    return UNKNOWN_FUNCTION if task is None else safe_text(task, _NAME_CHARACTERS)


def call_text(task: TaskStarted | TaskFinished) -> str:
    """A task by its function and what it is about: ``square(7)``, or ``8 x square`` for a chunk."""
    return _call(task, function_text(task.label))


def call_within(task: TaskStarted | TaskFinished, width: int, glyphs: Glyphs) -> str:
    """The same in at most so many cells: first the module is left out, then the middle."""
    full = call_text(task)
    return full if cell_len(full) <= width else shortened(_short_call(task), width, glyphs)


def doing_text(doing: Doing, now: float, width: int, glyphs: Glyphs) -> str:
    """The running task and since when, ``square(7) 0.4 s``; without one how many were done."""
    if not doing.running:
        return tasks_text(doing.finished_count) if doing.finished_count else ""
    task = max(doing.running, key=lambda running: running.started_at)
    others = f" +{len(doing.running) - 1}" if len(doing.running) > 1 else ""
    since = since_text(now - task.started_at)
    for call in (call_text(task), _short_call(task)):
        said = f"{call} {since}{others}"
        if cell_len(said) <= width:
            return said
    return call_within(task, width - len(others), glyphs) + others


def tasks_text(count: int) -> str:
    """How many tasks: ``12 tasks``."""
    return counted(count, "task")


def _short_call(task: TaskStarted | TaskFinished) -> str:
    return _call(task, function_text(task.label).rpartition(".")[2])


def _call(task: TaskStarted | TaskFinished, function: str) -> str:
    if task.items > 1:
        return f"{count_text(task.items)} x {function}"
    return f"{function}({safe_text(task.item, _ITEM_CHARACTERS)})" if task.item else function
