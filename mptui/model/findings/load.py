"""Findings about cores and memory.

- ``oversubscribed``: more processes compute than there are cores, and only take turns (what is
  said of older recordings; of others `cores.shared_cores` says it).
- ``threads-one-at-a-time``: threads of one Python compute, but only one of them runs at a time.
- ``memory-rises``: a process that needs more memory all the time.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import name_of, names_of
from mptui.wording.counts import counted
from mptui.wording.durations import span_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.model.findings.evidence import Evidence
    from mptui.model.findings.sustained import Stretch
    from mptui.model.run import Run

_CROWDED_SECONDS: Final = 8.0
_TURNS_SECONDS: Final = 5.0
_RISING_SECONDS: Final = 20.0
"""What rises for a shorter time may be reading its data in, which is worth a note."""
_NOTED_SECONDS: Final = 8.0
_RISING_TIMES: Final = 1.5
_RISING_BYTES: Final = 100 * 1024 * 1024
_TASKS_SECONDS: Final = 5.0
"""The same for a worker that has ended many tasks meanwhile: it is none that reads its data in."""
_TASKS: Final = 20
_START_SECONDS: Final = 1.0
"""So long a process grows as it starts."""
_SLICES: Final = 10
_FALLEN: Final = 0.97
"""What gives so much back does not only rise."""
_LARGEST: Final = 8
"""So many processes are examined: those that need most."""
_LEVEL: Final = 0.25
"""In its last third it must have risen by this part of what it rose on average."""


def find_load(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """What is wrong with cores and memory."""
    if evidence.crowd.seconds >= _CROWDED_SECONDS:
        yield _of_crowd(run, evidence)
    for process, turns in evidence.turns.items():
        if turns.seconds >= _TURNS_SECONDS:
            yield _of_turns(run, process, turns)
    yield from _find_rising(run)


def _of_crowd(run: Run, evidence: Evidence) -> Finding:
    crowd = evidence.crowd
    count, percent = crowd.figures
    cores = run.started.cpu_count if run.started is not None else 0
    return Finding(
        kind="oversubscribed",
        severity="note",
        headline=f"{count:.0f} processes compute on {counted(cores, 'core')}",
        evidence=(
            f"For {span_text(crowd.seconds)} all of them wanted to run, and each got "
            f"{percent:.0f} % of a core."
        ),
        advice=(
            f"They only take turns: {cores} at a time would be done as early, and take less "
            "memory. Libraries for numbers start threads of their own besides: OMP_NUM_THREADS=1 "
            "keeps them from it."
        ),
        processes=evidence.crowded,
        since=crowd.since,
        until=crowd.until(run.now),
    )


def _of_turns(run: Run, process: int, turns: Stretch) -> Finding:
    count, percent = turns.figures
    return Finding(
        kind="threads-one-at-a-time",
        severity="note",
        headline=f"{name_of(run, process)} computes in {count:.0f} threads, one at a time",
        evidence=(
            f"For {span_text(turns.seconds)} they used {percent:.0f} % of a core all together, "
            "while other cores had time."
        ),
        advice=(
            "The threads of one Python share a lock, the GIL: they help where the work is waiting. "
            "For computing use processes: Pool, or ProcessPoolExecutor."
        ),
        processes=(process,),
        since=turns.since,
        until=turns.until(run.now),
    )


class _Rise(NamedTuple):
    """Memory that only rose, from when and what to when and what."""

    process: int
    began: float
    ended: float
    first_bytes: float
    last_bytes: float
    tasks: int
    """How many tasks it has ended."""
    lived: float

    @property
    def bytes_a_minute(self) -> float:
        """How fast."""
        return (self.last_bytes - self.first_bytes) / (self.ended - self.began) * 60


def _find_rising(run: Run) -> Iterator[Finding]:
    if run.is_cluster:
        return  # Its workers keep results, as they are meant to; what else grows has its own rule.
    large = (state for state in run.processes.values() if state.peak_rss_bytes >= _RISING_BYTES)
    largest = heapq.nlargest(_LARGEST, large, key=lambda state: state.peak_rss_bytes)
    rises = [rise for state in largest if (rise := _rise_of(run, state.process)) is not None]
    if rises:
        yield _of_rises(run, rises)


def _rise_of(run: Run, process: int) -> _Rise | None:
    points = run.rss_history(process)
    done = run.tasks.of_process.get(process)
    tasks = 0 if done is None else done.count
    least = _TASKS_SECONDS if tasks >= _TASKS else _NOTED_SECONDS
    if len(points) < _SLICES or points[-1][0] - points[0][0] < least:
        return None
    rest = points[_lowest(points) :]
    rise = _Rise(
        process, rest[0][0], rest[-1][0], rest[0][1], rest[-1][1], tasks, _lived(run, process)
    )
    is_long = rise.ended - rise.began >= least
    is_much = rise.last_bytes - rise.first_bytes >= _RISING_BYTES
    is_most = rise.last_bytes >= _RISING_TIMES * rise.first_bytes
    return rise if is_long and is_much and is_most and _only_rises(rest) else None


def _lived(run: Run, process: int) -> float:
    state = run.processes[process]
    return max((run.now if state.ended_at is None else state.ended_at) - state.started_at, 1e-3)


def _lowest(points: Sequence[tuple[float, ...]]) -> int:
    """Where the rise begins: at the last of the times with the least memory, after a start."""
    settled = bisect_left(points, points[0][0] + _START_SECONDS, key=lambda point: point[0])
    levels = [point[1] for point in points]
    least = min(levels[settled:], default=levels[-1])
    return max(place for place, level in enumerate(levels) if level == least)


def _only_rises(points: Sequence[tuple[float, ...]]) -> bool:
    """Whether nearly every part of the time ends higher, none lower, and the end is no level."""
    began, ended = points[0][0], points[-1][0]
    edges = (began + (ended - began) * part / _SLICES for part in range(_SLICES + 1))
    places = (bisect_left(points, edge, key=lambda point: point[0]) for edge in edges)
    levels = [points[min(place, len(points) - 1)][1] for place in places]
    steps = list(itertools.pairwise(levels))
    last_third = levels[-1] - levels[-1 - _SLICES // 3]
    return (
        sum(after > before for before, after in steps) >= _SLICES - 1
        and all(after >= _FALLEN * before for before, after in steps)
        and last_third >= _LEVEL * (levels[-1] - levels[0]) * (_SLICES // 3) / _SLICES
    )


def _of_rises(run: Run, rises: list[_Rise]) -> Finding:
    processes = tuple(rise.process for rise in rises)
    most = rises[0]
    need = "needs" if len(rises) == 1 else "need"
    return Finding(
        kind="memory-rises",
        severity="warning" if any(map(_is_serious, rises)) else "note",
        headline=(
            f"{names_of(run, processes)} {need} more and more memory, "
            f"now {size_text(most.last_bytes)}"
        ),
        evidence=(
            f"In {span_text(most.ended - most.began)} it rose from {size_text(most.first_bytes)}, "
            f"by about {size_text(most.bytes_a_minute)} a minute, and never gave anything back."
            f"{_by_task(most)}"
        ),
        advice=(
            "Look for what is kept though it is not needed any more: lists that only grow, caches, "
            "results. In a Pool, maxtasksperchild=... starts workers afresh now and then."
        ),
        processes=processes,
        since=most.began,
    )


def _is_serious(rise: _Rise) -> bool:
    return rise.tasks >= _TASKS or rise.ended - rise.began >= _RISING_SECONDS


def _by_task(rise: _Rise) -> str:
    if rise.tasks < _TASKS:
        return ""
    by = rise.bytes_a_minute / 60 / (rise.tasks / rise.lived)
    return f" It has ended {rise.tasks:,} tasks: that is about {size_text(by)} for each."
