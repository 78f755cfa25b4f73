"""Findings about processes that ended when they should not have, and about what that costs.

- ``worker-died-in-task``: with the worker went the task it ran.
- ``crash-loop``: workers that end badly and are started again, over and over.
- ``worker-crashed``: a signal ended a worker, and no process asked for it.
"""

from __future__ import annotations

import signal
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.ended.failures import GUARD_ADVICE, find_failures, ran_main_again
from mptui.model.findings.ended_workers import (
    Ends,
    Family,
    cause_of,
    ended_unasked,
    family_of,
    kind_of,
    seconds_lived,
)
from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, cut_message, ending, listed, name_of, named
from mptui.model.processes.process_state import ProcessState
from mptui.model.tasks.task_records import LostTask
from mptui.wording.causes import CRASHES, signal_meaning
from mptui.wording.durations import since_text, span_text
from mptui.wording.endings import signal_name
from mptui.wording.executor_kinds import executor_kind
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mptui.events import TaskStarted
    from mptui.model.findings.ended_workers import EndedWorkers
    from mptui.model.findings.evidence import Evidence
    from mptui.model.findings.printed.printed_errors import PrintedError, PrintedErrors
    from mptui.model.run import Run

_INITIALIZER_ADVICE: Final = (
    "The initializer fails in each worker, and the pool starts another one for ever: no task is "
    "ever done, and whoever waits for a result waits for ever. Call the initializer once in the "
    "main process to see it fail there; a ProcessPoolExecutor raises BrokenProcessPool instead."
)
_LOOP_ENDS: Final = 3
_LOOP_RESTARTS: Final = 2
_LOOP_PAUSE_SECONDS: Final = 30.0
"""Ends further apart than this on average are no loop."""
_LOOP_SHARE: Final = 0.7
"""At least so many of those that ended did so badly: otherwise most go well."""
_READ_SECONDS: Final = 1.0
"""A program that looks at exit codes does so within this time."""
_SINGLY: Final = 3
"""More deaths of one kind than this are one finding."""

_MEMORY_ADVICE: Final = "Fewer workers, or smaller tasks, take less memory."
_CRASH_ADVICE: Final = "Run it with python -X faulthandler to see in which line it crashed."
_KILL_ADVICE: Final = (
    "Whoever sent SIGKILL is outside of the program: a limit on memory, a batch system, a person."
)


