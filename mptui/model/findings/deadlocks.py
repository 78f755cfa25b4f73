"""Findings about processes that wait for ever: ``deadlock``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Effect, Finding
from mptui.model.findings.stuck.alone import find_alone
from mptui.model.findings.stuck.sentences import held_of, sentence, thing_of
from mptui.model.findings.stuck.standstills import PIPE_ADVICE, told
from mptui.model.findings.wording import (
    ending,
    listed,
    named,
    names_of,
)
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_HOLDING_ADVICE: Final = (
    "Do not wait for another process while holding a lock that it needs: release the lock first, "
    "or hold it only while what it protects is used."
)
_LOCKS: Final = frozenset({"lock", "file", "semaphore"})
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
    alone: list[Standstill] = []
    for processes, standstill in {**evidence.standstills, **now}.items():
        # A standstill that is seen again later may be a part of it only.
        if not any(processes <= others for others in found):
            found.append(processes)
            if standstill.alone is not None:
                alone.append(standstill)
            elif standstill.lost_lock is not None:
                yield _of_lost_lock(run, evidence, standstill)
            else:
                yield _of_standstill(run, evidence, standstill)
    yield from find_alone(run, evidence, alone)


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
        advice=_advice(run, standstill) if known is None else known.advice,
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
    sentences = [sentence(run, standstill, wait) for wait in waits[:_NAMED]]
    if len(waits) > _NAMED:
        sentences.append(f"{len(waits) - _NAMED} more wait too")
    return "; ".join(sentences)


def _of_lost_lock(run: Run, evidence: Evidence, standstill: Standstill) -> Finding:
    waits = standstill.waits
    since = max(wait.started_at for wait in waits)
    names = names_of(run, (wait.process for wait in waits))
    suspects = _suspects(run, evidence, standstill)
    headline = (
        f"{names} {'waits' if len(waits) == 1 else 'wait'} for {thing_of(waits[0])}, "
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


def _headline(run: Run, standstill: Standstill) -> str:
    waits = standstill.waits
    names = names_of(run, (wait.process for wait in waits))
    if not standstill.is_circle:
        if all(state.process in standstill.processes for state in run.alive):
            return f"Everything waits, nothing can go on: {names}"
        return f"{names} wait, and no other process can end that"
    if len(waits) == 1:
        return f"{names} waits for {thing_of(waits[0])}, which it holds itself"
    how = "for each other" if len(waits) == 2 else "in a circle"
    return f"Deadlock: {names} wait {how}"


def _advice(run: Run, standstill: Standstill) -> str:
    kinds = {wait.kind for wait in standstill.waits}
    if standstill.is_circle and any(wait.peers for wait in standstill.waits):
        return _advice_at_pipe(kinds)
    if standstill.is_circle and kinds <= _LOCKS:
        return _CIRCLE_ADVICE if len(standstill.waits) > 1 else _OWN_LOCK_ADVICE
    if any(held_of(run, standstill, wait) for wait in standstill.waits):
        return _HOLDING_ADVICE
    return _DRAIN_ADVICE if "join" in kinds and kinds & {"thread", "put"} else _EVERYTHING_ADVICE


def _advice_at_pipe(kinds: set[str]) -> str:
    if kinds == {"join", "receive"}:
        return PIPE_ADVICE
    return _FULL_PIPE_ADVICE if kinds & _WRITING else _EMPTY_PIPE_ADVICE
