"""Findings about workers that are ended on purpose, again and again: ``killed-again``.

A watchdog or a master kills its worker for being late and starts it again, for ever. To end what
has done its work, or a pool, is no such thing: only what was killed at its work counts, each time
before the next one was started.
"""

from __future__ import annotations

import signal
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.ended_workers import Family, family_of, is_of_library, seconds_lived
from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, listed, name_of
from mptui.model.processes.process_state import ProcessState
from mptui.wording.durations import since_text, span_text
from mptui.wording.endings import signal_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_TIMES: Final = 3
_HARSH: Final = frozenset[int]((signal.SIGKILL, signal.SIGABRT))
"""By these nobody ends a worker that has done its work."""
_LONGEST_PAUSE_SECONDS: Final = 30.0
_OVERLAP_SECONDS: Final = 0.25
"""The start of a worker may be recorded so long before the end of the one before it."""
_WAITING_SHARE: Final = 0.6


def find_restarts(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Workers that one process kills one after the other."""
    families = defaultdict[Family, list[ProcessState]](list)
    for state in run.processes.values():
        if state.role in ("worker", "other") and state.ended_at is not None:
            families[family_of(state)].append(state)
    for (parent, kind), family in families.items():
        killed = _killed_last(family, parent)
        if parent is not None and len(killed) >= _TIMES:
            yield _of_restarts(run, parent, kind, killed)


def _killed_last(family: Iterable[ProcessState], parent: int | None) -> list[ProcessState]:
    """Those that were killed last, each after the one before it, and none ended well between."""
    killed: list[ProcessState] = []
    for state in sorted(family, key=lambda one: one.ended_at or 0.0):
        if not _is_killed_by(state, parent) or is_of_library(state.target or ""):
            killed = []
        elif killed and not _follows(state, killed[-1]):
            killed = [state]
        else:
            killed.append(state)
    return killed


def _is_killed_by(state: ProcessState, parent: int | None) -> bool:
    return state.signal in _HARSH and state.terminated_by == parent and not state.stopping


def _follows(state: ProcessState, before: ProcessState) -> bool:
    pause = state.started_at - (before.ended_at or 0.0)
    return -min(_OVERLAP_SECONDS, seconds_lived(state) / 2) <= pause <= _LONGEST_PAUSE_SECONDS


def _of_restarts(run: Run, parent: int, kind: str, killed: list[ProcessState]) -> Finding:
    by, last = name_of(run, parent), killed[-1]
    what, waiter = cut(kind), cut(kind)
    if what == by:
        what, waiter = "a fork of itself", "it"
    names = [name_of(run, state.process) for state in killed]
    lives = sorted(map(seconds_lived, killed))
    waiting = sum(_was_waiting(run, state) for state in killed)
    did = " All of them were waiting, not computing." if waiting == len(killed) else ""
    is_same = len({state.arguments for state in killed}) == 1
    signal_number = last.signal or 0
    return Finding(
        kind="killed-again",
        # With other arguments it may be other work, and too slow is an answer.
        severity="warning" if is_same else "note",
        headline=(
            f"{by} killed {what} by {signal_name(signal_number)} {len(killed)} times, and "
            f"started {'it again' if is_same else 'another one'} each time"
        ),
        evidence=(
            f"{listed(names)} lived {_span(lives[0], lives[-1])} each; the last one "
            f"was killed at {since_text(last.ended_at or 0.0)}.{did}"
        ),
        advice=(
            f"The work never gets done: look at what {waiter} waits for, or give it more time "
            "before it is taken for dead."
        ),
        processes=(parent, *(state.process for state in killed)),
        since=killed[0].ended_at or 0.0,
    )


def _span(least: float, most: float) -> str:
    first, last = span_text(least), span_text(most)
    return first if first == last else f"{first} to {last}"


def _was_waiting(run: Run, state: ProcessState) -> bool:
    waited = sum(run.waits.total_seconds(state.process).values())
    return waited >= _WAITING_SHARE * seconds_lived(state)
