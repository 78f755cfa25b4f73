"""Findings about a pipe that what a child left behind keeps open: ``pipe-kept-open``.

Whoever reads all that a child prints reads until every process that has the writing end has closed
it, which a program in the background does at its end. Must not speak of one that may be about to
write: those that keep the pipe sleep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place, doing
from mptui.model.findings.wording import listed, named
from mptui.model.processes.processes import MAIN
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_LEAST_SECONDS: Final = 5.0
_WAITS: Final = frozenset(("receive", "poll"))
_ADVICE: Final = (
    "Give what goes on in the background its own output (>/dev/null 2>&1 in a shell, "
    "stdout=DEVNULL), or let the child write into a file and wait for its end instead of for the "
    "end of its output."
)


def find_kept_pipes(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Waits for the rest of an output whose writer has ended."""
    for wait in run.waits.current.values():
        keepers = _keepers(run, wait)
        child = _last_ended_child(run, wait.process) if keepers else None
        waiting = run.processes.get(wait.process)
        if child is not None and waiting is not None:
            yield _of_kept(run, wait, waiting, child, keepers)


def is_at_kept_pipe(run: Run, process: int) -> bool:
    """Whether it waits at a pipe that only what its children left behind keeps open."""
    wait = run.waits.current.get(process)
    return wait is not None and bool(_keepers(run, wait))


def _keepers(run: Run, wait: WaitStarted) -> Sequence[ProcessState]:
    """Those that keep the pipe open: orphans that sleep; none if anybody else could write."""
    sample = run.access.get((None, None, wait.process))
    if wait.timed or wait.kind not in _WAITS or sample is None or sample.t < wait.started_at:
        return ()
    if run.now - wait.started_at < _LEAST_SECONDS:
        return ()
    states = [run.processes.get(process) for process in sample.processes]
    known = [state for state in states if state is not None]
    is_certain = len(known) == len(states) and all(_is_idle_orphan(run, one) for one in known)
    return known if is_certain else ()


def _is_idle_orphan(run: Run, state: ProcessState) -> bool:
    is_orphan = state.parent is None or not run.is_alive(state.parent)
    if state.process == MAIN or not state.is_alive or not is_orphan:
        return False
    wait = run.waits.current.get(state.process)
    return wait is not None and run.now - wait.started_at >= _LEAST_SECONDS


def _last_ended_child(run: Run, process: int) -> ProcessState | None:
    ended = [
        state
        for state in run.processes.values()
        if state.parent == process and state.ended_at is not None and not state.is_alive
    ]
    return max(ended, key=lambda state: state.ended_at or 0.0, default=None)


def _of_kept(
    run: Run,
    wait: WaitStarted,
    waiting: ProcessState,
    child: ProcessState,
    keepers: Sequence[ProcessState],
) -> Finding:
    names = listed(map(named, keepers))
    keep = "keeps" if len(keepers) == 1 else "keep"
    does = doing(run, keepers[0].process) if len(keepers) == 1 else "are waiting"
    pids = listed(f"{named(one)} (pid {one.pid})" for one in keepers)
    have = "has" if len(keepers) == 1 else "have"
    return Finding(
        kind="pipe-kept-open",
        severity="warning",
        headline=(
            f"{named(waiting)} waits for the end of an output, but {names}, left behind by a "
            f"child, {keep} the pipe open{at_place(run, wait)}"
        ),
        evidence=(
            f"It has read since {since_text(wait.started_at)}; {named(child)} ended at "
            f"{since_text(child.ended_at or 0.0)}. Only {pids} {have} the writing end now, "
            f"and {does}."
        ),
        advice=_ADVICE,
        processes=(waiting.process, *(one.process for one in keepers)),
        since=wait.started_at,
    )
