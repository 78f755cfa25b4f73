"""Findings about a GPU and the processes that load its data.

- ``gpu-starves``: the GPU has little to do, the main process hardly computes, and the processes
  that load its data never rest: they are too slow.
- ``gpu-limits``: the GPU is always busy, and those that load its data have nearly nothing to do.

Loaders are the workers of a torch `DataLoader`, which the probe names so. That the GPU is idle
alone says nothing: a program may well compute elsewhere.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.events import Sampled
from mptui.model.findings.finding import Finding
from mptui.model.findings.sustained import Stretch
from mptui.model.findings.wording import name_of
from mptui.wording.durations import since_text, span_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import Event
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_LOADER_NAME: Final = "DataLoader "
_CALM_SAMPLES: Final = 10
"""The load of a GPU jumps: what counts is the mean of so many samples of the machine."""
_STARVING_PERCENT: Final = 50.0
_FULL_PERCENT: Final = 90.0
_LONG_SECONDS: Final = 10.0
_BUSY_SHARE: Final = 0.85
"""Loaders that have something to do for so much of their life are never waited for by choice."""
_IDLE_SHARE: Final = 0.8
_MAIN_SHARE: Final = 0.5
"""A main process that is on a core for more of the time is why its GPU has nothing to do."""
_TRAINERS_KEPT: Final = 64


class _Load:
    """How busy the GPUs of one process were."""

    __slots__ = ("full", "low", "newest")

    def __init__(self) -> None:
        self.newest: deque[float] = deque(maxlen=_CALM_SAMPLES)
        self.low = Stretch()
        self.full = Stretch()

    def note(self, t: float, percent: float | None) -> None:
        """The busiest of them is so busy now."""
        if percent is None:
            self.newest.clear()
            self.low.miss(t)
            self.full.miss(t)
            return
        self.newest.append(percent)
        if len(self.newest) < _CALM_SAMPLES:
            return
        mean = sum(self.newest) / len(self.newest)
        if mean < _STARVING_PERCENT:
            self.low.hold(t, mean, 0.0)
        else:
            self.low.miss(t)
        if mean >= _FULL_PERCENT:
            self.full.hold(t, mean, 0.0)
        else:
            self.full.miss(t)


class GpuLoads:
    """How busy the GPUs were of the processes that have loaders."""

    def __init__(self) -> None:
        self.of_process: dict[int, _Load] = {}

    noted: Final = (Sampled,)
    """The kinds of events that are taken note of."""

    def note(self, run: Run, event: Event) -> None:
        """Look at the GPUs as they were sampled last, whenever the machine is sampled."""
        if not run.gpus or not isinstance(event, Sampled):
            return
        for process in {state.parent for state in run.alive if _is_loader(state)}:
            if process is None:
                continue
            if process in self.of_process or len(self.of_process) < _TRAINERS_KEPT:
                load = self.of_process.setdefault(process, _Load())
                load.note(event.t, _busiest(run, process))


class _Feeding(NamedTuple):
    """What a process and its loaders did while its GPU was as busy as that."""

    process: int
    loaders: tuple[ProcessState, ...]
    gpu_percent: float
    since: float
    seconds: float
    busy_share: float | None
    """For how much of their life the loaders had something to do; None: not known."""
    on_core_share: float
    """How much of it they computed."""
    main_share: float | None
    """For how much of the time the process itself was on a core; None: not known."""


def find_gpu_feeding(run: Run, loads: GpuLoads) -> Iterator[Finding]:
    """Whether a GPU waits for its data, or those who load the data wait for the GPU."""
    for process, load in loads.of_process.items():
        for stretch, rule in ((load.low, _find_starving), (load.full, _find_limit)):
            if stretch.seconds >= _LONG_SECONDS:
                feeding = _feeding_of(run, process, stretch)
                if feeding is not None:
                    yield from rule(run, feeding)


def _is_loader(state: ProcessState) -> bool:
    return state.role == "worker" and state.name.startswith(_LOADER_NAME)


def _busiest(run: Run, process: int) -> float | None:
    """How busy the busiest GPU of a process is; where it is not known whose they are, the only."""
    gpus = run.gpus.of_number
    numbers = [use.gpu for use in run.gpus.of_process.get(process, ())]
    if not numbers and len(gpus) == 1:
        numbers = list(gpus)
    percents = [gpus[number].busy_percent for number in numbers if number in gpus]
    known = [percent for percent in percents if percent is not None]
    return max(known, default=None)


def _feeding_of(run: Run, process: int, stretch: Stretch) -> _Feeding | None:
    began, ended = stretch.since, stretch.since + stretch.seconds
    lives = []
    for state in run.processes.values():
        if state.parent == process and _is_loader(state):
            first = max(began, state.started_at)
            last = min(ended, ended if state.ended_at is None else state.ended_at)
            if last > first:
                lives.append((state, first, last))
    total = sum(last - first for _, first, last in lives)
    if total <= 0:
        return None
    busy = [_busy_seconds(run, state.process, first, last) for state, first, last in lives]
    known = [seconds for seconds in busy if seconds is not None]
    main = run.core_times.between(process, began, ended)
    return _Feeding(
        process,
        tuple(state for state, _, _ in lives),
        stretch.figures[0],
        began,
        stretch.seconds,
        sum(known) / total if len(known) == len(busy) else None,
        sum(_on_core(run, state.process, first, last) for state, first, last in lives) / total,
        None if main is None else main.on_core / stretch.seconds,
    )


def _on_core(run: Run, process: int, first: float, last: float) -> float:
    times = run.core_times.between(process, first, last)
    return 0.0 if times is None else times.on_core


def _busy_seconds(run: Run, process: int, first: float, last: float) -> float | None:
    """For how long a loader had something to do; None: nothing shows that."""
    lane = run.timeline.lanes.get((process, None))
    if lane is None:
        return None
    if process in run.tasks.of_process or run.tasks.running_in(process):
        running = run.tasks.running_task(process, None)
        now = 0.0 if running is None else max(last - max(running.started_at, first), 0.0)
        return min(lane.task_seconds(first, last) + now, last - first)
    cell = lane.shares((first, last))[0]
    if cell.wait is not None and wait_kind(cell.wait).is_idle:
        return (1.0 - cell.wait_share) * (last - first)
    return None


def _find_starving(run: Run, feeding: _Feeding) -> Iterator[Finding]:
    busy = feeding.on_core_share
    if feeding.busy_share is not None:
        busy = max(busy, feeding.busy_share)
    main_share = feeding.main_share
    if busy < _BUSY_SHARE or main_share is None or main_share > _MAIN_SHARE:
        return
    name, count = name_of(run, feeding.process), _loader_count(feeding)
    yield Finding(
        kind="gpu-starves",
        severity="warning",
        headline=f"The GPU waits for data: it was busy {feeding.gpu_percent:.0f} % of the time",
        evidence=(
            f"For {span_text(feeding.seconds)}, from {since_text(feeding.since)} on, {name} was on "
            f"a core for {100 * main_share:.0f} % of the time, and {count} that load its data had "
            f"something to do for {100 * busy:.0f} % of it."
        ),
        advice=(
            "Loading is the slowest part: take more workers (num_workers=...) if cores are free, "
            "or do less for each item: decode and resize once, before the training."
        ),
        processes=(feeding.process, *_living(feeding)),
        since=feeding.since,
    )


def _find_limit(run: Run, feeding: _Feeding) -> Iterator[Finding]:
    if feeding.busy_share is None or len(feeding.loaders) < 2:
        return
    idle = 1.0 - max(feeding.busy_share, feeding.on_core_share)
    if idle < _IDLE_SHARE:
        return
    yield Finding(
        kind="gpu-limits",
        severity="note",
        headline=f"The GPU is the limit: it was busy {feeding.gpu_percent:.0f} % of the time",
        evidence=(
            f"For {span_text(feeding.seconds)}, from {since_text(feeding.since)} on, "
            f"{_loader_count(feeding)} that load the data of {name_of(run, feeding.process)} had "
            f"nothing to do for {100 * idle:.0f} % of the time: they wait for the GPU."
        ),
        advice=(
            "More workers would not help: fewer of them (num_workers=...) would do as well, and "
            "leave memory and cores to others."
        ),
        processes=(feeding.process, *_living(feeding)),
        since=feeding.since,
    )


def _loader_count(feeding: _Feeding) -> str:
    """How many there were at a time: each epoch may have had its own."""
    names = {state.name for state in feeding.loaders}
    return f"{len(names)} workers" if len(names) > 1 else "the worker"


def _living(feeding: _Feeding) -> tuple[int, ...]:
    return tuple(state.process for state in feeding.loaders if state.is_alive)
