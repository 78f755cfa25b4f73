"""Two runs side by side: time, tasks, where the time went, memory, and findings that came or went.

Counts, sums and means are exact. A percentile is that of a histogram whose steps are a fifth apart
(`FunctionTimes.percentile_seconds`), so only what differs by more than one step differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from mptui import events as ev
from mptui.export import report
from mptui.export.recorded_events import whole_run
from mptui.export.report import FunctionFigures
from mptui.model.findings import Finding
from mptui.model.time_split import NO_TIME, TimeSplit

if TYPE_CHECKING:
    from mptui.model import Run

PERCENTILE_STEP: Final = 2.0**0.25
_SPLITS_KEPT: Final = 2000


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of one run; its texts are not safe to show."""

    title: str
    status: str
    wall_seconds: float
    is_over: bool
    exitcode: int | None
    signal: int | None
    processes: int
    tasks: int
    failed_tasks: int
    lost_tasks: int
    peak_rss_bytes: int
    main_time: TimeSplit
    """What the main process spent its life on."""
    worker_time: TimeSplit
    """The same of all workers together."""
    knows_cores: bool
    """Whether time on a core is the kernel's account, and no more than time in tasks."""
    functions: dict[str, FunctionFigures]
    findings: list[Finding]


class FoundKind(NamedTuple):
    """How often one kind of finding was there in each run."""

    kind: str
    severity: str
    headline: str
    """That of the first, of the run that has more."""
    before: int
    after: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs."""

    before: RunFigures
    after: RunFigures

    @property
    def labels(self) -> list[str]:
        """The functions of either run, those that took longest first."""
        functions = (self.before.functions, self.after.functions)
        names = dict.fromkeys(label for run in functions for label in run)
        return sorted(
            names,
            key=lambda label: -sum(run[label].total_seconds for run in functions if label in run),
        )

    @property
    def found(self) -> list[FoundKind]:
        """Every kind of finding of either run, worst first."""
        kinds = dict.fromkeys(one.kind for one in (*self.after.findings, *self.before.findings))
        return [self._found(kind) for kind in kinds]

    def _found(self, kind: str) -> FoundKind:
        before = [one for one in self.before.findings if one.kind == kind]
        after = [one for one in self.after.findings if one.kind == kind]
        first = (after if len(after) >= len(before) else before)[0]
        return FoundKind(kind, first.severity, first.headline, len(before), len(after))


def compare(before: str, after: str) -> Comparison:
    """Read both runs.

    Args:
        before: a recording or the name of a run; `-` for standard input.
        after: another one.

    Raises:
        MptuiError: one of them cannot be read.
    """
    return Comparison(before=figures_of(before), after=figures_of(after))


def figures_of(source: str) -> RunFigures:
    """What is compared of one run.

    Raises:
        MptuiError: it cannot be read.
    """
    times = _TimesOfWorkers()
    whole = whole_run(source, note=times.note)
    run, finished = whole.run, whole.run.finished
    lost = len(run.tasks.lost)
    return RunFigures(
        title=report.title_of(run),
        status=report.status_of(run),
        wall_seconds=run.now if finished is None else finished.seconds,
        is_over=finished is not None,
        exitcode=None if finished is None else finished.exitcode,
        signal=None if finished is None else finished.signal,
        processes=run.process_count,
        tasks=run.tasks.finished_count,
        failed_tasks=run.tasks.failed_count,
        lost_tasks=lost,
        peak_rss_bytes=run.peak_rss_bytes,
        main_time=run.time_split(0),
        worker_time=times.of_all(run),
        knows_cores=run.core_times.are_known,
        functions={one.label: one for one in report.function_figures(run, None)},
        findings=list(whole.findings.find(run)),
    )


def differs_by_steps(before: float, after: float) -> bool:
    """Whether two percentiles differ by more than what they are exact to."""
    low, high = sorted((before, after))
    return high > low * PERCENTILE_STEP * PERCENTILE_STEP * 0.999


class _TimesOfWorkers:
    """Sums what the workers spent their lives on, also of those that the model forgets."""

    def __init__(self) -> None:
        self._sum = NO_TIME
        self._at_exit: dict[int, TimeSplit] = {}

    def note(self, run: Run, event: ev.Event) -> None:
        """An event that the run is about to fold."""
        if not isinstance(event, ev.ProcessExited):
            return
        state = run.processes.get(event.process)
        if state is not None and state.is_alive and state.role == "worker":
            self._at_exit[event.process] = run.time_split(event.process)
            if len(self._at_exit) > _SPLITS_KEPT:
                self._take_forgotten(run)

    def of_all(self, run: Run) -> TimeSplit:
        """The sum over all workers of a run that is folded whole."""
        self._take_forgotten(run)
        known = (one for one in run.processes.values() if one.role == "worker")
        return _added(self._sum, *(run.time_split(one.process) for one in known))

    def _take_forgotten(self, run: Run) -> None:
        gone = [process for process in self._at_exit if process not in run.processes]
        self._sum = _added(self._sum, *(self._at_exit.pop(process) for process in gone))


def _added(*splits: TimeSplit) -> TimeSplit:
    return TimeSplit(*map(sum, zip(*splits, strict=True)))
