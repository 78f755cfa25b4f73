"""Findings about processes that ended, but whose parent does not wait for them: ``zombie``."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding, Severity
from mptui.model.findings.survivors.kept_pipes import is_at_kept_pipe
from mptui.model.findings.wording import listed, name_of, named
from mptui.model.processes.process_state import ProcessState
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_ZOMBIE_SECONDS: Final = 30.0
_MANY_ZOMBIES: Final = 10
_MANY_ZOMBIES_SECONDS: Final = 10.0
_MANY_SOON_SECONDS: Final = 4.0
"""After this time it may still be meant to wait for many of them at once: no more than a note."""
_PASSED_SECONDS: Final = 3.0
_MANY_PASSED: Final = 5
"""Whoever starts one more child so long after so many have ended does not wait for any of them."""


def find_zombies(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Parents that do not wait for their children, long after these have ended."""
    of_parent = defaultdict[int, list[ProcessState]](list)
    for process, zombie in evidence.zombies.items():
        state = run.processes.get(process, zombie)
        if state.parent is not None:
            of_parent[state.parent].append(state)
    for parent, zombies in of_parent.items():
        old = list(_forgotten(run, parent, zombies))
        if old:
            yield _of_zombies(run, parent, old)


def _forgotten(run: Run, parent: int, zombies: Iterable[ProcessState]) -> Iterator[ProcessState]:
    mother = run.processes.get(parent)
    wait = run.waits.current.get(parent)
    if mother is None or (wait is not None and wait_kind(wait.kind).is_for_children):
        return
    if is_at_kept_pipe(run, parent):
        return  # It waits for it once it has read what it printed.
    ages = _ages(run, parent, zombies)
    many = sum(age >= _MANY_SOON_SECONDS for age in ages.values()) >= _MANY_ZOMBIES
    limit = _MANY_SOON_SECONDS if many else _ZOMBIE_SECONDS
    passed = _passed(run, parent, ages)
    if len(passed) >= _MANY_PASSED:
        yield from (state for state in ages if state in passed or ages[state] >= limit)
    else:
        yield from (state for state, age in ages.items() if age >= limit)


def _ages(run: Run, parent: int, zombies: Iterable[ProcessState]) -> dict[ProcessState, float]:
    """How long each has been one, as long as the parent lived."""
    mother = run.processes.get(parent)
    end = run.now if mother is None or mother.ended_at is None else mother.ended_at
    return {state: end - (state.ended_at or end) for state in zombies}


def _passed(run: Run, parent: int, zombies: Iterable[ProcessState]) -> list[ProcessState]:
    """Those that ended long before the parent started its last child."""
    newest = max(
        (state.started_at for state in run.processes.values() if state.parent == parent),
        default=0.0,
    )
    return [
        one
        for one in zombies
        if one.ended_at is not None and newest - one.ended_at >= _PASSED_SECONDS
    ]


def _may_yet_be_waited_for(run: Run, parent: int, zombies: list[ProcessState]) -> bool:
    """Whether the parent may only do something else first, and then wait for all at once."""
    old = sum(age >= _MANY_ZOMBIES_SECONDS for age in _ages(run, parent, zombies).values())
    return max(old, len(_passed(run, parent, zombies))) < min(_MANY_PASSED, len(zombies))


def _names(zombies: list[ProcessState]) -> str:
    """Forked children are called like their parent, all of them."""
    names = {named(state) for state in zombies}
    if len(zombies) > 1 and len(names) == 1:
        return f"{len(zombies)} children called {names.pop()}"
    return listed(map(named, zombies))


def _of_zombies(run: Run, parent: int, zombies: list[ProcessState]) -> Finding:
    processes = tuple(state.process for state in zombies)
    first = min(zombies, key=lambda state: state.ended_at or 0.0)
    is_one = len(zombies) == 1
    is_early = _may_yet_be_waited_for(run, parent, zombies)
    severity: Severity = "note" if is_early or len(zombies) < _MANY_ZOMBIES else "warning"
    return Finding(
        kind="zombie",
        severity=severity,
        headline=(
            f"{name_of(run, parent)} does not wait for {_names(zombies)}, "
            f"which {'has' if is_one else 'have'} ended"
        ),
        evidence=(
            f"{'It' if is_one else f'They are {len(zombies)}; the first'} ended at "
            f"{since_text(first.ended_at or 0.0)} and still stands in the process table, "
            f"as a zombie.{' It may be about to wait for all of them at once.' if is_early else ''}"
        ),
        advice=(
            "Call join() (or os.waitpid(), or wait() of a Popen) for each process that was "
            "started: until then the system keeps its entry, and nothing reads its exit code."
        ),
        processes=(parent, *processes),
        since=first.ended_at or 0.0,
    )
