"""Findings about processes that ended when they should not have, and about what that costs.

- ``worker-died-in-task``: with the worker went the task it ran.
- ``crash-loop``: workers that end badly and are started again, over and over.
- ``worker-crashed``: a signal ended a worker, and no process asked for it.
"""

from __future__ import annotations

import signal
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.unasked import ended_unasked
from mptui.model.findings.wording import cut, ending, name_of, names_of
from mptui.model.process_state import ProcessState
from mptui.model.task_records import LostTask
from mptui.wording.durations import since_text, span_text
from mptui.wording.endings import signal_name
from mptui.wording.executor_kinds import executor_kind
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import TaskStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_LOOP_ENDS: Final = 3
_LOOP_RESTARTS: Final = 2
_LOOP_LIFE_SECONDS: Final = 10.0
"""A worker that lived longer did not end at its start."""
_LOOP_PAUSE_SECONDS: Final = 30.0
"""Ends further apart than this on average are no loop."""
_LOOP_SHARE: Final = 0.7
"""Of those that ended, so many ended badly: else most go well."""
_SINGLY: Final = 3
"""More deaths of one kind than this are one finding."""

_MEMORY_ADVICE: Final = "Fewer workers, or smaller tasks, take less memory."
_CRASH_ADVICE: Final = "Run it with python -X faulthandler to see in which line it crashed."
_CRASHES: Final = frozenset[int](
    (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)
)


