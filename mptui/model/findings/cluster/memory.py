"""Findings about the memory of the workers of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import name_of, names_of
from mptui.wording.counts import percent_text
from mptui.wording.durations import since_text, span_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.findings.cluster.loads import ClusterLoads, MemoryLoad
    from mptui.model.findings.piles.growth import Rise
    from mptui.model.run import Run

_NEAR_SECONDS: Final = 3.0
_RISING_TIMES: Final = 1.5


def find_memory(run: Run, loads: ClusterLoads) -> Iterator[Finding]:
    """What is wrong with the memory of each worker, and of all together."""
    full: set[int] = set()
    for process, memory in loads.memory.items():
        if memory.near.seconds >= _NEAR_SECONDS:
            full.add(process)
            yield _of_full(run, process, memory)
        rise = memory.unmanaged.rise(_end_of(run, process))
        if rise is not None and rise.last >= _RISING_TIMES * rise.first:
            yield _of_unmanaged(run, process, rise)
    spilling = {
        process: memory
        for process, memory in loads.memory.items()
        if memory.spilled_since is not None and process not in full
    }
    if spilling:
        yield _of_spilling(run, spilling)


def _end_of(run: Run, process: int) -> float:
    state = run.processes.get(process)
    return run.now if state is None or state.ended_at is None else state.ended_at


def _of_full(run: Run, process: int, memory: MemoryLoad) -> Finding:
    share, limit = memory.near.figures
    spilled = (
        f" It has put {size_text(memory.spilled_bytes)} of results on its disk."
        if memory.spilled_bytes
        else ""
    )
    return Finding(
        kind="worker-memory-full",
        severity="warning",
        headline=f"{name_of(run, process)} has hardly any memory left",
        evidence=(
            f"For {span_text(memory.near.seconds)} it took {percent_text(100 * share)} of the "
            f"{size_text(limit)} that it may take.{spilled}"
        ),
        advice=(
            "At 80 % it is given nothing to do until there is room, and at 95 % its nanny ends it. "
            "Smaller pieces of data, fewer threads for each worker or more workers help; results "
            "that nobody needs go when the futures go that stand for them."
        ),
        processes=(process,),
        since=memory.near.since,
        until=memory.near.until(run.now),
    )


def _of_unmanaged(run: Run, process: int, rise: Rise) -> Finding:
    return Finding(
        kind="unmanaged-memory-rises",
        severity="warning",
        headline=(
            f"{name_of(run, process)} needs more and more memory for what is no result of a task, "
            f"now {size_text(rise.last)}"
        ),
        evidence=(
            f"It was {size_text(rise.first)} at {since_text(rise.since)} and "
            f"{size_text(rise.last)} at {since_text(rise.until)}."
        ),
        advice=(
            "Look for what the tasks keep in global variables and caches. Where nothing is kept, C "
            "code has not given it back: MALLOC_TRIM_THRESHOLD_=0 in the environment of the "
            "workers helps then."
        ),
        processes=(process,),
        since=rise.since,
    )


def _of_spilling(run: Run, spilling: dict[int, MemoryLoad]) -> Finding:
    bytes_ = sum(memory.spilled_bytes for memory in spilling.values())
    since = min(memory.spilled_since or 0.0 for memory in spilling.values())
    return Finding(
        kind="worker-spills",
        severity="note",
        headline=(
            f"Results do not fit into the memory of {names_of(run, spilling)}: "
            f"{size_text(bytes_)} of them on disk"
        ),
        evidence=f"The first were put there at {since_text(since)}.",
        advice=(
            "What is on disk has to be read before it is used, which is slow. Give up results that "
            "are not needed any more, use more workers, or a higher --memory-limit where the "
            "machine has more."
        ),
        processes=tuple(spilling),
        since=since,
    )
