"""What a process spent its life on, in four sums that add up to its lifetime.

Speaks of the main thread: of a program whose threads work while it waits, it says that it waits.
"""

from __future__ import annotations

from typing import NamedTuple

from mptui.wording.wait_kinds import wait_kind


class TimeSplit(NamedTuple):
    """Seconds of a life."""

    starting: float
    """From its start to its first task, or to its first wait for work."""
    working: float
    """In tasks, as far as they did not wait; without tasks, whatever is left."""
    waiting: float
    """For locks, for room in a queue, for other processes, for devices, for time to pass."""
    idle: float
    """Without work."""


class TimeUse:
    """What is counted of a process's time as it goes by; never what still goes on."""

    __slots__ = ("first_work", "idled", "is_task_runner", "waited", "waited_in_tasks", "worked")

    def __init__(self) -> None:
        self.first_work: float | None = None
        """When it first had, or first waited for, work."""
        self.is_task_runner = False
        self.worked = 0.0
        """Seconds in tasks."""
        self.waited = 0.0
        self.waited_in_tasks = 0.0
        """The part of the waits that was also in tasks."""
        self.idled = 0.0

    def note_work(self, began: float) -> None:
        """It had work, or waited for it, from then on."""
        if self.first_work is None or began < self.first_work:
            self.first_work = began

    def add_tasks(self, began: float, seconds: float) -> None:
        """It was in tasks for so long, since then at the earliest."""
        self.is_task_runner = True
        self.worked += seconds
        if self.first_work is None or began < self.first_work:
            self.first_work = began

    def copy(self) -> TimeUse:
        """The same sums, to be added to."""
        copied = TimeUse()
        for sum_name in self.__slots__:
            setattr(copied, sum_name, getattr(self, sum_name))
        return copied

    def add_wait(self, wait: str, began: float, seconds: float, seconds_in_tasks: float) -> None:
        """It waited. For work a task cannot wait; in whatever else it can."""
        is_idle = wait_kind(wait).is_idle
        if is_idle:
            self.note_work(began)
        in_tasks = 0.0 if wait == "task" else min(seconds_in_tasks, seconds)
        self.waited_in_tasks += in_tasks
        if is_idle:
            self.waited += in_tasks
            self.idled += seconds - in_tasks
        else:
            self.waited += seconds

    def split(self, began: float, ended: float) -> TimeSplit:
        """A life between these times; where the sums are too long for it, waits come first."""
        left = max(ended - began, 0.0)
        first_work = began if self.first_work is None else self.first_work
        starting = min(max(first_work - began, 0.0), left)
        left -= starting
        waiting = min(self.waited, left)
        left -= waiting
        if self.is_task_runner:
            working = min(max(self.worked - self.waited_in_tasks, 0.0), left)
            return TimeSplit(starting, working, waiting, left - working)
        idle = min(self.idled, left)
        return TimeSplit(starting, left - idle, waiting, idle)
