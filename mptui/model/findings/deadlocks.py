"""Findings about processes that wait for ever: ``deadlock``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Effect, Finding
from mptui.model.findings.stuck.places import at_place, proxy_call, waiting_frames
from mptui.model.findings.stuck.standstills import is_flushing, told
from mptui.model.findings.wording import (
    cut,
    cut_message,
    ending,
    listed,
    name_of,
    named,
    names_of,
)
from mptui.model.stacks.places import is_library, short_file
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import WaitStarted
    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_NAMED: Final = 6
"""So many waits are named one by one, any more are counted."""

_CIRCLE_ADVICE: Final = (
    "None of them can ever go on. Take the locks in the same order everywhere; or take the second "
    "one with acquire(timeout=...), and release the first one if that fails."
)
_OWN_LOCK_ADVICE: Final = (
    "A Lock cannot be taken twice, not even by its holder: use an RLock, or release it first."
)
_NO_THREAD_ADVICE: Final = (
    "Only a thread of this process could end this wait, and all others have ended: look at why "
    "they did. A thread that an exception ends takes nobody along, and does not say task_done()."
)
_DRAIN_ADVICE: Final = (
    "A process ends only when everything it put has been taken: take it out of the queue "
    "first, then join()."
)
_EVERYTHING_ADVICE: Final = (
    "Each waits for something that another one would have to do. Stop the program, look at what "
    "the main process waits for, and at which process was to do it."
)
_FULL_PIPE_ADVICE: Final = (
    "A pipe holds 64 KiB: read from it first (communicate() does, or recv()), then wait for the "
    "end of the process that writes."
)
_EMPTY_PIPE_ADVICE: Final = (
    "Each waits for what another one would have to send: let one of them send before it receives, "
    "and close the ends of pipes that a process does not use."
)
_FORKED_LOCK_ADVICE: Final = (
    "A fork copies locks as they are, but not the threads that hold them: start workers with spawn "
    "or forkserver, or before any thread."
)
_THREADING: Final = "/threading.py"
_WRITING: Final = frozenset({"output", "send"})
_LOST_LOCK_ADVICE: Final = (
    "A lock stays taken when the process that holds it is killed. Take it in a with statement, let "
    "workers end by themselves instead of terminate(), or use acquire(timeout=...)."
)
_UNRELEASED_ADVICE: Final = (
    "A lock stays taken when the process that holds it ends: take it in a with statement, which "
    "releases it also where an exception is raised."
)


def find_deadlocks(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """What stands still now, and what did until one of its processes was ended."""
    now = {standstill.processes: standstill for standstill in evidence.standstills_at(run, run.now)}
    found: list[frozenset[int]] = []
    for processes, standstill in {**evidence.standstills, **now}.items():
        # A standstill that is seen again later may be a part of it only.
        if not any(processes <= others for others in found):
            found.append(processes)
            if standstill.alone is not None:
                yield _of_alone(run, evidence, standstill, standstill.alone)
            elif standstill.lost_lock is not None:
                yield _of_lost_lock(run, evidence, standstill)
            else:
                yield _of_standstill(run, evidence, standstill)


def _of_standstill(run: Run, evidence: Evidence, standstill: Standstill) -> Finding:
    waits = standstill.waits
    since = max(wait.started_at for wait in waits)
    is_circle = standstill.is_circle
    names = names_of(run, (wait.process for wait in waits))
    known = None if is_circle else told(run, standstill)
    unsent = () if is_circle else _unsent(evidence, standstill)
    # What could not be sent counts as put and taken.
    counts = known.evidence if known is not None and not unsent else ""
    more = f" {counts}" if counts else ""
    return Effect(
        kind="deadlock",
        severity="warning" if standstill.repeated else "error",
        headline=_headline(run, standstill) if known is None else known.headline,
        evidence=(
            f"{_sentences(run, standstill)}. Stuck since {since_text(since)} into the run.{more}"
        ),
        advice=_advice(standstill) if known is None else known.advice,
        processes=tuple(wait.process for wait in waits),
        since=since,
        until=standstill.until,
        caused_by=() if is_circle else (*unsent, *_ended_beside(evidence, standstill)),
        consequence=f"{names} {'waits' if len(waits) == 1 else 'wait'} for ever",
    )


def _unsent(evidence: Evidence, standstill: Standstill) -> tuple[int, ...]:
    """The processes that put something that could not be sent, where one waits to get something."""
    if not any(wait.kind == "get" for wait in standstill.waits):
        return ()
    return tuple({one.process: None for one in evidence.printed.all if one.kind == "feeder"})


def _ended_beside(evidence: Evidence, standstill: Standstill) -> tuple[int, ...]:
    """The workers that ended badly while these waited, or before."""
    ended = (state.process for state in evidence.ended_unasked)
    return tuple(process for process in ended if process not in standstill.processes)


def _sentences(run: Run, standstill: Standstill) -> str:
    waits = standstill.waits
    sentences = [_sentence(run, standstill, wait) for wait in waits[:_NAMED]]
    if len(waits) > _NAMED:
        sentences.append(f"{len(waits) - _NAMED} more wait too")
    return "; ".join(sentences)


def _of_lost_lock(run: Run, evidence: Evidence, standstill: Standstill) -> Finding:
    waits = standstill.waits
    since = max(wait.started_at for wait in waits)
    names = names_of(run, (wait.process for wait in waits))
    suspects = _suspects(run, evidence, standstill)
    headline = (
        f"{names} {'waits' if len(waits) == 1 else 'wait'} for {_thing(waits[0])}, "
        "which no living process holds"
    )
    if suspects:
        headline += f": {listed(map(named, suspects))} {_endings(suspects)}"
    when = f" at {since_text(suspects[0].ended_at or 0.0)}" if len(suspects) == 1 else ""
    is_killed = not suspects or suspects[0].signal is not None
    took = f"What {'was killed' if is_killed else 'ended'}{when} took the lock along"
    return Effect(
        kind="deadlock",
        severity="error",
        headline=headline,
        evidence=(
            f"{_sentences(run, standstill)}. {took}. Stuck since {since_text(since)} into the run."
        ),
        advice=_LOST_LOCK_ADVICE if is_killed else _UNRELEASED_ADVICE,
        processes=tuple(wait.process for wait in waits),
        since=since,
        until=standstill.until,
        caused_by=tuple(state.process for state in suspects),
    )


def _suspects(run: Run, evidence: Evidence, standstill: Standstill) -> list[ProcessState]:
    """The process that was seen to hold it; or else those that were killed, and may have."""
    seen = run.processes.get(standstill.lost_with) if standstill.lost_with is not None else None
    if seen is not None:
        return [seen]
    return [one for one in evidence.killed if not one.end_was_asked] or evidence.killed


def _endings(states: Sequence[ProcessState]) -> str:
    """``was killed by SIGKILL``, ``ended with exit code 0``, ``were killed``."""
    ends = ending(states[0]) if len({state.signal for state in states}) == 1 else "killed"
    if states[0].signal is None:
        return ends
    return f"{'was' if len(states) == 1 else 'were'} {ends}"


def _of_alone(run: Run, evidence: Evidence, standstill: Standstill, alone: int) -> Finding:
    state = run.processes[alone]
    wait = standstill.waits[0]
    name = name_of(run, alone)
    threads = evidence.forked_beside_threads.get(alone)
    parent = name_of(run, state.parent) if state.parent is not None else "its parent"
    # A process that is no worker of a library was forked, or ran a program of its own.
    was_forked = state.start_method == "fork" or (state.role == "other" and not state.argv)
    what, why, advice = _why_alone(run, wait, was_forked=was_forked)
    had = f" {parent} had other threads then ({listed(map(cut, threads))})." if threads else ""
    others = [other for other in standstill.waits if other.process != alone]
    waiting = f" {'; '.join(_sentence(run, standstill, one) for one in others)}." if others else ""
    return Finding(
        kind="deadlock",
        severity="error",
        headline=f"{name} waits for {what}, {why}",
        evidence=(
            f"{_dead_threads(evidence, alone)}It has one thread only{at_place(run, wait)}, and "
            f"started at {since_text(state.started_at)}.{had}{waiting} "
            f"Stuck since {since_text(wait.started_at)} into the run."
        ),
        advice=advice,
        processes=tuple(one.process for one in standstill.waits),
        since=wait.started_at,
        until=standstill.until,
    )


def _why_alone(run: Run, wait: WaitStarted, *, was_forked: bool) -> tuple[str, str, str]:
    """What a process with one thread waits for, why that never comes, and what to do."""
    frames = waiting_frames(run, wait)
    if frames and frames[0].function.endswith("wait") and frames[0].file.endswith(_THREADING):
        caller = frames[1] if len(frames) > 1 else frames[0]
        of = f", in {cut(caller.function)}() of {cut(short_file(caller.file))}"
        what = f"another thread of its own{of if is_library(caller) else ''}"
        if was_forked:
            return what, "which the fork did not copy", _FORKED_LOCK_ADVICE
        return what, "and it has no other thread any more", _NO_THREAD_ADVICE
    if was_forked:
        why = "taken when it was forked: the thread that would release it is not in it"
        return "a lock inside itself", why, _FORKED_LOCK_ADVICE
    why = "and it has no other thread that could release it"
    return "a lock inside itself", why, _OWN_LOCK_ADVICE


def _dead_threads(evidence: Evidence, process: int) -> str:
    """``Its thread consumer died at 0.1 s, load.py:6 in consume: KeyError: 'x'. ``."""
    died = evidence.printed.of(process, "thread")[:_NAMED]
    return "".join(
        f"Its thread {cut(one.thread)} died at {since_text(one.since)}"
        f"{f', {cut(one.place)}' if one.place else ''}: {cut_message(one.error)}. "
        for one in died
        if one.error
    )


def _headline(run: Run, standstill: Standstill) -> str:
    waits = standstill.waits
    names = names_of(run, (wait.process for wait in waits))
    if not standstill.is_circle:
        if all(state.process in standstill.processes for state in run.alive):
            return f"Everything waits, nothing can go on: {names}"
        return f"{names} wait, and no other process can end that"
    if len(waits) == 1:
        return f"{names} waits for {_thing(waits[0])}, which it holds itself"
    how = "for each other" if len(waits) == 2 else "in a circle"
    return f"Deadlock: {names} wait {how}"


def _sentence(run: Run, standstill: Standstill, wait: WaitStarted) -> str:
    """``Ada holds pen and waits for paper``."""
    name = name_of(run, wait.process)
    what = _clause(run, wait)
    held = [_thing(other) for other in standstill.waits if other.lock in wait.holds]
    holds = f"holds {listed(held)} and " if held and wait.lock is not None else ""
    repeated = standstill.repeated.get(wait.process)
    verb = "waits"
    if repeated is not None:
        verb = f"has asked {repeated.rounds:,} times since {since_text(wait.started_at)}"
    return f"{name} {holds}{verb} {what}{at_place(run, wait)}"


def _clause(run: Run, wait: WaitStarted) -> str:
    """What it waits for, after the verb."""
    if wait.peers:
        return _clause_at_pipe(run, wait)
    if wait.kind == "join" and wait.queue is not None:
        return f"until every item of {_thing(wait)} is marked as done"
    if wait.kind == "thread" and is_flushing(run, wait):
        return "until what it put into a queue is taken"
    return wait_kind(wait.kind).clause.format(_thing(wait, run))


def _clause_at_pipe(run: Run, wait: WaitStarted) -> str:
    if wait.kind in _WRITING:
        whither = "its output, a full pipe" if wait.kind == "output" else "a full pipe"
        return f"to write to {whither} that only {_other_end(run, wait)} could read"
    if (method := proxy_call(run, wait)) is not None:
        return f"for {_other_end(run, wait)} to answer {cut(method)}()"
    return f"to read from a pipe that only {_other_end(run, wait)} could write to"


def _other_end(run: Run, wait: WaitStarted) -> str:
    others = [peer for peer in wait.peers if peer != wait.process]
    return names_of(run, others) if others else f"{name_of(run, wait.process)} itself"


def _thing(wait: WaitStarted, run: Run | None = None) -> str:
    if wait.joined is not None and run is not None:
        return name_of(run, wait.joined)
    return cut(wait.on) if wait.on else wait_kind(wait.kind).thing


def _advice(standstill: Standstill) -> str:
    kinds = {wait.kind for wait in standstill.waits}
    if standstill.is_circle and any(wait.peers for wait in standstill.waits):
        return _FULL_PIPE_ADVICE if kinds & _WRITING else _EMPTY_PIPE_ADVICE
    if standstill.is_circle:
        return _CIRCLE_ADVICE if len(standstill.waits) > 1 else _OWN_LOCK_ADVICE
    return _DRAIN_ADVICE if "join" in kinds and kinds & {"thread", "put"} else _EVERYTHING_ADVICE
