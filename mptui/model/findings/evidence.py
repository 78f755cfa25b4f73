"""What findings rest on, and the state of a run does not show: how long it lasted, what is over.

Folds events like a run does, each just before the run, and in bounded memory. It searches for
deadlocks while they last, since the state keeps no trace of them; every other conclusion is for the
rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mptui import events as ev
from mptui.model.findings.deadlock_search import LONG_SECONDS, find_standstills
from mptui.model.findings.sustained import Stretch
from mptui.model.function_times import BUCKET_COUNT, middle_of_bucket
from mptui.model.plausible import is_possible
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.run import Run
_Notes: TypeAlias = "dict[type[ev.Event], Callable[[Run, Any], None]]"

_FAIR_SHARE: Final = 0.25
"""Who could run and got at least this part of what everybody would get has been at it a while."""
_CROWDED_PERCENT: Final = 70.0
"""Who wants a core and gets less than this shares it."""
_ALL_CORES_SHARE: Final = 0.7
"""Below this part of all cores it is not the program that leaves no room."""
_THREAD_PERCENT: Final = 15.0
"""A thread that computes gets at least so much of a core, even if it takes turns with others."""
_ONE_CORE_PERCENTS: Final = (80.0, 130.0)
"""What several threads use together when one runs at a time."""
_MAIN: Final = 0
_LOOK_SECONDS: Final = 0.5
"""Ends of long waits of any other kind may come in hundreds at a time."""
_KEPT: Final = 1000
"""Of each kind so many are remembered at most: the oldest."""


class SmallTasks:
    """Tasks of one item each that came too many at a time to be recorded one by one."""

    __slots__ = ("_medians", "count", "executor", "seconds", "since", "until", "workers")

    def __init__(self, since: float, executor: str) -> None:
        self.executor = executor
        self.count = 0
        self.seconds = 0.0
        self._medians = 0.0
        self.since = since
        self.until = since
        self.workers = set[int]()

    @property
    def typical_seconds(self) -> float:
        """The median of a task, on average over all looks: what held up a few does not show."""
        return self._medians / self.count if self.count else 0.0

    def add(self, event: ev.TasksCounted) -> None:
        """Count those of one look."""
        self.count += event.count
        self.seconds += event.seconds_total
        self._medians += event.count * _median_seconds(event)
        self.until = max(self.until, event.t)
        self.workers.add(event.process)


class Evidence:
    """What the rules need to know of the past of a run."""

    def __init__(self) -> None:
        self.crowd = Stretch()
        """More busy processes than cores: how many, and the percent of a core that each got."""
        self.crowded: tuple[int, ...] = ()
        """The processes of it, when last seen."""
        self.turns: dict[int, Stretch] = {}
        """Threads of a process that compute one at a time: how many, and percent of a core."""
        self.small_tasks: dict[str | None, SmallTasks] = {}
        """By function."""
        self.consumers: dict[int, dict[int, None]] = {}
        """The processes that were seen to wait for work from each queue, in order."""
        self.zombies: dict[int, None] = {}
        """Processes that ended and were not waited for as long as they had a parent."""
        self.standstills: dict[frozenset[int], Standstill] = {}
        """Deadlocks that are over, as somebody was ended; by those who were part of it."""
        self._looked_at = -_LOOK_SECONDS
        self._notes: _Notes = {
            ev.Sampled: self._note_sample,
            ev.TasksCounted: self._note_tasks,
            ev.WaitStarted: self._note_wait,
            ev.WaitFinished: self._note_wait_end,
            ev.ProcessExited: self._note_wait_end,
            ev.ProcessChanged: self._note_change,
        }

    def note(self, run: Run, event: ev.Event) -> None:
        """Take note of an event that the run is about to fold."""
        note = self._notes.get(type(event))
        if note is not None:
            note(run, event)

    # What samples show

    def _note_sample(self, run: Run, event: ev.Sampled) -> None:
        self._note_crowd(run, event.t)
        for process, threads in run.threads.items():
            if len(threads) > 1:
                self._note_turns(process, threads.values(), event)

    def _note_crowd(self, run: Run, t: float) -> None:
        cores = run.started.cpu_count if run.started is not None else 0
        busy = _busy_percents(run, cores)
        percent = sum(busy.values())
        if (
            len(busy) > cores > 0
            and percent < _CROWDED_PERCENT * len(busy)
            and percent >= _ALL_CORES_SHARE * 100.0 * cores
        ):
            self.crowd.hold(t, len(busy), percent / len(busy))
            self.crowded = tuple(sorted(busy))
        else:
            self.crowd.miss(t)

    def _note_turns(
        self, process: int, threads: Iterable[ev.ThreadSample], event: ev.Sampled
    ) -> None:
        percents = [one.cpu_percent for one in threads if one.cpu_percent > _THREAD_PERCENT]
        least, most = _ONE_CORE_PERCENTS
        if len(percents) > 1 and least <= sum(percents) <= most and _has_room(event.cores):
            if process not in self.turns and len(self.turns) >= _KEPT:
                return
            self.turns.setdefault(process, Stretch()).hold(event.t, len(percents), sum(percents))
        elif process in self.turns:
            self.turns[process].miss(event.t)

    # What tasks and waits show

    def _note_tasks(self, _: Run, event: ev.TasksCounted) -> None:
        if event.executor is None or event.items != event.count or not _is_possible(event):
            return
        tasks = self.small_tasks.get(event.label)
        if tasks is None:
            if len(self.small_tasks) >= _KEPT:
                return
            tasks = self.small_tasks[event.label] = SmallTasks(event.since, event.executor)
        tasks.add(event)

    def _note_wait(self, run: Run, event: ev.WaitStarted) -> None:
        if event.queue is not None and wait_kind(event.kind).is_idle:
            if len(self.consumers) < _KEPT:
                self.consumers.setdefault(event.queue, {})
            consumers = self.consumers.get(event.queue)
            if consumers is not None and len(consumers) < _KEPT:
                consumers[event.process] = None
        self._note_wait_end(run, event)

    def _note_wait_end(
        self, run: Run, event: ev.WaitStarted | ev.WaitFinished | ev.ProcessExited
    ) -> None:
        wait = run.waits.current.get(event.process)
        if wait is None or event.t - wait.started_at < LONG_SECONDS:
            return
        if not wait_kind(wait.kind).has_one_ender:
            # Whatever ends everybody's wait begins with the main process.
            if _MAIN not in run.waits.current or event.t - self._looked_at < _LOOK_SECONDS:
                return
            self._looked_at = event.t
        for standstill in find_standstills(run, event.t):
            if len(self.standstills) < _KEPT:
                self.standstills.setdefault(standstill.processes, standstill)

    def _note_change(self, run: Run, event: ev.ProcessChanged) -> None:
        if event.zombie and len(self.zombies) < _KEPT:
            self.zombies[event.process] = None
        elif event.zombie is False:
            state = run.processes.get(event.process)
            parent = run.processes.get(state.parent) if state and state.parent is not None else None
            # What becomes of it after the end of its parent is no merit of the program's.
            if parent is not None and parent.is_alive:
                self.zombies.pop(event.process, None)


def _busy_percents(run: Run, cores: int) -> dict[int, float]:
    """What each process got that wanted to run: who got next to nothing only looked in."""
    ready = {
        state.process: state.sample.cpu_percent
        for state in run.alive
        if state.sample is not None and state.sample.state == "R"
    }
    least = _FAIR_SHARE * 100.0 * cores / max(len(ready), 1)
    return {process: percent for process, percent in ready.items() if percent >= least}


def _has_room(cores: list[float]) -> bool:
    """Whether another thread could have run beside: half a core at least has nothing to do."""
    return sum(100.0 - load for load in cores) >= 50.0


def _is_possible(event: ev.TasksCounted) -> bool:
    is_sum = is_possible(event.t, event.seconds_total, event.count)
    return is_sum and event.count > 0 and 0.0 <= event.since <= event.t


def _median_seconds(event: ev.TasksCounted) -> float:
    seen = 0
    for bucket, count in sorted(event.histogram.items()):
        seen += count
        if 2 * seen >= event.count:
            return middle_of_bucket(min(max(bucket, 0), BUCKET_COUNT))
    return event.seconds_total / event.count
