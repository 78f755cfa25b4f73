"""What a process spent its life on, in sums that add up to its lifetime.

Time on a core and time without one are the kernel's accounts of all its threads. Of what is left,
waits are told as far as they were seen: those of the main thread, and those that lasted a moment.
A recording without accounts tells less: who then had a task or did not wait, was on a core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from mptui.model.core_times import CoreTime


class TimeSplit(NamedTuple):
    """Seconds of a life."""

    starting: float
    """From its start to its first task, or to its first wait for work."""
    on_core: float
    """At least one of its threads was on a core."""
    ready: float
    """Ready to run, but without a core: others were on them, or a limit was reached."""
    waiting: float
    """For locks, for room in a queue, for other processes, for devices."""
    sleeping: float
    """For time to pass, and in waits too short to be seen singly."""
    idle: float
    """Without work."""


NO_TIME = TimeSplit(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


class TimeUse:
    """What is counted of a process's time as it goes by; never what still goes on."""

    __slots__ = (
        "first_work",
        "idled",
        "is_task_runner",
        "slept",
        "waited",
        "waited_in_tasks",
        "worked",
    )

    def __init__(self) -> None:
        self.first_work: float | None = None
        """When it first had, or first waited for, work."""
        self.is_task_runner = False
        self.worked = 0.0
        """Seconds in tasks."""
        self.waited = 0.0
        self.slept = 0.0
        """Seconds in which it waited for time to pass."""
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
        state = wait_kind(wait).state
        if state == "idle":
            self.note_work(began)
        in_tasks = 0.0 if wait == "task" else min(seconds_in_tasks, seconds)
        self.waited_in_tasks += in_tasks
        if state == "idle":
            self.waited += in_tasks
            self.idled += seconds - in_tasks
        elif state == "sleeping":
            self.slept += seconds
        else:
            self.waited += seconds

    def split(self, began: float, ended: float, cores: CoreTime | None = None) -> TimeSplit:
        """A life between these times.

        Args:
            began: when it began.
            ended: when it ended, or now.
            cores: what the kernel accounted since `work_began`, where it accounted anything.
        """
        life = max(ended - began, 0.0)
        starting = min(max(self.work_began(began) - began, 0.0), life)
        if cores is None:
            return self._split_by_waits(starting, life - starting)
        left = life - starting
        on_core = min(cores.on_core, left)
        left -= on_core
        ready = min(cores.ready, left)
        left -= ready
        # Other threads were on a core while the main one waited: only the rest was waited.
        seen = self.waited + self.slept + self.idled
        part = min(left / seen, 1.0) if seen > 0.0 else 0.0
        waiting, sleeping, idle = (part * sum_ for sum_ in (self.waited, self.slept, self.idled))
        left = max(left - waiting - sleeping - idle, 0.0)
        if not self.is_task_runner:
            return TimeSplit(starting, on_core, ready, waiting, sleeping + left, idle)
        unseen = min(max(self.worked - self.waited_in_tasks - on_core - ready, 0.0), left)
        return TimeSplit(starting, on_core, ready, waiting, sleeping + unseen, idle + left - unseen)

    def work_began(self, began: float) -> float:
        """When it first had, or first waited for, work; where it never did, its begin."""
        return began if self.first_work is None else max(self.first_work, began)

    def _split_by_waits(self, starting: float, left: float) -> TimeSplit:
        """Without accounts; where the sums are too long for the life, waits come first."""
        waiting = min(self.waited, left)
        left -= waiting
        sleeping = min(self.slept, left)
        left -= sleeping
        if self.is_task_runner:
            on_core = min(max(self.worked - self.waited_in_tasks, 0.0), left)
            return TimeSplit(starting, on_core, 0.0, waiting, sleeping, left - on_core)
        idle = min(self.idled, left)
        return TimeSplit(starting, left - idle, 0.0, waiting, sleeping, idle)
