"""What there is to say of a run's tasks, line by line: totals, those that stand out, time spent.

A line is made only when it is asked for, so that a thousand functions cost as much as the ones that
are seen. A line is a value: two equal ones look the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.names import name_of
from mptui.dashboard.presentation.processes.order import made_order
from mptui.dashboard.presentation.text.column_widths import Growth
from mptui.dashboard.presentation.text.palette import BAD, DIM, process_style
from mptui.dashboard.presentation.text.shortening import short_name, shortened
from mptui.dashboard.presentation.text.text_table import TextColumn, TextTable
from mptui.dashboard.presentation.words.tasks import call_within, function_text, has_tasks
from mptui.dashboard.presentation.words.time_shares import (
    SHARES,
    share_sign,
    share_title,
    split_bar,
)
from mptui.terminal_text import Span, safe_text
from mptui.wording.attached import OUTPUT_AND_TASKS_NOT_SEEN
from mptui.wording.counts import count_text, percent_text
from mptui.wording.durations import duration_text, precise_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.dashboard.presentation.words.time_shares import SteadySplits
    from mptui.events import TaskFinished, TaskStarted
    from mptui.model import FunctionTimes, LostTask, ProcessTasks, Run

NO_TASKS: Final = "no tasks so far; those of pools and executors are shown here"
_ERROR_CHARACTERS: Final = 200
_LOST: Final = "lost: its process ended"

_FUNCTION_COLUMNS: Final = (
    TextColumn("function", "FUNCTION", 14, "left", 9),
    TextColumn("count", "COUNT", 5, "right", 8),
    TextColumn("failed", "FAILED", 6, "right", 6),
    TextColumn("total", "TOTAL", 6, "right", 5),
    TextColumn("mean", "MEAN", 6, "right", 7),
    TextColumn("p50", "P50", 6, "right", 2),
    TextColumn("p95", "P95", 6, "right", 4),
    TextColumn("max", "MAX", 6, "right", 3),
)
_FUNCTION_GROWTHS: Final = (Growth("function", 40),)


def _task_columns(title: str, last_title: str) -> tuple[TextColumn, ...]:
    return (
        TextColumn("task", title, 16, "left", 9),
        TextColumn("worker", "WORKER", 16, "left", 7),
        TextColumn("time", "TIME", 6, "right", 8),
        TextColumn("began", "BEGAN", 6, "right", 5),
        TextColumn("result", last_title, 20, "left", 6),
    )


_FAILED_COLUMNS: Final = _task_columns("FAILED", "ERROR")
_SLOWEST_COLUMNS: Final = _task_columns("SLOWEST", "RESULT")
_TASK_GROWTHS: Final = (
    Growth("task", 20),
    Growth("result", 30),
    Growth("task", 32),
    Growth("result", 60),
    Growth("task", 50),
)
_BAR_GROWTHS: Final = (Growth("bar", 40), Growth("worker", 24))


class Section(NamedTuple):
    """Lines that belong together."""

    head: Spans
    row_count: int
    row: Callable[[int], Spans]
    """Makes the row with this number."""


class TaskWords:
    """Says in so many cells what is known of the tasks of a run.

    Args:
        run: the run.
        splits: how its processes spent their time.
        selected: the process to speak of; None stands for all.
        glyphs: the signs.
    """

    def __init__(
        self, run: Run, splits: SteadySplits, selected: int | None, glyphs: Glyphs
    ) -> None:
        self._run = run
        self._splits = splits
        self._selected = selected
        self._glyphs = glyphs

    def functions(self, width: int) -> Section:
        """How many tasks each function did, and how long they took, the longest first."""
        table = TextTable(_FUNCTION_COLUMNS, _FUNCTION_GROWTHS, width, self._glyphs)
        if not has_tasks(self._run):
            is_outside = self._run.is_attached and not self._run.has_probe
            why = OUTPUT_AND_TASKS_NOT_SEEN if is_outside else NO_TASKS
            said = shortened(why, width, self._glyphs)
            return Section((Span(said, DIM),), 0, lambda _: ())
        if self._selected is not None:
            # Of a single process only the sum over all functions is known.
            tasks = self._run.tasks.of_process.get(self._selected)
            rows = [tasks] if tasks is not None else []
            return Section(table.head(), len(rows), lambda row: self._own_row(rows[row], table))
        functions = sorted(
            self._run.tasks.functions.values(), key=lambda times: -times.seconds_total
        )
        return Section(
            table.head(), len(functions), lambda row: self._function_row(functions[row], table)
        )

    def failed(self, width: int, most: int | None) -> Section:
        """The tasks that were lost with their process, and those that failed, the newest first."""
        table = TextTable(_FAILED_COLUMNS, _TASK_GROWTHS, width, self._glyphs)
        book = self._run.tasks
        lost = [loss for loss in reversed(book.lost) if self._is_shown(loss.task.process)][:most]
        failed = [task for task in reversed(book.failed) if self._is_shown(task.process)]
        if most is not None:
            failed = failed[: most - len(lost)]

        def row(number: int) -> Spans:
            if number < len(lost):
                return self._lost_row(lost[number], table)
            return self._ended_row(failed[number - len(lost)], table)

        return Section(table.head(), len(lost) + len(failed), row)

    def slowest(self, width: int, most: int | None) -> Section:
        """The tasks that took longest."""
        table = TextTable(_SLOWEST_COLUMNS, _TASK_GROWTHS, width, self._glyphs)
        tasks = [task for task in self._run.tasks.slowest if self._is_shown(task.process)][:most]
        return Section(table.head(), len(tasks), lambda row: self._ended_row(tasks[row], table))

    def times(self, width: int) -> Section:
        """What each process spent its time on."""
        columns = (
            TextColumn("worker", "TIME OF", 16, "left", 9),
            TextColumn("bar", "", 10, "left", 7),
            TextColumn("share", "", 4, "right", 3),
            *(
                TextColumn(
                    share.key,
                    f"{share_sign(share.key, self._glyphs)} {share_title(share, self._run)}",
                    len(share.title) + 2,
                    "right",
                    importance,
                )
                for share, importance in zip(SHARES, (2, 8, 6, 5, 4, 4), strict=True)
            ),
        )
        table = TextTable(columns, _BAR_GROWTHS, width, self._glyphs)
        states = [
            state
            for state in self._run.processes.values()
            if self._is_shown(state.process)
            and (state.role != "helper" or state.process == self._selected)
        ]
        order = [state.process for state in sorted(states, key=made_order)]
        return Section(table.head(), len(order), lambda row: self._time_row(order[row], table))

    def _is_shown(self, process: int) -> bool:
        return self._selected is None or process == self._selected

    def _function_row(self, times: FunctionTimes, table: TextTable) -> Spans:
        percentiles = {
            key: _time(times.percentile_seconds(share))
            for key, share in (("p50", 0.5), ("p95", 0.95))
            if key in table.widths
        }
        cells = {
            "function": (Span(function_text(times.label), None),),
            **_counts(times.count, times.failed, times.seconds_total),
            **percentiles,
            "max": _time(times.seconds_max),
        }
        return table.line(cells)

    def _own_row(self, tasks: ProcessTasks, table: TextTable) -> Spans:
        said = {"function": (Span("all its tasks", None),)}
        return table.line(said | _counts(tasks.count, tasks.failed, tasks.seconds_worked))

    def _lost_row(self, loss: LostTask, table: TextTable) -> Spans:
        task = loss.task
        cells = self._task_cells(task, task.started_at, loss.lost_at - task.started_at, table)
        return table.line(cells | {"result": (Span(_LOST, BAD),)})

    def _ended_row(self, task: TaskFinished, table: TextTable) -> Spans:
        cells = self._task_cells(task, task.started_at, task.seconds, table)
        if task.ok:
            said = Span(safe_text(task.result or "", _ERROR_CHARACTERS), DIM)
        else:
            said = Span(safe_text(task.error or "failed", _ERROR_CHARACTERS), BAD)
        return table.line(cells | {"result": (said,)})

    def _task_cells(
        self, task: TaskStarted | TaskFinished, began: float, seconds: float, table: TextTable
    ) -> dict[str, Spans]:
        call = call_within(task, table.widths["task"], self._glyphs)
        return {
            "task": (Span(call, None),),
            "worker": self._worker(task.process, table),
            "time": _time(seconds),
            "began": (Span(duration_text(began), DIM),),
        }

    def _time_row(self, process: int, table: TextTable) -> Spans:
        split = self._splits.of(process)
        lived = sum(split)
        share = percent_text(100 * split.on_core / lived) if lived > 0 else ""
        figures = {one.key: (Span(_figure(getattr(split, one.key)), None),) for one in SHARES}
        return table.line(
            {
                "worker": self._worker(process, table),
                "bar": split_bar(split, table.widths.get("bar", 0), self._glyphs),
                "share": (Span(share, None),),
                **figures,
            }
        )

    def _worker(self, process: int, table: TextTable) -> Spans:
        known = self._run.processes.get(process) or self._run.forgotten.get(process)
        width = table.widths.get("worker", 0)
        name = short_name(name_of(self._run, process), width, self._glyphs)
        return (Span(name, process_style(process, known.role) if known is not None else DIM),)


def _counts(count: int, failed: int, seconds_total: float) -> dict[str, Spans]:
    mean = _time(seconds_total / count) if count else ()
    return {
        "count": (Span(count_text(count), None),),
        "failed": (Span(count_text(failed), BAD),) if failed else (),
        "total": _time(seconds_total),
        "mean": mean,
    }


def _time(seconds: float) -> Spans:
    return (Span(precise_text(seconds), None),)


def _figure(seconds: float) -> str:
    return duration_text(seconds) if seconds > 0 else ""
