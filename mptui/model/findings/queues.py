"""Findings about queues: who is too slow at which end.

- ``queue-grows``: more comes in than goes out, for long, and what waits is a lot.
- ``workers-starve``: those who take from it have nothing to do most of the time.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, names_of
from mptui.wording.durations import since_text, span_text
from mptui.wording.executor_kinds import PLAIN_QUEUES
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.model.findings.evidence import Evidence
    from mptui.model.queue_states import QueueState
    from mptui.model.run import Run

_GROWING_SECONDS: Final = 5.0
_MANY: Final = 50
"""Less than this in a queue is nothing to speak of."""
_MANY_UNTAKEN: Final = 200
"""The same where nothing is taken yet: what is collected at the end may wait."""
_RATE_SHARE: Final = 0.8
"""Where less than this part of what is put is taken, the queue grows."""
_LATE_SECONDS: Final = 3.0
"""How long what is put now waits at least until it is its turn."""
_FALLEN: Final = 0.8
"""Growth is over when less than this part of the most there was is left."""
_SLICES: Final = 5
_STARVING_SECONDS: Final = 5.0
_IDLE_SHARE: Final = 0.7
_CONSUMERS_COMPARED: Final = 32
"""So many of the processes that take from one queue stand for all of them."""


_GROWTH_ADVICE: Final = (
    "Whatever waits takes memory and comes late. Start more consumers, or give the queue a limit, "
    "Queue(maxsize=...): then put() waits until there is room."
)
_COLLECTED_ADVICE: Final = (
    "Where all of it is to be taken at the end, it has to fit into memory, and be taken before "
    "join(): a process ends only when what it put has been taken."
)


class _Growth(NamedTuple):
    """A time in which a queue grew, and how fast."""

    began: float
    ended: float
    depth: float
    put_per_second: float
    got_per_second: float


def find_queues(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """What is wrong at each queue."""
    for state in run.queues.values():
        consumers = tuple(evidence.consumers.get(state.queue, ()))
        growth = _growth_of(run, state)
        if growth is not None:
            yield _of_growth(state, growth, consumers)
        elif len(consumers) > 1:
            yield from _find_starving(run, state, consumers)


# More comes in than goes out


def _growth_of(run: Run, state: QueueState) -> _Growth | None:
    if state.kind not in PLAIN_QUEUES or state.peak_depth < _MANY:
        return None
    points = list(run.queue_history(state.queue))
    if not points:
        return None  # A damaged recording: depths, but no time at which they can have been.
    found = [
        growth
        for first, last in _rises([put - got for _, put, got in points])
        if (growth := _growth_between(points[first : last + 1])) is not None
    ]
    return max(found, key=lambda growth: growth.depth, default=None)


def _rises(depths: Sequence[float]) -> Iterator[tuple[int, int]]:
    """From where to where the depth rises, apart from small falls."""
    first = last = 0
    for place, depth in enumerate(depths):
        if depth > depths[last]:
            last = place
        elif depth < _FALLEN * depths[last]:
            yield first, last
            first = last = place
        elif depth <= depths[first]:
            first = last = place
    yield first, last


def _growth_between(points: Sequence[tuple[float, ...]]) -> _Growth | None:
    (began, put_before, got_before), (ended, put, got) = points[0], points[-1]
    seconds = ended - began
    if seconds < _GROWING_SECONDS or not _rises_all_the_time(points):
        return None
    growth = _Growth(
        began, ended, put - got, (put - put_before) / seconds, (got - got_before) / seconds
    )
    is_many = growth.depth >= (_MANY if growth.got_per_second > 0 else _MANY_UNTAKEN)
    is_behind = growth.got_per_second < _RATE_SHARE * growth.put_per_second
    is_late = growth.depth >= _LATE_SECONDS * growth.got_per_second
    return growth if is_many and is_behind and is_late else None


def _rises_all_the_time(points: Sequence[tuple[float, ...]]) -> bool:
    """Whether it is deeper after each part of the time than before it."""
    began, ended = points[0][0], points[-1][0]
    edges = [began + (ended - began) * part / _SLICES for part in range(_SLICES + 1)]
    places = [bisect_left(points, edge, key=lambda point: point[0]) for edge in edges]
    depths = [points[min(place, len(points) - 1)] for place in places]
    levels = [put - got for _, put, got in depths]
    return all(before < after for before, after in itertools.pairwise(levels))


def _of_growth(state: QueueState, growth: _Growth, consumers: tuple[int, ...]) -> Finding:
    is_over = state.depth < _FALLEN * growth.depth
    is_taken = growth.got_per_second > 0
    if is_taken:
        late = span_text(growth.depth / growth.got_per_second)
        last = "What was put last then waited" if is_over else "What is put now waits"
        rate = f"{growth.got_per_second:,.1f} were taken. {last} about {late}."
    else:
        rate = "none was taken."
    items = f"{growth.depth:,.0f} items"
    says = f"only grows: {items} wait in it"
    if is_over:
        says = f"grew for a time, until {items} waited in it"
    return Finding(
        kind="queue-grows",
        # Results may well be meant to be taken at the end, all of them.
        severity="warning" if is_taken and not is_over else "note",
        headline=f"{_title(state)} {says}",
        evidence=(
            f"For {span_text(growth.ended - growth.began)}, from {since_text(growth.began)} on, "
            f"{growth.put_per_second:,.1f} items a second were put and {rate}"
        ),
        advice=_GROWTH_ADVICE if is_taken else _COLLECTED_ADVICE,
        processes=consumers,
        since=growth.began,
        until=growth.ended if is_over else None,
    )


def _title(state: QueueState) -> str:
    return f"Queue {cut(state.name)}" if state.name else "A queue"


# Those who take have nothing to do


def _find_starving(run: Run, state: QueueState, consumers: tuple[int, ...]) -> Iterator[Finding]:
    consumers = tuple(
        process
        for process in consumers
        if process in run.processes and run.processes[process].role == "worker"
    )
    supply = _supply_of(run, state) if len(consumers) > 1 else None
    if supply is None:
        return
    began, ended = supply
    compared = consumers[:_CONSUMERS_COMPARED]
    idle = sum(_idle_share(run, one, began, ended) for one in compared) / len(compared)
    if idle >= _IDLE_SHARE:
        yield _of_starving(run, state, consumers, began, ended - began, idle)


def _supply_of(run: Run, state: QueueState) -> tuple[float, float] | None:
    """From when to when things were put all the time, if that was long."""
    points = list(run.queue_history(state.queue))
    puts = [point[1] for point in points]
    if len(points) < _SLICES or puts[-1] < _SLICES:
        return None
    first, last = bisect_left(puts, 1), bisect_left(puts, puts[-1])
    began, ended = points[first][0], points[last][0]
    part = (ended - began) / _SLICES
    if ended - began < _STARVING_SECONDS:
        return None
    edges = [began + part * number for number in range(_SLICES)] + [ended]
    places = [bisect_left(points, edge, key=lambda point: point[0]) for edge in edges]
    levels = [puts[place] for place in places]
    rises = all(before < after for before, after in itertools.pairwise(levels))
    return (began, ended) if rises else None


def _idle_share(run: Run, process: int, began: float, ended: float) -> float:
    """Which part of this time a process had no work; not there is not without work."""
    lane = run.timeline.lanes.get((process, None))
    if lane is None:
        return 0.0
    cell = lane.shares((began, ended))[0]
    return cell.wait_share if wait_kind(cell.wait).is_idle else 0.0


def _of_starving(
    run: Run,
    state: QueueState,
    consumers: tuple[int, ...],
    began: float,
    seconds: float,
    idle: float,
) -> Finding:
    whence = f"queue {cut(state.name)}" if state.name else f"their {state.kind}"
    return Finding(
        kind="workers-starve",
        severity="note",
        headline=f"Too little to do for the {len(consumers)} workers of {whence}",
        evidence=(
            f"{names_of(run, consumers)} waited for work {100 * idle:.0f} % of "
            f"{span_text(seconds)}, though {state.put / seconds:,.1f} items a second came "
            "all the time."
        ),
        advice=(
            "Whoever hands out the work is the slowest part: make that faster, or do part of it in "
            "the workers. Or take fewer workers: they would do as well."
        ),
        processes=consumers,
        since=began,
    )
