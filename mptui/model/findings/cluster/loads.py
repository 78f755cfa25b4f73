"""What has happened on a cluster, noted while it happens: the past that its rules need.

Folds events like a run does, each just before the run, and in bounded memory. It must not conclude
anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from mptui import events as ev
from mptui.model.findings.piles.growth import Growth
from mptui.model.findings.sustained import Stretch
from mptui.model.plausible import is_possible, kept_text, possible_count
from mptui.model.processes.processes import MAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_Notes: TypeAlias = "dict[type[ev.Event], Callable[[Run, Any], None]]"

_WORKERS_KEPT: Final = 4096
_LOST_KEPT: Final = 400
_FUNCTIONS_KEPT: Final = 30
_NEAR_SHARE: Final = 0.8
"""From this part of its limit on, a worker of Dask takes no more tasks; at 0.95 it is killed."""
_BUSY_SCHEDULER_PERCENT: Final = 85.0
_IDLE_SHARE: Final = 0.6
"""Workers that run less than this part of what they could run are kept waiting."""
_PILED_TASKS: Final = 2
"""So many tasks for each of its threads a worker has in stock anyway."""
_UNMANAGED_BYTES: Final = 100 * 1024 * 1024
_UNMANAGED_SECONDS: Final = 20.0


class Lost(NamedTuple):
    """A worker that the scheduler lost."""

    state: ProcessState
    at: float
    running: dict[str, int]
    """The tasks that it had been given, by what their keys begin with."""
    results: dict[str, int]
    peak_share: float | None
    """How much of its memory limit it took when last sampled."""


class MemoryLoad:
    """The memory of one worker."""

    __slots__ = ("near", "spilled_bytes", "spilled_since", "unmanaged")

    def __init__(self) -> None:
        self.near = Stretch()
        """It took nearly all that it may take: share of the limit, and the limit."""
        self.unmanaged = Growth(_UNMANAGED_SECONDS, _UNMANAGED_BYTES)
        self.spilled_bytes = 0
        """The most that it had on its disk."""
        self.spilled_since: float | None = None


class ClusterLoads:
    """What is known of a cluster's past."""

    def __init__(self) -> None:
        self.is_cluster = False
        self.lost: dict[int, Lost] = {}
        self.schedulers_lost: list[float] = []
        """When the scheduler ended."""
        self.memory: dict[int, MemoryLoad] = {}
        self.piled: dict[int, Stretch] = {}
        """Workers with many tasks while others had none: how many tasks, and how many others."""
        self.slow_scheduler = Stretch()
        """The scheduler was busy, and the workers were not: its percent of a core, and how much of
        what they can the workers did."""
        self.latest: dict[int, ev.WorkerLoad] = {}
        self._repeated: dict[int, ev.TasksRepeated] = {}
        self._notes: _Notes = {
            ev.ClusterSampled: self._note_sample,
            ev.TasksRepeated: self._note_repeated,
            ev.ProcessExited: self._note_end,
        }

    @property
    def noted(self) -> Collection[type[ev.Event]]:
        """The kinds of events that are taken note of."""
        return {ev.RunStarted, *self._notes}

    def note(self, run: Run, event: ev.Event) -> None:
        """Take note of an event that the run is about to fold."""
        if isinstance(event, ev.RunStarted):
            self.is_cluster = event.cluster is not None
        note = self._notes.get(type(event)) if self.is_cluster else None
        if note is not None and is_possible(event.t):
            note(run, event)

    def _note_sample(self, run: Run, event: ev.ClusterSampled) -> None:
        for process, load in event.workers.items():
            if run.is_alive(process) and len(self.latest) < _WORKERS_KEPT:
                self.latest[process] = load
        for process, load in self.latest.items():
            self._note_memory(run, process, load, event.t)
        self._note_piles(event.t)
        self._note_scheduler(run, event)

    def _note_memory(self, run: Run, process: int, load: ev.WorkerLoad, t: float) -> None:
        memory = self.memory.setdefault(process, MemoryLoad())
        memory.unmanaged.note(t, possible_count(load.unmanaged_bytes))
        if load.spilled_bytes > 0:
            memory.spilled_bytes = max(memory.spilled_bytes, possible_count(load.spilled_bytes))
            memory.spilled_since = t if memory.spilled_since is None else memory.spilled_since
        share = share_of_limit(run, process, load)
        if share is not None and share >= _NEAR_SHARE:
            memory.near.hold(t, share, float(load.limit_bytes or 0))
        else:
            memory.near.miss(t)

    def _note_piles(self, t: float) -> None:
        idle = [one for one, load in self.latest.items() if load.assigned == 0]
        for process, load in self.latest.items():
            if idle and load.assigned > _PILED_TASKS * max(load.threads, 1):
                pile = self.piled.setdefault(process, Stretch())
                pile.hold(t, load.assigned, len(idle))
            elif process in self.piled:
                self.piled[process].miss(t)

    def _note_scheduler(self, run: Run, event: ev.ClusterSampled) -> None:
        main = run.processes.get(MAIN)
        sample = None if main is None else main.sample
        threads = sum(max(load.threads, 0) for load in self.latest.values())
        running = sum(max(load.running, 0) for load in self.latest.values())
        has_work = event.assigned + event.queued > 0
        share = running / threads if threads > 0 else 1.0
        percent = 0.0 if sample is None else sample.cpu_percent
        if has_work and percent >= _BUSY_SCHEDULER_PERCENT and share < _IDLE_SHARE:
            self.slow_scheduler.hold(event.t, percent, share)
        else:
            self.slow_scheduler.miss(event.t)

    def _note_repeated(self, run: Run, event: ev.TasksRepeated) -> None:
        if run.is_alive(event.process) and len(self._repeated) < _LOST_KEPT:
            self._repeated[event.process] = event

    def _note_end(self, run: Run, event: ev.ProcessExited) -> None:
        load = self.latest.pop(event.process, None)
        repeated = self._repeated.pop(event.process, None)
        state = run.processes.get(event.process)
        if state is None or not event.lost or not state.is_alive:
            return
        if event.process == MAIN:
            self.schedulers_lost = [*self.schedulers_lost[:_LOST_KEPT], event.t]
        elif len(self.lost) < _LOST_KEPT:
            self.lost[event.process] = Lost(
                state.ended(event),
                event.t,
                {} if repeated is None else _kept(repeated.running),
                {} if repeated is None else _kept(repeated.results),
                None if load is None else share_of_limit(run, event.process, load),
            )


def share_of_limit(run: Run, process: int, load: ev.WorkerLoad) -> float | None:
    """How much of the memory that it may take a worker takes; None: not known, or no limit."""
    state = run.processes.get(process)
    if state is None or state.sample is None or not load.limit_bytes or load.limit_bytes < 0:
        return None
    return state.sample.rss_bytes / load.limit_bytes


def _kept(counts: dict[str, int]) -> dict[str, int]:
    kept = list(counts.items())[:_FUNCTIONS_KEPT]
    return {kept_text(function): possible_count(count) for function, count in kept}
