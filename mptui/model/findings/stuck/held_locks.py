"""Findings about locks that are waited for, and that another one holds for long: ``lock-held``.

The holder may release it yet. It may be a process outside of the program, where files are locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place, doing
from mptui.model.findings.wording import cut, listed, name_of, names_of
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import LockSampled, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_LONG_SECONDS: Final = 5.0
_VERY_LONG_SECONDS: Final = 30.0
"""So long even a lock that is held on purpose makes others wait in vain."""
_HELD_SECONDS: Final = 3.0
_NAMED: Final = 3
_ADVICE: Final = (
    "Hold a lock only while what it protects is used, and do what is slow outside of it; "
    "acquire(timeout=...) gives up, and so tells who waits for long."
)
_FILE_ADVICE: Final = (
    "A lock on a file is held until it is released, or every copy of the open file is closed: "
    "close it early; with LOCK_NB it fails at once instead of waiting."
)


def find_held_locks(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Locks that some wait for, and others hold, both for long."""
    waiting: dict[int, list[WaitStarted]] = {}
    for wait in run.waits.current.values():
        if wait.lock is not None and wait.kind in ("lock", "file") and not wait.timed:
            waiting.setdefault(wait.lock, []).append(wait)
    found = {lock: sample for lock in waiting if (sample := _held(run, waiting[lock])) is not None}
    if not found:
        return
    standstills = evidence.standstills_at(run, run.now)
    stuck = {process for standstill in standstills for process in standstill.processes}
    for lock, sample in found.items():
        if stuck.isdisjoint(wait.process for wait in waiting[lock]):
            yield _of_lock(run, waiting[lock], sample)


def _held(run: Run, waits: Sequence[WaitStarted]) -> LockSampled | None:
    """Who holds what these wait for, if that has been so for long."""
    since = min(wait.started_at for wait in waits)
    sample = run.locks.get(waits[0].lock) if waits[0].lock is not None else None
    if sample is None or sample.t < since or run.now - since < _LONG_SECONDS:
        return None
    is_held = bool(sample.outside) or any(map(run.is_alive, sample.holders))
    return sample if is_held and run.now - sample.t >= _HELD_SECONDS else None


def _of_lock(run: Run, waits: Sequence[WaitStarted], sample: LockSampled) -> Finding:
    first = waits[0]
    holders = [holder for holder in sample.holders if run.is_alive(holder)]
    thing = cut(first.on) if first.on else wait_kind(first.kind).thing
    names = names_of(run, (wait.process for wait in waits))
    outside = [f"{cut(command)} (pid {pid})" for pid, command in sample.outside.items()]
    held_by = listed([*(name_of(run, holder) for holder in holders), *outside])
    is_file = first.kind == "file"
    since = min(wait.started_at for wait in waits)
    return Finding(
        kind="lock-held",
        severity="warning" if run.now - since >= _VERY_LONG_SECONDS else "note",
        headline=(
            f"{names} {'waits' if len(waits) == 1 else 'wait'} for "
            f"{'the lock on the file ' if is_file and first.on else ''}{thing}, "
            f"which {held_by} {'has' if len(holders) + len(outside) == 1 else 'have'}"
        ),
        evidence=(
            f"{_waiting(run, waits)} since {since_text(since)} into the run"
            f"{_holding(run, holders, sample, outside)}."
        ),
        advice=_FILE_ADVICE if is_file else _ADVICE,
        processes=(*(wait.process for wait in waits), *holders),
        since=since,
    )


def _waiting(run: Run, waits: Sequence[WaitStarted]) -> str:
    named = [f"{name_of(run, wait.process)}{at_place(run, wait)}" for wait in waits[:_NAMED]]
    return f"{listed(named, len(waits) - len(named))} {'waits' if len(waits) == 1 else 'wait'}"


def _holding(run: Run, holders: Sequence[int], sample: LockSampled, outside: list[str]) -> str:
    texts = [
        f"; {name_of(run, holder)} has it at least since "
        f"{since_text(_held_since(run, holder, sample))} and {doing(run, holder)}"
        for holder in holders[:_NAMED]
    ]
    if outside:
        what = "is no process" if len(outside) == 1 else "are no processes"
        texts.append(f"; {listed(outside)} {what} of this program")
    return "".join(texts)


def _held_since(run: Run, holder: int, sample: LockSampled) -> float:
    wait = run.waits.current.get(holder)
    seen = wait.started_at if wait is not None and sample.lock in wait.holds else sample.t
    return min(seen, sample.t)