def find_deaths(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Whatever ended badly; each process is named by one of the rules only."""
    explained = set[int]()
    for finding in (*_find_lost_tasks(run), *_find_crash_loops(run)):
        explained.update(finding.processes)
        yield finding
    yield from _find_crashes(run, explained)


# A worker died while it ran a task


def _find_lost_tasks(run: Run) -> Iterator[Finding]:
    groups = defaultdict[tuple[object, ...], list[LostTask]](list)
    seen = set[int]()
    for lost in run.tasks.lost:
        state = run.processes.get(lost.task.process)
        if state is None or state.role != "worker" or state.process in seen:
            continue
        if ended_unasked(run, state):
            seen.add(state.process)
            groups[lost.task.executor, lost.task.label, ending(state), state.oom].append(lost)
    for group in groups.values():
        if len(group) > _SINGLY:
            yield _of_many_lost(run, group)
        else:
            yield from (_of_lost(run, lost) for lost in group)


def _of_lost(run: Run, lost: LostTask) -> Finding:
    task = lost.task
    state = run.processes[task.process]
    return Finding(
        rule="worker-died-in-task",
        severity="problem",
        headline=f"{name_of(run, state.process)} died while it ran {_call(task)}",
        evidence=(
            f"It was {_cause(state)} at {since_text(lost.lost_at)}, "
            f"{span_text(max(lost.lost_at - task.started_at, 0.0))} after the task began."
            f"{_memory(state)}"
        ),
        advice=_advice_for_lost(task, state),
        processes=(state.process,),
        since=lost.lost_at,
    )


def _of_many_lost(run: Run, group: list[LostTask]) -> Finding:
    processes = tuple(lost.task.process for lost in group)
    task, state = group[0].task, run.processes[processes[0]]
    return Finding(
        rule="worker-died-in-task",
        severity="problem",
        headline=f"{len(group)} workers died while they ran {cut(task.label)}",
        evidence=(
            f"{names_of(run, processes)} were {_cause(state)}, the first at "
            f"{since_text(group[0].lost_at)}.{_memory(state)}"
        ),
        advice=_advice_for_lost(task, state),
        processes=processes,
        since=group[0].lost_at,
    )


def _call(task: TaskStarted) -> str:
    if task.items > 1:
        return f"{cut(task.label)}, a chunk of {task.items:,} items"
    return cut(task.label) if task.item is None else f"{cut(task.label)}({cut(task.item)})"


def _cause(state: ProcessState) -> str:
    if state.oom:
        return "killed because memory ran out"
    if state.signal is None:
        return f"ended by itself, with exit code {state.exitcode},"
    by_whom = (
        "it sent itself"
        if state.terminated_by == state.process
        else "no process of the program sent"
    )
    return f"{ending(state)}, which {by_whom},"


def _memory(state: ProcessState) -> str:
    peak = state.peak_rss_bytes
    return f" It occupied up to {size_text(peak)}." if peak else ""


def _advice_for_lost(task: TaskStarted, state: ProcessState) -> str:
    return " ".join((executor_kind(task.executor).after_loss, *_advice_for_cause(state)))


def _advice_for_cause(state: ProcessState) -> Iterator[str]:
    if state.oom:
        yield _MEMORY_ADVICE
    if state.signal in _CRASHES:
        yield _CRASH_ADVICE


# Workers that end and are started again


def _find_crash_loops(run: Run) -> Iterator[Finding]:
    families = defaultdict[tuple[int | None, str], list[ProcessState]](list)
    for state in run.processes.values():
        if state.role == "worker":
            families[state.parent, _kind_of(state)].append(state)
    for (_, kind), family in families.items():
        if len(family) < _LOOP_ENDS:
            continue
        bad = [state for state in family if _ended_badly_at_start(run, state)]
        if len(bad) >= _LOOP_ENDS and _is_loop(family, bad):
            yield _of_loop(run, kind, bad)


def _kind_of(state: ProcessState) -> str:
    """What the process was started for; where that is not known, its name without its number."""
    return (state.target or state.name.rstrip("0123456789-")).removeprefix("__main__.")


def _ended_badly_at_start(run: Run, state: ProcessState) -> bool:
    if state.ended_at is None or not (state.signal or state.exitcode):
        return False
    return state.ended_at - state.started_at < _LOOP_LIFE_SECONDS and ended_unasked(run, state)


def _is_loop(family: list[ProcessState], bad: list[ProcessState]) -> bool:
    """Whether they came one after the other, and hardly any went well meanwhile."""
    ends = sorted(state.ended_at or 0.0 for state in bad)
    restarts = sum(state.started_at >= ends[0] for state in family)
    ended = sum(state.ended_at is not None and state.ended_at >= ends[0] for state in family)
    return (
        restarts >= _LOOP_RESTARTS
        and len(bad) >= _LOOP_SHARE * ended
        and ends[-1] - ends[0] <= _LOOP_PAUSE_SECONDS * (len(ends) - 1)
    )


def _of_loop(run: Run, kind: str, bad: list[ProcessState]) -> Finding:
    longest = max((state.ended_at or 0.0) - state.started_at for state in bad)
    last = max(bad, key=lambda state: state.ended_at or 0.0)
    return Finding(
        rule="crash-loop",
        severity="problem",
        headline=(
            f"Crash loop: {cut(kind)} ended badly {len(bad)} times, and is started again and again"
        ),
        evidence=(
            f"{names_of(run, (state.process for state in bad))} each ended within "
            f"{span_text(longest)} of its start; the last one, {name_of(run, last.process)}, "
            f"{ending(last)}."
        ),
        advice=(
            "The reason is still there, so starting them again does not help: read what "
            f"{name_of(run, last.process)} wrote last, mend that, and let the program give up "
            "after a few starts."
        ),
        processes=tuple(state.process for state in bad),
        since=min(state.ended_at or 0.0 for state in bad),
    )


# A signal that no process of the program sent


def _find_crashes(run: Run, explained: set[int]) -> Iterator[Finding]:
    groups = defaultdict[tuple[str, int, bool], list[ProcessState]](list)
    for state in run.processes.values():
        if state.role != "worker" or state.signal is None or state.process in explained:
            continue
        if ended_unasked(run, state):
            groups[_kind_of(state), state.signal, state.oom].append(state)
    for group in groups.values():
        yield _of_crash(run, group)


def _of_crash(run: Run, group: list[ProcessState]) -> Finding:
    first = group[0]
    processes = tuple(state.process for state in group)
    was = "was" if len(group) == 1 else "were"
    cause = "the system, as memory ran out" if first.oom else signal_name(first.signal or 0)
    return Finding(
        rule="worker-crashed",
        severity="problem",
        headline=f"{names_of(run, processes)} {was} killed by {cause}",
        evidence=(
            f"{_at_times(group)}, {_between_tasks(run, group)}. No process of the program asked "
            f"for it.{_memory(max(group, key=lambda state: state.peak_rss_bytes))}"
        ),
        advice=" ".join(
            (
                "What it was to do is not done, and its exit code is all that the program learns: "
                "look at exitcode after join().",
                *_advice_for_cause(first),
            )
        ),
        processes=processes,
        since=min(state.ended_at or 0.0 for state in group),
    )


def _at_times(group: list[ProcessState]) -> str:
    first = min(state.ended_at or 0.0 for state in group)
    return (
        f"It was at {since_text(first)}"
        if len(group) == 1
        else f"The first time was at {since_text(first)}"
    )


def _between_tasks(run: Run, group: list[ProcessState]) -> str:
    took_tasks = any(state.process in run.tasks.of_process for state in group)
    return "between two tasks" if took_tasks else "at work"
