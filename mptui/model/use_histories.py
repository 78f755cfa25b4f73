"""How much was used and done over a run: by all processes together, and by each that is known.

Sums, not loads: the difference of two is exact however coarse the history has become, so that no
peak between two kept points is lost or counted twice. Bounded: a fixed number of points for each.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.number_history import NumberHistory
from mptui.model.plausible import LATEST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from mptui.events import Sampled
    from mptui.model.tasks.tasks import Tasks

PROGRAM_POINTS: Final = 600
PROCESS_POINTS: Final = 120
_LARGEST_PERCENT: Final = 1e6
_TAIL_SECONDS: Final = 1.0
"""For so long after its last sample a process that ended is taken to have gone on as before."""


class UseRate(NamedTuple):
    """What was used and done between two moments."""

    cpu_percent: float
    """Of one core, on average."""
    tasks_per_second: float
    """That ended."""


class _Use:
    """The sums of one process."""

    __slots__ = ("history", "percent", "seconds")

    def __init__(self, t: float) -> None:
        self.seconds = 0.0
        self.percent = 0.0
        self.history = NumberHistory(2, PROCESS_POINTS)
        self.history.append(t, 0.0, 0.0)


class UseHistories:
    """The histories of a run.

    A process that is missing in a sample uses as much as it did in the one before.
    """

    def __init__(self) -> None:
        self._program = NumberHistory(3, PROGRAM_POINTS)
        self._program_seconds = 0.0
        self._uses: dict[int, _Use] = {}
        self._sampled_at = 0.0

    @property
    def first_sampled_at(self) -> float | None:
        """From when on something is known; None before that."""
        return self._program[0][0] if self._program else None

    def of_program(self, edges: Sequence[float]) -> list[UseRate]:
        """What all processes together used and did between each two of these times."""
        return _rates(self._program, edges)

    def of_process(self, process: int, edges: Sequence[float]) -> list[UseRate]:
        """What one process used and did between each two of these times."""
        use = self._uses.get(process)
        return [] if use is None else _rates(use.history, edges, use.percent)

    def rss_of_program(self, times: Sequence[float]) -> list[float]:
        """What all processes together were found to occupy at these times."""
        return self._program.levels(3, times)

    def sample(
        self, event: Sampled, alive: Container[int], tasks: Tasks, totals: tuple[float, int]
    ) -> None:
        """The machine was sampled.

        Args:
            event: the sample.
            alive: which processes live.
            tasks: what they have done.
            totals: what all together use of a core in percent, and occupy in bytes.
        """
        if not self._sampled_at <= event.t <= LATEST_SECONDS:
            return
        lasted = event.t - self._sampled_at if self._program else 0.0
        percent, rss_bytes = totals
        self._program_seconds += _possible(percent) / 100 * lasted
        self._program.append(event.t, self._program_seconds, tasks.finished_count, rss_bytes)
        for process, sample in event.processes.items():
            if process in alive:
                self._note(process, event.t, _possible(sample.cpu_percent), tasks)
        self._sampled_at = event.t

    def end(self, process: int, t: float) -> None:
        """A process ended, and uses nothing any more."""
        use = self._uses.get(process)
        if use is not None and use.history[-1][0] < t <= LATEST_SECONDS:
            use.seconds += use.percent / 100 * min(t - use.history[-1][0], _TAIL_SECONDS)
            use.history.append(t, use.seconds, use.history[-1][2])
            use.percent = 0.0

    def forget(self, process: int) -> None:
        """Forget a process that ended."""
        self._uses.pop(process, None)

    def _note(self, process: int, t: float, percent: float, tasks: Tasks) -> None:
        before = self._sampled_at
        use = self._uses.get(process)
        if use is None:
            use = self._uses[process] = _Use(before)
        last = use.history[-1][0]
        done = tasks.of_process.get(process)
        count = done.count if done is not None else 0
        if before > last:
            # Nothing changed from then until the sample before this one.
            use.seconds += use.percent / 100 * (before - last)
            use.history.append(before, use.seconds, use.history[-1][2])
        use.seconds += percent / 100 * (t - before)
        use.percent = percent
        use.history.append(t, use.seconds, count)


def _rates(history: NumberHistory, edges: Sequence[float], percent: float = 0.0) -> list[UseRate]:
    """How fast two sums grew; behind the last point by this share of a core, and no tasks."""
    sums = [_at(history, edge, percent) for edge in edges]
    return [
        UseRate(
            100 * max(after[0] - before[0], 0.0) / (ended - began),
            max(after[1] - before[1], 0.0) / (ended - began),
        )
        if ended > began
        else UseRate(0.0, 0.0)
        for (began, before), (ended, after) in pairwise(zip(edges, sums, strict=True))
    ]


def _at(history: NumberHistory, t: float, percent: float) -> tuple[float, float]:
    """The two sums at some time."""
    place = history.place_after(t)
    if place == 0:
        return history[0][1], history[0][2]
    began, seconds, tasks = history[place - 1][:3]
    if place == len(history):
        return seconds + percent / 100 * max(t - began, 0.0), tasks
    ended, seconds_then, tasks_then = history[place][:3]
    share = (t - began) / (ended - began) if ended > began else 1.0
    return seconds + (seconds_then - seconds) * share, tasks + (tasks_then - tasks) * share


def _possible(percent: float) -> float:
    """A load that can be; 0 where it is no number."""
    return min(percent, _LARGEST_PERCENT) if percent > 0.0 else 0.0
