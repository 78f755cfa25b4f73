"""All rules about a Dask cluster.

- ``cluster-worker-lost``: a worker is gone that nobody had told to leave.
- ``scheduler-lost``: the scheduler ended, and with it all that was to be done.
- ``worker-memory-full``: a worker takes nearly all the memory that it may take.
- ``worker-spills``: results are put on a worker's disk, for want of memory.
- ``unmanaged-memory-rises``: a worker needs ever more memory for what is no result of a task.
- ``worker-piled``: one worker has many tasks while others have none.
- ``scheduler-busy``: the scheduler cannot hand out tasks as fast as the workers end them.
- ``tasks-too-small``: handing out the tasks takes longer than doing them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mptui.model.findings.cluster.memory import find_memory
from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, listed, name_of, named
from mptui.model.processes.processes import MAIN
from mptui.wording.counts import counted, percent_text
from mptui.wording.durations import measured_text, since_text, span_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mptui.model.findings.cluster.loads import ClusterLoads, Lost
    from mptui.model.findings.sustained import Stretch
    from mptui.model.run import Run
    from mptui.model.tasks.function_times import FunctionTimes

_SINGLY: Final = 3
_PILED_SECONDS: Final = 5.0
_BUSY_SECONDS: Final = 5.0
_SMALL_SECONDS: Final = 0.001
"""A scheduler takes some tenths of a millisecond for each task."""
_MANY_TASKS: Final = 5000
_FULL_SHARE: Final = 0.8


def find_cluster(run: Run, loads: ClusterLoads) -> Iterator[Finding]:
    """What is wrong with a cluster; nothing of what is none."""
    if not loads.is_cluster:
        return
    yield from _find_lost(list(loads.lost.values()))
    if loads.schedulers_lost:
        yield _of_scheduler(run, loads.schedulers_lost)
    yield from find_memory(run, loads)
    for process, pile in loads.piled.items():
        if pile.seconds >= _PILED_SECONDS:
            yield _of_pile(run, process, pile)
    if loads.slow_scheduler.seconds >= _BUSY_SECONDS:
        yield _of_busy_scheduler(run, loads.slow_scheduler)
    small = [times for times in run.tasks.functions.values() if _is_small(times)]
    if small:
        yield _of_small_tasks(run, max(small, key=lambda times: times.count))


# What is lost


def _find_lost(lost: list[Lost]) -> Iterator[Finding]:
    if len(lost) > _SINGLY:
        yield _of_many_lost(lost)
    else:
        yield from map(_of_lost, lost)


def _of_lost(lost: Lost) -> Finding:
    running = sum(lost.running.values())
    while_ = f" while it had {counted(running, 'task')} to do" if running else ""
    return Finding(
        kind="cluster-worker-lost",
        severity="error",
        headline=f"The scheduler lost {named(lost.state)}{while_}",
        evidence=f"It was at {since_text(lost.at)}.{_repeated([lost])}{_memory(lost)}",
        advice=_advice_for(lost),
        processes=(lost.state.process,),
        since=lost.at,
    )


def _of_many_lost(lost: list[Lost]) -> Finding:
    first = lost[0]
    return Finding(
        kind="cluster-worker-lost",
        severity="error",
        headline=f"The scheduler lost {counted(len(lost), 'worker')}",
        evidence=(
            f"{listed(named(one.state) for one in lost)}, the first at {since_text(first.at)}."
            f"{_repeated(lost)}{_memory(first)}"
        ),
        advice=_advice_for(first),
        processes=tuple(one.state.process for one in lost),
        since=first.at,
    )


def _repeated(lost: Iterable[Lost]) -> str:
    running, results = Counter[str](), Counter[str]()
    for one in lost:
        running.update(one.running)
        results.update(one.results)
    said = [text for text in (_counts(running, "task"), _counts(results, "result")) if text]
    return f" Done again: {'; '.join(said)}." if said else ""


def _counts(counts: Mapping[str, int], what: str) -> str:
    """``3 tasks of load and 2 of clean``."""
    texts = [
        f"{counted(count, what) if place == 0 else count} of {cut(function)}"
        for place, (function, count) in enumerate(counts.items())
    ]
    return listed(texts)


def _memory(lost: Lost) -> str:
    if lost.peak_share is None or lost.peak_share < _FULL_SHARE:
        return ""
    return f" It took {percent_text(100 * lost.peak_share)} of its memory limit when last seen."


def _advice_for(lost: Lost) -> str:
    if lost.peak_share is not None and lost.peak_share >= _FULL_SHARE:
        return (
            "Its nanny ends a worker at 95 % of its memory limit: smaller pieces of data, fewer "
            "threads or a higher --memory-limit help. A task with which more than three workers "
            "were lost fails with KilledWorker."
        )
    return (
        "It was killed, or its machine or the network is gone; the log of its nanny says which. A "
        "task with which more than three workers were lost fails with KilledWorker."
    )


def _of_scheduler(run: Run, times: list[float]) -> Finding:
    again = "" if len(times) == 1 else f" So it did {len(times)} times."
    main = run.processes.get(MAIN)
    back = "" if main is None or main.ended_at is not None else " Another one is there now."
    return Finding(
        kind="scheduler-lost",
        severity="error",
        headline="The scheduler ended, and with it what it knew of its tasks",
        evidence=f"From {since_text(times[-1])} on it did not answer any more.{again}{back}",
        advice=(
            "Where the cluster was closed this is as it should be. Else what was handed in and not "
            "done is lost: whoever waits for it gets an error, and has to hand it in again."
        ),
        processes=(MAIN,),
        since=times[-1],
    )


# Who has too much to do


def _of_pile(run: Run, process: int, pile: Stretch) -> Finding:
    tasks, idle = pile.figures
    return Finding(
        kind="worker-piled",
        severity="warning",
        headline=(
            f"{name_of(run, process)} has {tasks:.0f} tasks to do, while "
            f"{counted(round(idle), 'worker')} had none"
        ),
        evidence=f"So it was for {span_text(pile.seconds)}.",
        advice=(
            "These tasks must be done there, or the scheduler takes moving their data for dearer "
            "than waiting: look for workers= and resources= in the calls, and for one large result "
            "that all of them need (client.replicate copies it)."
        ),
        processes=(process,),
        since=pile.since,
        until=pile.until(run.now),
    )


def _of_busy_scheduler(run: Run, busy: Stretch) -> Finding:
    percent, share = busy.figures
    return Finding(
        kind="scheduler-busy",
        severity="warning",
        headline="The scheduler cannot hand out tasks as fast as the workers could do them",
        evidence=(
            f"For {span_text(busy.seconds)} it used {percent_text(percent)} of a core, and the "
            f"workers ran {percent_text(100 * share)} of what they can run at a time."
        ),
        advice=(
            "More workers do not help: a scheduler hands out some thousand tasks a second at most. "
            "Make fewer and larger tasks: larger chunks or partitions, or batch_size= in "
            "client.map."
        ),
        processes=(MAIN,),
        since=busy.since,
        until=busy.until(run.now),
    )


def _is_small(times: FunctionTimes) -> bool:
    is_known = times.label is not None and times.count >= _MANY_TASKS
    return is_known and times.seconds_total < _SMALL_SECONDS * times.count


def _of_small_tasks(run: Run, times: FunctionTimes) -> Finding:
    return Finding(
        kind="tasks-too-small",
        severity="warning",
        headline=(
            f"The tasks of {cut(times.label or '')} are too small: "
            f"{measured_text(times.seconds_total / times.count)} each"
        ),
        evidence=(
            f"{times.count:,} of them took {measured_text(times.seconds_total)} in all. For each "
            "one the scheduler needs some tenths of a millisecond, and the network as much again."
        ),
        advice=(
            "Let each task do more: larger chunks or partitions, or batch_size= in client.map. "
            "A tenth of a second for each task is a good measure."
        ),
        processes=(MAIN,),
        since=0.0,
        until=None if run.finished is None else run.now,
    )
