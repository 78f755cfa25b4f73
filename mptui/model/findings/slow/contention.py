"""Findings about workers that take turns at one lock: ``lock-contended``.

They do not hang, and each of them looks busy with waiting; but hardly more than one of them works
at a time, so more of them are no help.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, names_of
from mptui.model.processes.process_state import ProcessState
from mptui.wording.durations import since_text, span_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.run import Run

_LEAST_SECONDS: Final = 4.0
_WAITING_SHARE: Final = 0.35
"""Waits are sampled, so that short ones are missed: it was that much at least."""
_WORKERS_COMPARED: Final = 32
_LOOKED_AT: Final = 8
_LATELY_SECONDS: Final = 10.0
_LOCK: Final = "lock"
_TURNS: Final = 3
"""Each has to have had its turn a few times: one that waits for ever is another matter."""


def find_contention(run: Run) -> Iterator[Finding]:
    """Families of workers that spend most of their time in waiting for a lock."""
    families = defaultdict[tuple[int | None, str | None], list[ProcessState]](list)
    for state in run.processes.values():
        if state.role == "worker":
            families[state.parent, state.target].append(state)
    for family in families.values():
        workers = [one for one in family if _lived(run, one) >= _LEAST_SECONDS]
        if len(workers) > 1:
            yield from _in_family(run, workers[:_WORKERS_COMPARED])


def _in_family(run: Run, workers: list[ProcessState]) -> Iterator[Finding]:
    waited = [run.waits.total_seconds(one.process).get(_LOCK, 0.0) for one in workers]
    lived = [_lived(run, one) for one in workers]
    share = sum(waited) / sum(lived)
    if share < _WAITING_SHARE or not all(waited):
        return
    locks = _locks_of(run, workers[:_LOOKED_AT])
    if locks is None:
        return
    name = max(locks, key=lambda one: locks[one])
    since = min(one.started_at for one in workers)
    working = max(len(workers) * (1.0 - share), 1.0)
    names = names_of(run, (one.process for one in workers))
    yield Finding(
        kind="lock-contended",
        severity="warning",
        headline=(
            f"{len(workers)} workers take turns at {f'lock {cut(name)}' if name else 'a lock'}: "
            f"they waited for it at least {100 * share:.0f} % of the time"
        ),
        evidence=(
            f"{names} lived {span_text(max(lived))}, from {since_text(since)} on, and spent "
            f"{span_text(sum(waited))} all together in waiting for it, so that at most "
            f"{working:.1f} of {len(workers)} worked at a time."
        ),
        advice=(
            "What is done under the lock is done by one at a time, however many workers there are. "
            "Do as much as possible before it is taken, hold it only for what is shared, or let "
            "each worker collect its results and give them back at the end."
        ),
        processes=tuple(one.process for one in workers),
        since=since,
    )


def _lived(run: Run, state: ProcessState) -> float:
    return (run.now if state.ended_at is None else state.ended_at) - state.started_at


def _locks_of(run: Run, workers: list[ProcessState]) -> dict[str, float] | None:
    """For how long they waited for which lock lately; None if one of them hardly had a turn."""
    seconds = defaultdict[str, float](float)
    for worker in workers:
        lane = run.timeline.lanes.get((worker.process, None))
        end = run.now if worker.ended_at is None else worker.ended_at
        bars = lane.between(end - _LATELY_SECONDS, end) if lane is not None else []
        waits = [bar for bar in bars if bar.kind == "wait" and bar.wait == _LOCK]
        if len(waits) < _TURNS:
            return None
        for bar in waits:
            seconds[bar.label or ""] += (end if bar.ended is None else bar.ended) - bar.began
    return seconds
