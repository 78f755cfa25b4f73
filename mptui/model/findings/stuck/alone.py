"""What to say of processes that wait for a thread of their own that is not there: ``deadlock``.

Their only thread waits for a lock inside the process, or to be woken by another thread. Many of
them in the same place are told as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place
from mptui.model.findings.stuck.sentences import sentence
from mptui.model.findings.wording import cut, cut_message, frames_of_wait, listed, name_of, names_of
from mptui.model.processes.processes import MAIN
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import WaitStarted
    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_FORKED_LOCK_ADVICE: Final = (
    "A fork copies locks as they are, but not the threads that hold them: start workers with spawn "
    "or forkserver, or before any thread."
)
_FORKED_WAKING_ADVICE: Final = (
    "A fork copies no other threads: start the thread (or make the pool, the queue, the executor "
    "that it belongs to) in the child, or start workers with spawn or forkserver."
)
_OWN_LOCK_ADVICE: Final = (
    "A Lock cannot be taken twice, not even by its holder: use an RLock, or release it first. It "
    "also stays taken when a thread ends that holds it: take it in a with statement."
)
_WAKING_ADVICE: Final = (
    "The thread that was to wake it has ended, perhaps with an exception, whose traceback is in "
    "the output: call set() or task_done() in a finally block, or wait with a timeout."
)
_NAMED: Final = 6


class _Alone(NamedTuple):
    """A process that nothing can wake, and those that wait for it."""

    process: int
    wait: WaitStarted
    standstill: Standstill
    was_forked: bool
    is_to_be_woken: bool
    """Whether it waits in a condition, which another thread notifies, and not for a lock."""
    where: str


def find_alone(
    run: Run, evidence: Evidence, standstills: Sequence[Standstill]
) -> Iterator[Finding]:
    """A finding for all that stand in the same place for the same reason."""
    groups: dict[tuple[object, ...], list[_Alone]] = {}
    for standstill in standstills:
        if standstill.alone is not None:
            one = _alone(run, standstill, standstill.alone)
            key = run.processes[one.process].parent, one.was_forked, one.is_to_be_woken
            # Where it is not known in which place they are, nothing says that it is the same.
            same = (one.where,) if one.where else (one.process,)
            groups.setdefault((*key, *same), []).append(one)
    for group in groups.values():
        yield _of_group(run, evidence, group)


def _alone(run: Run, standstill: Standstill, process: int) -> _Alone:
    state = run.processes[process]
    wait = next(one for one in standstill.waits if one.process == process)
    frames = frames_of_wait(run, state, wait)
    innermost = frames[0] if frames else None
    return _Alone(
        process=process,
        wait=wait,
        standstill=standstill,
        # A process that is no worker of a library was forked, or ran a program of its own.
        was_forked=state.start_method == "fork" or (state.role == "other" and not state.argv),
        is_to_be_woken=(
            innermost is not None
            and innermost.file.endswith("threading.py")
            and innermost.function.rpartition(".")[2] == "wait"
        ),
        where=at_place(run, wait),
    )


def _of_group(run: Run, evidence: Evidence, group: Sequence[_Alone]) -> Finding:
    first = group[0]
    is_one = len(group) == 1
    members = [one.process for one in group]
    waits = {one.process: one for alone in group for one in alone.standstill.waits}
    others = [wait for process, wait in waits.items() if process not in members]
    standstill = first.standstill._replace(waits=tuple(waits.values()))
    waiting = "; ".join(sentence(run, standstill, one) for one in others[:_NAMED])
    since = min(one.wait.started_at for one in group)
    started = since_text(run.processes[first.process].started_at)
    began = f"It has one thread only{first.where}, and started at {started}."
    if not is_one:
        began = f"Each has one thread only{first.where}; the first one started at {started}."
    return Finding(
        kind="deadlock",
        severity="error",
        headline=f"{names_of(run, members)} {_why(first, is_one=is_one)}",
        evidence=(
            f"{_dead_threads(evidence, members)}{began}{_threads(run, evidence, first)}"
            f"{f' {waiting}.' if waiting else ''} "
            f"Stuck since {since_text(since)} into the run."
        ),
        advice=_advice(first),
        processes=tuple(waits),
        since=since,
        until=_until(group),
    )


def _until(group: Sequence[_Alone]) -> float | None:
    """When the last of them was over; None while one goes on."""
    ends = [one.standstill.until for one in group]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _why(alone: _Alone, *, is_one: bool) -> str:
    waits, itself, them, they_have = "waits", "itself", "it", "it has"
    if not is_one:
        waits, itself, them, they_have = "wait", "themselves", "them", "they have"
    if alone.is_to_be_woken:
        why = "but a fork has copied none" if alone.was_forked else f"but {they_have} none left"
        return f"{waits} for another thread to wake {them}, {why}"
    if alone.was_forked:
        when = "it was forked" if is_one else "each was forked"
        return (
            f"{waits} for a lock inside {itself}, taken when {when}: the thread that would release "
            f"it is not in {them}"
        )
    return (
        f"{waits} for a lock inside {itself}, and {they_have} no other thread that could release it"
    )


def _threads(run: Run, evidence: Evidence, alone: _Alone) -> str:
    """The threads that its parent had when it forked it."""
    threads = evidence.forked_beside_threads.get(alone.process)
    if not threads:
        return ""
    state = run.processes[alone.process]
    parent = name_of(run, MAIN if state.parent is None else state.parent)
    return f" {parent} had other threads then ({listed(map(cut, threads))})."


def _dead_threads(evidence: Evidence, processes: Sequence[int]) -> str:
    """``Its thread consumer died at 0.1 s, load.py:6 in consume: KeyError: 'x'. ``."""
    died = [one for process in processes for one in evidence.printed.of(process, "thread")]
    return "".join(
        f"Its thread {cut(one.thread)} died at {since_text(one.since)}"
        f"{f', {cut(one.place)}' if one.place else ''}: {cut_message(one.error)}. "
        for one in died[:_NAMED]
        if one.error
    )


def _advice(alone: _Alone) -> str:
    if alone.is_to_be_woken:
        return _FORKED_WAKING_ADVICE if alone.was_forked else _WAKING_ADVICE
    return _FORKED_LOCK_ADVICE if alone.was_forked else _OWN_LOCK_ADVICE
