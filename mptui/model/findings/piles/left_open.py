"""Findings about what a program opens one after the other and does not close.

- ``pools-left-open``: pools that were used, and never again once the next one was made.
- ``managers-left-open``: managers, each a process of its own.
- ``workers-pile-up``: workers without anything to do, while more and more are started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.piles.idle_pools import idle_pools
from mptui.model.findings.piles.piled import is_idle, is_member
from mptui.model.findings.wording import cut, name_of
from mptui.wording.counts import counted
from mptui.wording.durations import since_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings.piles.growth import Rise
    from mptui.model.findings.piles.idle_pools import IdlePool
    from mptui.model.findings.piles.piled import Family, Piled
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_LEAST_POOLS: Final = 4
_ENDING_SECONDS: Final = 3.0
"""So long a process may take to end all of its pools when it ends."""
_SECONDS: Final = 2.5
"""Pools that are idle for a shorter time than this may be used again in a moment."""


def find_left_open(run: Run, piled: Piled) -> Iterator[Finding]:
    """Pools, managers and workers that are left open."""
    for parent, noted in piled.pools.items():
        state = run.processes.get(parent)
        if state is not None:
            yield from _of_parent(run, state, noted)
    for family, growth in piled.families.items():
        parent_state = run.processes.get(family.parent)
        if parent_state is not None:
            end = _end_of(run, parent_state)
            rise = growth.rise(end)
            if rise is not None:
                yield _of_family(run, parent_state, family, rise)


def _end_of(run: Run, state: ProcessState) -> float:
    return run.now if state.ended_at is None else state.ended_at


# Pools


def _of_parent(run: Run, parent: ProcessState, noted: tuple[IdlePool, ...]) -> Iterator[Finding]:
    if parent.is_alive:
        noted = idle_pools(run, parent.process)
    else:
        noted = tuple(pool for pool in noted if _was_left(run, pool, _end_of(run, parent)))
    if len(noted) < _LEAST_POOLS or _end_of(run, parent) - noted[0].idle_since < _SECONDS:
        return
    workers = [worker for pool in noted for worker in pool.workers]
    last = max(pool.idle_since for pool in noted)
    states = [state for pool in noted if (state := run.queues.get(pool.queue)) is not None]
    noun = "executor" if all(state.kind == "executor" for state in states) else "pool"
    places = {state.place for state in states if state.place}
    where = f" in {cut(places.pop())}" if len(places) == 1 else ""
    yield Finding(
        kind="pools-left-open",
        severity="warning",
        headline=(
            f"{name_of(run, parent.process)} leaves its {noun}s open: {len(noted)} of them, with "
            f"{counted(len(workers), 'worker')}, were not used again once the next one was made"
        ),
        evidence=(
            f"They were made one after the other{where}; the first has been idle since "
            f"{since_text(noted[0].idle_since)}, the last since {since_text(last)}."
            f"{_memory(run, workers)}"
        ),
        advice=(
            f"Make one {noun} and use it for all of the work, or leave each through a with block "
            f"({'shutdown() does' if noun == 'executor' else 'close() and join() do'} the same): "
            "until then its workers live on."
        ),
        processes=(parent.process, *workers),
        since=noted[0].idle_since,
        until=parent.ended_at,
    )


def _was_left(run: Run, pool: IdlePool, end: float) -> bool:
    """Whether its workers lived until the end of their parent, which ends them."""
    states = [run.processes.get(worker) for worker in pool.workers]
    return all(
        state is not None and (state.is_alive or (state.ended_at or 0.0) >= end - _ENDING_SECONDS)
        for state in states
    )


def _memory(run: Run, processes: Iterable[int]) -> str:
    states = (run.processes.get(process) for process in processes)
    size = sum(state.peak_rss_bytes for state in states if state is not None)
    return (
        f" These workers occupy {size_text(size)}, shared pages counted for each." if size else ""
    )


# Managers, and workers without work


def _of_family(run: Run, parent: ProcessState, family: Family, rise: Rise) -> Finding:
    members = tuple(
        state.process
        for state in run.processes.values()
        if is_member(state, family)
        and state.started_at <= rise.until + 1.0
        and (not state.is_alive or family.is_manager or is_idle(run, state))
    )
    name = name_of(run, parent.process)
    first = f"{rise.first} {'was' if rise.first == 1 else 'were'}"
    begun, reached = since_text(rise.since), since_text(rise.until)
    if family.is_manager:
        kind, headline = (
            "managers-left-open",
            (f"{name} starts one manager after the other and shuts none down: {rise.last} live"),
        )
        evidence = (
            f"Each is a process of its own: {first} there at {begun}, {rise.last} at {reached}."
        )
        advice = (
            "Start one Manager and share it, or leave each through a with block (or call "
            "shutdown() when its objects are not needed any more)."
        )
    else:
        kind, headline = (
            "workers-pile-up",
            (
                f"{name} starts more and more workers of {cut(family.kind)}, though "
                f"{rise.last} have nothing to do"
            ),
        )
        evidence = (
            f"They wait for an item, or for a message of {name}: {first} idle at {begun}, "
            f"{rise.last} at {reached}."
        )
        advice = (
            "Send each worker what ends it (a None, say) once its work is done, and join() it; or "
            "let a fixed number of workers take everything from one queue."
        )
    return Finding(
        kind=kind,
        severity="warning",
        headline=headline,
        evidence=evidence,
        advice=advice,
        processes=(parent.process, *members),
        since=rise.since,
        until=parent.ended_at,
    )
