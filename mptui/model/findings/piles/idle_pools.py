"""Pools and executors that were used, and never again once the next one was made."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mptui.events import WaitStarted
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_KINDS: Final = ("pool", "executor")
_SLACK_SECONDS: Final = 0.3
"""A wait is dated more exactly than the start of a process."""


class IdlePool(NamedTuple):
    """A pool all of whose workers wait for tasks."""

    queue: int
    workers: tuple[int, ...]
    made_at: float
    idle_since: float


def idle_pools(run: Run, parent: int, newest_at: float | None = None) -> tuple[IdlePool, ...]:
    """The pools of a process that did tasks and have had none since the next one was made.

    In the order in which they were made. The newest one is never among them.

    Args:
        run: the run.
        parent: the process that made them.
        newest_at: when it made a worker that is not known yet.
    """
    waiting = defaultdict[int, list[tuple["ProcessState", "WaitStarted"]]](list)
    for state in run.alive:
        wait = run.waits.current.get(state.process)
        if state.parent != parent or state.role != "worker" or wait is None:
            continue
        if wait.kind == "task" and wait.queue is not None:
            waiting[wait.queue].append((state, wait))
    pools = sorted(
        (_pool(queue, members) for queue, members in waiting.items()), key=lambda one: one.made_at
    )
    if newest_at is not None:
        pools.append(IdlePool(-1, (), newest_at, newest_at))
    return tuple(
        pool
        for pool, following in pairwise(pools)
        if pool.idle_since <= following.made_at + _SLACK_SECONDS and _is_done(run, pool)
    )


def _pool(queue: int, members: list[tuple[ProcessState, WaitStarted]]) -> IdlePool:
    return IdlePool(
        queue,
        tuple(state.process for state, _ in members),
        min(state.started_at for state, _ in members),
        max(wait.started_at for _, wait in members),
    )


def _is_done(run: Run, pool: IdlePool) -> bool:
    state = run.queues.get(pool.queue)
    return state is not None and state.kind in _KINDS and 0 < state.put <= state.got
