"""Every task of a run: totals of all, the running ones, and of the ended ones those that matter.

Bounded however many tasks there are. Must not know processes beyond their number: whether one
exists, and what its end means, is for whoever calls.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from typing import TYPE_CHECKING, Final

from mptui.model.function_times import FunctionTimes
from mptui.model.plausible import SLACK_SECONDS, is_over
from mptui.model.task_records import FinishedTask, LostTask, ProcessTasks, RunningTask

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
        self.running: dict[tuple[int, int | None], RunningTask] = {}
        """By process and thread."""
        self.slowest: list[FinishedTask] = []
        """Of those recorded singly, slowest first."""
        self.failed: deque[FinishedTask] = deque(maxlen=FAILED_KEPT)
        """Of those recorded singly, newest last."""
        self.finished_count = 0
        self.failed_count = 0
        self.item_count = 0
        self.of_process: dict[int, ProcessTasks] = {}
        """For each process that ended a task."""
        self.changes = 0
        """Counts changes: as long as it stays, so does everything here."""
        self._running_in: dict[int, dict[int | None, RunningTask]] = {}
        self._lost: dict[tuple[int, int | None], LostTask] = {}
        self._slow_seconds = -1.0

    @property
    def lost(self) -> list[LostTask]:
        """The tasks whose process ended while they ran, newest last."""
        return list(self._lost.values())

    def running_in(self, process: int) -> list[RunningTask]:
        """What this process runs now, at most one task a thread."""
        return list(self._running_in.get(process, {}).values())

    def start(self, event: ev.TaskStarted) -> bool:
        """A task was seen to run; gives whether it is news, for one thread runs one at a time."""
        key = (event.process, event.thread)
        known = self.running.get(key)
        if known is None and len(self.running) >= RUNNING_KEPT:
            return False
        if known is not None and known.since > event.t:
            return False
        task = RunningTask(
            process=event.process,
            task=event.label,
            since=event.t,
            item=event.item,
            items=event.items,
            thread=event.thread,
            by=event.executor,
        )
        self.running[key] = task
        self._running_in.setdefault(event.process, {})[event.thread] = task
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
        self.item_count += event.items
        self.changes += 1
        if failed or seconds > self._slow_seconds:
            worked.failed += failed
            self.failed_count += failed
            self._remember(event)
        return bool(self._lost or self.running) and self._end(event)

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
        self.item_count += event.items
        self.changes += 1
        running = self.running.get((event.process, event.thread))
        # Tasks ended after it began, and the thread had nothing but it to do before them.
        if running is not None and event.since > running.since + SLACK_SECONDS:
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

    def lost_in(self, process: int, thread: int | None) -> LostTask | None:
        """What this thread ran when its process ended."""
        return self._lost.get((process, thread))

    def _function(self, task: str | None) -> FunctionTimes:
        if task not in self.functions and len(self.functions) >= FUNCTIONS_KEPT:
            task = None
        return self.functions.setdefault(task, FunctionTimes(task))

    def _tasks_of(self, process: int) -> ProcessTasks:
        return self.of_process.setdefault(process, ProcessTasks())

    def _remember(self, event: ev.TaskFinished) -> None:
        task = FinishedTask(
            process=event.process,
            task=event.label,
            began=event.t - event.seconds,
            seconds=event.seconds,
            ok=event.ok,
            item=event.item,
            items=event.items,
            result=event.result,
            error=event.error,
            thread=event.thread,
            by=event.executor,
        )
        if not event.ok:
            self.failed.append(task)
        if event.seconds > self._slow_seconds:
            insort(self.slowest, task, key=lambda slow: -slow.seconds)
            del self.slowest[SLOWEST_KEPT:]
            if len(self.slowest) == SLOWEST_KEPT:
                self._slow_seconds = self.slowest[-1].seconds

    def _end(self, event: ev.TaskFinished) -> bool:
        key = (event.process, event.thread)
        began = event.t - event.seconds
        running = self.running.get(key)
        if running is not None and is_over(running.since, began, event.t):
            self._forget(running)
            return True
        lost = self._lost.get(key)
        # The end of its last task may be told after the end of its process.
        if lost is not None and is_over(lost.task.since, began, event.t):
            del self._lost[key]
            return True
        return False

    def _forget(self, running: RunningTask) -> None:
        self.running.pop((running.process, running.thread), None)
        of_process = self._running_in.get(running.process, {})
        of_process.pop(running.thread, None)
        if not of_process:
            self._running_in.pop(running.process, None)
