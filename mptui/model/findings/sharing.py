"""Findings about how work is shared out among workers.

- ``chunks-too-small``: sending takes longer than the work.
- ``chunks-too-large``: one has a long chunk, others nothing.
- ``one-worker-busier``: one does most of the work, all the rest have to wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.finding import Finding
from mptui.model.findings.slow.peers import peers_of, worked_seconds
from mptui.model.findings.slow.stragglers import find_stragglers
from mptui.model.findings.wording import cut, name_of
from mptui.model.processes.process_state import ProcessState
from mptui.wording.durations import span_text
from mptui.wording.executor_kinds import executor_kind
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.events import TaskFinished, TaskStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.findings.small_tasks import SmallTasks
    from mptui.model.run import Run

_TINY_SECONDS: Final = 200e-6
_WASTED_SECONDS: Final = 1.0
"""Less than this lost by sending is not worth a word."""
_WORKING_SHARE: Final = 0.75
_LONG_CHUNK_SECONDS: Final = 2.0
_CHUNKS_COMPARED: Final = 4
_IDLE: Final = 0.1
"""A worker that spends less than this share of the time in tasks is idle."""
_BUSY_SECONDS: Final = 6.0
_TIMES_BUSIER: Final = 3.0
_MOST_OF_THE_TIME: Final = 0.7
_OTHERS_SHARE: Final = 0.4
_ONE_TASK_SHARE: Final = 0.6
_SOME_SECONDS: Final = 0.1


class _Chunk(NamedTuple):
    """A task of several items, that runs or has ended."""

    process: int
    label: str
    items: int
    began: float
    ended: float


def find_sharing(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """What is wrong with how the work is shared out."""
    yield from _find_small_chunks(evidence)
    large = next(_find_large_chunks(run), None)
    if large is not None:
        yield large
    explained = set[int]() if large is None else set(large.processes)
    explained.update(process for one in find_stragglers(run) for process in one.processes)
    for finding in _find_busier(run):
        # A long chunk, or a long task, explains it better.
        if finding.processes[0] not in explained:
            yield finding


# Too small


def _find_small_chunks(evidence: Evidence) -> Iterator[Finding]:
    for task, small in evidence.small_tasks.items():
        sending = small.count * executor_kind(small.executor).sending_seconds
        if sending < _WASTED_SECONDS or small.typical_seconds > _TINY_SECONDS:
            continue
        seconds = max(small.until - small.since, 1e-9)
        working = small.seconds / (seconds * small.worker_count)
        if working < _WORKING_SHARE:
            yield _of_small_chunks(task, small, seconds, working)


def _of_small_chunks(
    task: str | None, small: SmallTasks, seconds: float, working: float
) -> Finding:
    name = cut(task) if task else "its function"
    return Finding(
        kind="chunks-too-small",
        severity="warning",
        headline=f"Tasks of {name} are sent one by one, and are over in no time",
        evidence=(
            f"{small.count:,} tasks of about {span_text(small.typical_seconds)} each, one item "
            f"at a time; the workers were at work {100 * working:.0f} % of {span_text(seconds)}, "
            "the rest went into sending."
        ),
        advice=(
            f"Send many at a time: chunksize={_good_chunk(small.count, small.worker_count):,} "
            "would make about four chunks for each worker. Without chunksize, Pool.map() takes "
            "that by itself."
        ),
        processes=tuple(sorted(small.workers)),
        since=small.since,
    )


def _good_chunk(items: int, workers: int) -> int:
    return max(1, items // (4 * max(workers, 1)))


# Too large


def _find_large_chunks(run: Run) -> Iterator[Finding]:
    """The longest chunk beside which at least half of the workers had nothing to do."""
    for chunk in sorted(_long_chunks(run), key=lambda one: one.began - one.ended):
        peers = peers_of(run, chunk.process, chunk.began, chunk.ended)
        idle = [peer for peer in peers if _is_idle(run, peer, chunk)]
        if idle and 2 * len(idle) >= len(peers) + 1:
            yield _of_large_chunk(run, chunk, len(peers) + 1, len(idle))


def _long_chunks(run: Run) -> Iterable[_Chunk]:
    running = (
        _Chunk(one.process, one.label, one.items, one.started_at, run.now)
        for one in run.tasks.running.values()
        if _is_chunk(one) and run.now - one.started_at >= _LONG_CHUNK_SECONDS
    )
    ended = (
        _Chunk(one.process, one.label, one.items, one.started_at, one.t)
        for one in run.tasks.slowest
        if _is_chunk(one) and one.seconds >= _LONG_CHUNK_SECONDS
    )
    chunks = sorted(chain(running, ended), key=lambda one: one.began - one.ended)
    return chunks[:_CHUNKS_COMPARED]


def _is_chunk(task: TaskStarted | TaskFinished) -> bool:
    return task.items > 1 and not executor_kind(task.executor).is_threads


def _is_idle(run: Run, process: int, chunk: _Chunk) -> bool:
    seconds = worked_seconds(run, process, chunk.began, chunk.ended)
    return seconds < _IDLE * (chunk.ended - chunk.began)


def _of_large_chunk(run: Run, chunk: _Chunk, workers: int, idle: int) -> Finding:
    name = name_of(run, chunk.process)
    return Finding(
        kind="chunks-too-large",
        severity="warning",
        headline=(
            f"{name} has {chunk.items:,} items of {cut(chunk.label)} in one chunk, others none"
        ),
        evidence=(
            f"The chunk took {span_text(chunk.ended - chunk.began)}; meanwhile {idle} of {workers} "
            "workers had nothing to do."
        ),
        advice=(
            f"Cut the work smaller: chunksize={_good_chunk(chunk.items, workers):,} would make "
            "about four chunks for each worker out of this one. Without chunksize, Pool.map() "
            "chooses like that by itself."
        ),
        processes=(chunk.process,),
        since=chunk.began,
    )


# One does most of it


def _find_busier(run: Run) -> Iterator[Finding]:
    families = defaultdict[tuple[int | None, str], list[ProcessState]](list)
    for state in run.processes.values():
        if state.role == "worker" and state.target is not None:
            families[state.parent, state.target].append(state)
    for family in families.values():
        if len(family) > 1:
            yield from _find_busier_in(run, family)


def _find_busier_in(run: Run, family: list[ProcessState]) -> Iterator[Finding]:
    # Of many that rest it is found out cheaply that there is nothing to compare.
    if not any(_may_be_busy(run, state) for state in family):
        return
    worked = {state.process: _seconds_worked(run, state) for state in family}
    busiest = max(family, key=lambda state: worked[state.process])
    most = worked[busiest.process]
    if most < _BUSY_SECONDS:
        return
    # Those who began with it; who came later had less time.
    together = [
        worked[state.process] + _seconds_hindered(run, state)
        for state in family
        if state is not busiest and abs(state.started_at - busiest.started_at) <= 0.2 * most
    ]
    seconds = _end_of(run, busiest) - busiest.started_at
    if together and most >= _MOST_OF_THE_TIME * seconds and _is_uneven(most, together):
        yield _of_busier(run, busiest, most, together)


def _longest_task_seconds(run: Run, process: int) -> float:
    """How long the longest task of a process took, or has taken so far."""
    running = (run.now - task.started_at for task in run.tasks.running_in(process))
    ended = (task.seconds for task in run.tasks.slowest if task.process == process)
    return max((*running, *ended), default=0.0)


def _is_uneven(most: float, others: list[float]) -> bool:
    """Whether the others did something, but far less."""
    did_something = sum(seconds >= _SOME_SECONDS for seconds in others)
    return (
        most > _TIMES_BUSIER * median(others)
        and sum(others) < _OTHERS_SHARE * most * len(others)
        and 2 * did_something >= len(others)
    )


def _may_be_busy(run: Run, state: ProcessState) -> bool:
    """Whether it may have worked for long enough."""
    if state.process in run.tasks.of_process or run.tasks.running_in(state.process):
        return True
    most = run.core_times.most_used(state.process)
    return most is None or most >= _BUSY_SECONDS


def _seconds_worked(run: Run, state: ProcessState) -> float:
    """In tasks; where it takes none, the time it was on a core or ready for one.

    Without the kernel's accounts that is all the time that it did not wait.
    """
    done = run.tasks.of_process.get(state.process)
    running = run.tasks.running_in(state.process)
    if done is not None or running:
        so_far = sum(max(run.now - task.started_at, 0.0) for task in running)
        return so_far + (done.seconds_worked if done is not None else 0.0)
    spent = run.core_times.between(state.process, state.started_at, _end_of(run, state))
    if spent is not None:
        return spent.on_core + spent.ready
    waited = sum(run.waits.total_seconds(state.process).values())
    return max(_end_of(run, state) - state.started_at - waited, 0.0)


def _seconds_hindered(run: Run, state: ProcessState) -> float:
    waited = run.waits.total_seconds(state.process)
    return sum(seconds for wait, seconds in waited.items() if wait_kind(wait).may_have_work)


def _end_of(run: Run, state: ProcessState) -> float:
    return run.now if state.ended_at is None else state.ended_at


def _of_busier(run: Run, busiest: ProcessState, most: float, others: list[float]) -> Finding:
    longest = _longest_task_seconds(run, busiest.process)
    is_one_task = longest >= _ONE_TASK_SHARE * most
    one_task = f", {span_text(longest)} of it on one task" if is_one_task else ""
    rest = "the other one" if len(others) == 1 else f"half of the {len(others)} others"
    or_less = "" if len(others) == 1 else " or less"
    return Finding(
        kind="one-worker-busier",
        # Some tasks are long, and nobody can be blamed for that.
        severity="note" if is_one_task else "warning",
        headline=f"{name_of(run, busiest.process)} does most of the work, the others wait for it",
        evidence=(
            f"It worked {span_text(most)}{one_task}; {rest} worked "
            f"{span_text(median(others))}{or_less}."
        ),
        advice=(
            "Everything takes as long as the busiest worker. Share the work out in smaller pieces, "
            "the longest first, and let whoever is free take the next one: a queue, or a smaller "
            "chunksize."
        ),
        processes=(busiest.process,),
        since=busiest.started_at,
    )
