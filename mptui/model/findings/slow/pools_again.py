"""Findings about pools that are made anew for each bit of work: ``pool-made-again``."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut
from mptui.model.processes.processes import MAIN
from mptui.model.queue_states import QueueState
from mptui.wording.counts import counted
from mptui.wording.durations import span_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.run import Run

_POOLS: Final = 10
_LEAST_SECONDS: Final = 2.0
_SHORT_SECONDS: Final = 0.5
"""A pool that is kept for longer than this on average is worth its start."""
_WORKING_SHARE: Final = 0.5
_KINDS: Final = ("pool", "executor")


def find_pools_made_again(run: Run) -> Iterator[Finding]:
    """Places where one pool after the other is made, each for a moment."""
    places = defaultdict[tuple[str, str], list[QueueState]](list)
    for queue in run.queues.values():
        if queue.kind in _KINDS and queue.place and queue.put:
            places[queue.kind, queue.place].append(queue)
    for (kind, place), queues in places.items():
        if len(queues) >= _POOLS:
            yield from _at_place(run, kind, place, queues)


def _at_place(run: Run, kind: str, place: str, queues: list[QueueState]) -> Iterator[Finding]:
    seconds = run.now
    worked = sum(function.seconds_total for function in run.tasks.functions.values())
    is_short = _LEAST_SECONDS <= seconds <= _SHORT_SECONDS * len(queues)
    living = sum(state.role == "worker" for state in run.alive)
    if not is_short or worked > _WORKING_SHARE * seconds or living >= len(queues):
        return
    what = "pools" if kind == "pool" else "executors"
    tasks = sum(queue.put for queue in queues)
    yield Finding(
        kind="pool-made-again",
        severity="warning",
        headline=f"{len(queues)} {what} were made at {cut(place)}, each for a moment",
        evidence=(
            f"In {span_text(seconds)} they had {counted(tasks, 'task')}, which took "
            f"{span_text(worked)} all together; the rest went into starting and ending workers."
        ),
        advice=(
            f"Make one {'pool' if kind == 'pool' else 'executor'} before the loop and use it for "
            "all: to start workers takes many times longer than to give them a task."
        ),
        processes=(MAIN,),
        since=0.0,
    )
