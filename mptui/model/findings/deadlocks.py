"""Findings about processes that wait for ever: ``deadlock``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.deadlock_search import find_standstills
from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, listed, name_of, names_of, waiting_place
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import WaitStarted
    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.findings.evidence import Evidence
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
_END_MARK_ADVICE: Final = (
    "No process is left that would put anything there. Tell each worker when there is no more "
    "work, for example by putting one None for each, before waiting for its end."
)
_DRAIN_ADVICE: Final = (
    "A process ends only when everything it put has been taken: take it out of the queue "
    "first, then join()."
)
_EVERYTHING_ADVICE: Final = (
    "Each waits for something that another one would have to do. Stop the program, look at what "
    "the main process waits for, and at which process was to do it."
)
_LOST_LOCK_ADVICE: Final = (
    "A lock stays taken when the process that holds it is killed. Take it in a with statement, let "
    "workers end by themselves instead of terminate(), or use acquire(timeout=...)."
)


def find_deadlocks(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """What stands still now, and what did until one of its processes was ended."""
    may_be_lost = evidence.has_seen_a_signal
    now = {
        standstill.processes: standstill
        for standstill in find_standstills(run, run.now, locks_may_be_lost=may_be_lost)
    }
    found: list[frozenset[int]] = []
    for processes, standstill in {**evidence.standstills, **now}.items():
        # A standstill that is seen again later may be a part of it only.
        if not any(processes <= others for others in found):
            found.append(processes)
            yield _of_standstill(run, standstill)


def _of_standstill(run: Run, standstill: Standstill) -> Finding:
    waits = standstill.waits
    since = max(wait.started_at for wait in waits)
    sentences = [_sentence(run, standstill, wait) for wait in waits[:_NAMED]]
    if len(waits) > _NAMED:
        sentences.append(f"{len(waits) - _NAMED} more wait too")
    return Finding(
        rule="deadlock",
        severity="problem",
        headline=_headline(run, standstill),
        evidence=f"{'; '.join(sentences)}. Stuck since {since_text(since)} into the run.",
        advice=_advice(standstill),
        processes=tuple(wait.process for wait in waits),
        since=since,
    )


def _headline(run: Run, standstill: Standstill) -> str:
    waits = standstill.waits
    names = names_of(run, (wait.process for wait in waits))
    if standstill.lost_lock is not None:
        verb = "waits" if len(waits) == 1 else "wait"
        return f"{names} {verb} for {_thing(waits[0])}, which no living process holds"
    if not standstill.is_circle:
        return f"Everything waits, nothing can go on: {names}"
    if len(waits) == 1:
        return f"{names} waits for {_thing(waits[0])}, which it holds itself"
    how = "for each other" if len(waits) == 2 else "in a circle"
    return f"Deadlock: {names} wait {how}"


def _sentence(run: Run, standstill: Standstill, wait: WaitStarted) -> str:
    """``Ada holds pen and waits for paper``."""
    name = name_of(run, wait.process)
    what = wait_kind(wait.kind).clause.format(_thing(wait, run))
    held = [_thing(other) for other in standstill.waits if other.lock in wait.holds]
    holds = f"holds {listed(held)} and " if held and wait.lock is not None else ""
    where = waiting_place(run, wait)
    return f"{name} {holds}waits {what}{f', {where}' if where is not None else ''}"


def _thing(wait: WaitStarted, run: Run | None = None) -> str:
    if wait.joined is not None and run is not None:
        return name_of(run, wait.joined)
    return cut(wait.on) if wait.on else wait_kind(wait.kind).thing


def _advice(standstill: Standstill) -> str:
    kinds = {wait.kind for wait in standstill.waits}
    if standstill.lost_lock is not None:
        return _LOST_LOCK_ADVICE
    if standstill.is_circle:
        return _CIRCLE_ADVICE if len(standstill.waits) > 1 else _OWN_LOCK_ADVICE
    if "get" in kinds and "join" in kinds:
        return _END_MARK_ADVICE
    return _DRAIN_ADVICE if "join" in kinds and kinds & {"thread", "put"} else _EVERYTHING_ADVICE