def find_deaths(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Whatever ended badly; each process is named by one of the rules only."""
    workers = evidence.ended_workers
    states = workers.known(run)
    lost = list(_find_lost_tasks(run, states))
    loops = dict(_find_crash_loops(run, evidence, states))
    findings = (*lost, *loops.values())
    yield from findings
    explained = {process for finding in findings for process in finding.processes}
    rest = [state for process, state in states.items() if process not in explained]
    left_out = {family: ends for family, ends in workers.of_family.items() if family not in loops}
    yield from _find_crashes(run, workers, rest, left_out)
    yield from find_failures(run, rest)


# A worker died while it ran a task


def _find_lost_tasks(run: Run, states: Mapping[int, ProcessState]) -> Iterator[Finding]:
    groups = defaultdict[tuple[object, ...], dict[int, LostTask]](dict)
    for lost in run.tasks.lost:
        task, state = lost.task, states.get(lost.task.process)
        if state is None or _ended_well_with(task, state):
            continue
        # Whoever had it end may not know what went with it.
        if state.asked_by_user or ended_unasked(run, state):
            cause = (task.executor, task.label, ending(state), state.oom)
            groups[cause].setdefault(state.process, lost)
    for group in groups.values():
        if len(group) > _SINGLY:
            yield _of_many_lost(list(group.values()), [states[process] for process in group])
        else:
            yield from (_of_lost(lost, states[process]) for process, lost in group.items())


def _ended_well_with(task: TaskStarted, state: ProcessState) -> bool:
    """Whether a worker went home with an item from a queue, as some do without asking again.

    Or with its last test, of which the end may not be known.
    """
    is_open = executor_kind(task.executor).is_taken or task.executor == "pytest"
    return is_open and state.exitcode == 0


def _of_lost(lost: LostTask, state: ProcessState) -> Finding:
    task = lost.task
    return Finding(
        kind="worker-died-in-task",
        severity="error",
        headline=f"{named(state)} died while it {_doing(task)}",
        evidence=(
            f"It {_cause(state, 'was')} at {since_text(lost.lost_at)}, "
            f"{span_text(max(lost.lost_at - task.started_at, 0.0))} after the task began."
            f"{_memory(state)}"
        ),
        advice=_advice_for_lost(task, state),
        processes=(state.process,),
        since=lost.lost_at,
    )


def _of_many_lost(group: list[LostTask], states: list[ProcessState]) -> Finding:
    task = group[0].task
    return Finding(
        kind="worker-died-in-task",
        severity="error",
        headline=f"{len(group)} workers died while they {_doing_all(task)}",
        evidence=(
            f"{listed(map(named, states))} {_cause(states[0], 'were')}, the first at "
            f"{since_text(group[0].lost_at)}.{_memory(states[0])}"
        ),
        advice=_advice_for_lost(task, states[0]),
        processes=tuple(state.process for state in states),
        since=group[0].lost_at,
    )


def _doing(task: TaskStarted) -> str:
    if not executor_kind(task.executor).is_taken:
        return f"ran {_call(task)}"
    item = "an item" if task.item is None else cut(task.item)
    return f"worked on {item} from queue {cut(task.label)}"


def _doing_all(task: TaskStarted) -> str:
    if executor_kind(task.executor).is_taken:
        return f"worked on items from queue {cut(task.label)}"
    return f"ran {cut(task.label)}"


def _call(task: TaskStarted) -> str:
    if task.items > 1:
        return f"{cut(task.label)}, a chunk of {task.items:,} items"
    return cut(task.label) if task.item is None else f"{cut(task.label)}({cut(task.item)})"


def _cause(state: ProcessState, was: str) -> str:
    if state.oom:
        return f"{was} killed because memory ran out"
    if state.signal is None:
        return f"ended by itself, with exit code {state.exitcode},"
    if state.asked_by_user:
        by_whom = "a person sent with mptui"
    elif state.terminated_by == state.process:
        by_whom = "it sent itself"
    else:
        by_whom = "no process of the program sent"
    return f"{was} {ending(state)}, which {by_whom},"


def _sender(run: Run, state: ProcessState) -> str:
    if state.oom:
        return "The kernel counted it as a kill for want of memory."
    if state.terminated_by is not None:
        by = "itself" if state.terminated_by == state.process else name_of(run, state.terminated_by)
        return f"The signal was sent by {by}."
    return "No process of the program sent it."


def _memory(state: ProcessState) -> str:
    peak = state.peak_rss_bytes
    return f" It occupied up to {size_text(peak)}." if peak else ""


def _advice_for_lost(task: TaskStarted, state: ProcessState) -> str:
    return " ".join((executor_kind(task.executor).after_loss, *_advice_for_cause(state)))


def _advice_for_cause(state: ProcessState) -> Iterator[str]:
    if state.oom:
        yield _MEMORY_ADVICE
    elif state.asked_by_user:
        return
    elif state.signal == signal.SIGKILL and state.terminated_by is None:
        yield _KILL_ADVICE
    elif (meaning := signal_meaning(state.signal)) is not None:
        yield meaning
    if state.signal in CRASHES:
        yield _CRASH_ADVICE


# Workers that end and are started again


def _find_crash_loops(
    run: Run, evidence: Evidence, states: Mapping[int, ProcessState]
) -> Iterator[tuple[Family, Finding]]:
    workers, printed = evidence.ended_workers, evidence.printed
    families = defaultdict[Family, list[ProcessState]](list)
    living = (state for state in run.alive if state.role == "worker")
    for state in (*states.values(), *living):
        families[family_of(state)].append(state)
    for key, family in families.items():
        if len(family) < _LOOP_ENDS:
            continue
        bad = [state for state in family if _ended_badly_at_start(run, state)]
        if _are_answers([state for state in bad if not _may_be_read_yet(run, state)]):
            continue
        ends = workers.of_family.get(key) or Ends()
        if len(bad) >= _LOOP_ENDS and _is_loop(family, bad, ends):
            yield key, _of_loop(run, bad, ends, _failed_initializer(printed, bad))


def _ended_badly_at_start(run: Run, state: ProcessState) -> bool:
    if state.ended_at is None or not (state.signal or state.exitcode):
        return False
    return cause_of(state).is_early and ended_unasked(run, state)


def _may_be_read_yet(run: Run, state: ProcessState) -> bool:
    """Whether it has just ended, so that the program has had no time to look at its exit code."""
    if run.finished is not None or state.exitcode_read or state.error is not None:
        return False
    return run.now - _end_of(state) < _READ_SECONDS


def _are_answers(bad: list[ProcessState]) -> bool:
    """Whether their exit codes are what the program wants to know, each of another thing.

    It has looked at all of them, they ran for different arguments, or ended in different ways, and
    no exception ended any; or not the same one each.
    """
    errors = {state.error.partition(":")[0] if state.error else None for state in bad}
    if not all(state.exitcode_read for state in bad) or (errors != {None} and len(errors) == 1):
        return False
    return len({(state.arguments, state.exitcode, state.signal) for state in bad}) > 1


def _is_loop(family: list[ProcessState], bad: list[ProcessState], ends: Ends) -> bool:
    """Whether they came one after the other, and hardly any went well meanwhile."""
    first, last = min(bad, key=_end_of), max(bad, key=_end_of)
    since = _end_of(first)
    restarts = sum(state.started_at >= since for state in family)
    ended = sum(state.ended_at is not None and state.ended_at >= since for state in family)
    if first.process in ends.bad:
        ended = max(ended, ends.count - ends.bad[first.process].ended_before)
    count = len(bad) + ends.left_out_early
    return (
        restarts >= _LOOP_RESTARTS
        and count >= _LOOP_SHARE * ended
        and _end_of(last) - since <= _LOOP_PAUSE_SECONDS * (count - 1)
    )


def _failed_initializer(printed: PrintedErrors, bad: Iterable[ProcessState]) -> PrintedError | None:
    """What the first of them that failed in an initializer printed."""
    processes = {state.process for state in bad}
    return next(
        (one for one in printed.all if one.kind == "initializer" and one.process in processes), None
    )


def _of_loop(
    run: Run, bad: list[ProcessState], ends: Ends, initializer: PrintedError | None
) -> Finding:
    kind = kind_of(bad[0])
    longest = max(ends.longest_left_out, *map(seconds_lived, bad))
    last = max(bad, key=_end_of)
    more = ends.left_out_early
    is_unguarded = ran_main_again(run, last)
    error = f": {cut_message(last.error)}" if last.error else ""
    return Finding(
        kind="crash-loop",
        severity="error",
        headline=(
            f"Crash loop: {cut(kind)} ended badly {len(bad) + more} times, and is started again "
            "and again"
        ),
        evidence=(
            f"{listed(map(named, bad), more)} each ended within {span_text(longest)} of its start; "
            f"the last one, {named(last)}, {ending(last)}{error}.{_where_it_failed(initializer)}"
        ),
        advice=_INITIALIZER_ADVICE
        if initializer is not None
        else _advice_for_loop(last, is_unguarded=is_unguarded),
        processes=tuple(state.process for state in bad),
        since=min(map(_end_of, bad)),
    )


def _where_it_failed(initializer: PrintedError | None) -> str:
    if initializer is None:
        return ""
    where = f", {cut(initializer.place)}" if initializer.place else ""
    return f" It was in the initializer of their pool{where}, before any task."


def _advice_for_loop(last: ProcessState, *, is_unguarded: bool) -> str:
    if is_unguarded:
        return GUARD_ADVICE
    return (
        "The reason is still there, so starting them again does not help: read what "
        f"{named(last)} wrote last, mend that, and let the program give up after a few starts."
    )


def _end_of(state: ProcessState) -> float:
    return state.ended_at or 0.0


# A signal that no process of the program sent


def _find_crashes(
    run: Run,
    workers: EndedWorkers,
    states: Iterable[ProcessState],
    left_out: Mapping[Family, Ends],
) -> Iterator[Finding]:
    groups = defaultdict[tuple[str, int, bool], list[ProcessState]](list)
    for state in states:
        if state.signal is not None and ended_unasked(run, state):
            groups[kind_of(state), state.signal, state.oom].append(state)
    for (kind, number, oom), group in groups.items():
        more = sum(
            ends.left_out_with(number, oom=oom)
            for (_, other_kind), ends in left_out.items()
            if other_kind == kind
        )
        took_tasks = any(workers.took_tasks(run, state) for state in group)
        yield _of_crash(run, group, more, took_tasks=took_tasks)


def _of_crash(run: Run, group: list[ProcessState], more: int, *, took_tasks: bool) -> Finding:
    first = group[0]
    was = "was" if len(group) == 1 else "were"
    cause = "the system, as memory ran out" if first.oom else signal_name(first.signal or 0)
    since = min(map(_end_of, group))
    at = f"{'It' if len(group) == 1 else 'The first time'} was at {since_text(since)}"
    is_known = not more and all(state.exitcode_read for state in group)
    return Finding(
        kind="worker-crashed",
        severity="note" if is_known else "error",
        headline=f"{listed(map(named, group), more)} {was} killed by {cause}",
        evidence=(
            f"{at}, {'between two tasks' if took_tasks else 'at work'}. {_sender(run, first)}"
            f"{_memory(max(group, key=lambda state: state.peak_rss_bytes))}"
        ),
        advice=" ".join(
            (
                "What it was to do is not done; the program has looked at its exit code."
                if is_known
                else "What it was to do is not done, and its exit code is all that the program "
                "learns: look at exitcode after join().",
                *_advice_for_cause(first),
            )
        ),
        processes=tuple(state.process for state in group),
        since=since,
    )
