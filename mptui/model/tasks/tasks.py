"""Every task of a run: totals of all, the running ones, and of the ended ones those that matter.

Bounded however many tasks there are. Must not know processes beyond their number: the caller knows
which exist, and says when one is to be forgotten.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from typing import TYPE_CHECKING, Final

from mptui.model.plausible import SLACK_SECONDS, is_over, kept_text, kept_texts
from mptui.model.tasks.function_times import FunctionTimes
from mptui.model.tasks.task_records import LostTask, ProcessTasks

if TYPE_CHECKING:
    from mptui import events as ev

SLOWEST_KEPT: Final = 50
FAILED_KEPT: Final = 200
LOST_KEPT: Final = 1000
RUNNING_KEPT: Final = 10_000
FUNCTIONS_KEPT: Final = 1000
"""The tasks of any more functions are counted together, under None."""


class Tasks:
    """The tasks of a run."""

    def __init__(self) -> None:
        self.functions: dict[str | None, FunctionTimes] = {}
        """In the order in which their first task ended; None: of unknown functions."""
        self.running_count = 0
        self.unkept_count = 0
        """How often a task was seen to run that is left out, as there were too many."""
        self.slowest: list[ev.TaskFinished] = []
        """The slowest that were recorded singly, slowest first."""
        self.failed: deque[ev.TaskFinished] = deque(maxlen=FAILED_KEPT)
        """Those that failed and were recorded singly, newest last."""
        self.finished_count = 0
        self.failed_count = 0
        self.of_process: dict[int, ProcessTasks] = {}
        """For each process that ended a task."""
        self.changes = 0
        """Counts changes: as long as it stays, so does everything here."""
        self._running: dict[int, dict[int | None, ev.TaskStarted]] = {}
        self._lost: dict[tuple[int, int | None], LostTask] = {}
        self._slow_seconds = -1.0

    @property
    def has_failures(self) -> bool:
        """Whether any task failed, or its process ended while it ran."""
        return self.failed_count > 0 or bool(self._lost)

    @property
    def lost(self) -> list[LostTask]:
        """The tasks whose process ended while they ran, newest last."""
        return list(self._lost.values())

    @property
    def running(self) -> dict[tuple[int, int | None], ev.TaskStarted]:
        """The tasks that began and were not seen to end, by process and thread."""
        return {
            (process, thread): task
            for process, tasks in self._running.items()
            for thread, task in tasks.items()
        }

    def running_in(self, process: int) -> list[ev.TaskStarted]:
        """What this process runs now, at most one task a thread."""
        return list(self._running.get(process, {}).values())

    def running_task(self, process: int, thread: int | None) -> ev.TaskStarted | None:
        """What this thread of the process runs now."""
        running = self._running.get(process)
        return running.get(thread) if running is not None else None

    def start(self, event: ev.TaskStarted) -> bool:
        """A task was seen to run; gives whether it is news, for one thread runs one at a time."""
        known = self.running_task(event.process, event.thread)
        if known is None:
            if self.running_count >= RUNNING_KEPT:
                self.unkept_count += 1
                return False
            self.running_count += 1
        elif known.started_at > event.started_at:
            return False
        self._running.setdefault(event.process, {})[event.thread] = kept_texts(event)
        self.changes += 1
        return True

    def finish(self, event: ev.TaskFinished) -> bool:
        """A task ended, whether or not it was seen to begin.

        Gives whether that changed what runs or is lost.
        """
        seconds = event.seconds
        failed = 0 if event.ok else 1
        function = self.functions.get(event.label) or self._function(event.label)
        function.add(seconds, event.items, failed)
        worked = self.of_process.get(event.process) or self._tasks_of(event.process)
        worked.count += 1
        worked.items += event.items
        worked.seconds_worked += seconds
        self.finished_count += 1
        self.changes += 1
        if failed or seconds > self._slow_seconds:
            worked.failed += failed
            self.failed_count += failed
            self._remember(event)
        return bool(self._lost or self.running_count) and self._end(event)

    def count(self, event: ev.TasksCounted) -> None:
        """Many tasks ended."""
        self._function(event.label).add_counted(event)
        worked = self._tasks_of(event.process)
        worked.count += event.count
        worked.failed += event.failed
        worked.items += event.items
        worked.seconds_worked += event.seconds_total
        self.finished_count += event.count
        self.failed_count += event.failed
        self.changes += 1
        running = self.running_task(event.process, event.thread)
        # Tasks ended after it began, and the thread had nothing but it to do before them.
        if running is not None and event.since > running.started_at + SLACK_SECONDS:
            self._forget(running)

    def lose(self, process: int, t: float) -> list[LostTask]:
        """The process ended: what it ran is lost."""
        lost = [LostTask(task=task, lost_at=t) for task in self.running_in(process)]
        for loss in lost:
            self._forget(loss.task)
            self._lost[process, loss.task.thread] = loss
            if len(self._lost) > LOST_KEPT:
                del self._lost[next(iter(self._lost))]
            self.changes += 1
        return lost

    def forget(self, process: int) -> ProcessTasks:
        """Forget what one process did; gives its sums. Totals and lost tasks stay."""
        for task in self.running_in(process):
            self._forget(task)
        self.changes += 1
        return self.of_process.pop(process, None) or ProcessTasks()

    def lost_in(self, process: int, thread: int | None) -> LostTask | None:
        """What this thread ran when its process ended."""
        return self._lost.get((process, thread))

    def _function(self, label: str | None) -> FunctionTimes:
        label = None if label is None else kept_text(label)
        if label not in self.functions and len(self.functions) >= FUNCTIONS_KEPT:
            label = None
        function = self.functions.get(label)
        if function is None:
            function = self.functions[label] = FunctionTimes(label)
        return function

    def _tasks_of(self, process: int) -> ProcessTasks:
        tasks = self.of_process.get(process)
        if tasks is None:
            tasks = self.of_process[process] = ProcessTasks()
        return tasks

    def _remember(self, event: ev.TaskFinished) -> None:
        event = kept_texts(event)
        if not event.ok:
            self.failed.append(event)
        if event.seconds > self._slow_seconds:
            insort(self.slowest, event, key=lambda slow: -slow.seconds)
            del self.slowest[SLOWEST_KEPT:]
            if len(self.slowest) == SLOWEST_KEPT:
                self._slow_seconds = self.slowest[-1].seconds

    def _end(self, event: ev.TaskFinished) -> bool:
        began = event.started_at
        running = self.running_task(event.process, event.thread)
        if running is not None and is_over(running.started_at, began, event.t):
            self._forget(running)
            return True
        key = (event.process, event.thread)
        lost = self._lost.get(key)
        # The end of its last task may be recorded after the end of its process.
        if lost is not None and is_over(lost.task.started_at, began, event.t):
            del self._lost[key]
            return True
        return False

    def _forget(self, running: ev.TaskStarted) -> None:
        of_process = self._running[running.process]
        del of_process[running.thread]
        self.running_count -= 1
        if not of_process:
            del self._running[running.process]
