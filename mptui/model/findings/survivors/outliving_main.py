"""Findings about processes that live on without their main process.

- ``workers-outlive-main``: nobody will give them work, take their results, or end them.
- ``left-running``: the program left them on purpose, as a daemon; for the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import ending, listed, named
from mptui.model.outliving import Outliving, outliving
from mptui.wording.counts import counted
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

SETTLING_SECONDS: Final = 1.5
"""What ends within this time of its main process only took a moment to notice."""


def find_outliving(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """What lives on although the main process has ended by itself or was killed."""
    left = outliving(run)
    if left is None or left.main.stopping or left.main.ended_at is None:
        return
    if run.now - left.main.ended_at < SETTLING_SECONDS:
        return
    if left.unwanted:
        yield _of_unwanted(run, left, left.main.ended_at)
    if left.on_purpose:
        yield _of_left_on_purpose(left, left.main.ended_at)


def _of_unwanted(run: Run, left: Outliving, ended_at: float) -> Finding:
    main, states = left.main, left.unwanted
    was = "was " if main.signal is not None else ""
    outlive = "outlives" if len(states) == 1 else "outlive"
    return Finding(
        kind="workers-outlive-main",
        severity="error" if main.signal is not None else "warning",
        headline=(
            f"{named(main)} {was}{ending(main)}{_by_whom(main)} at {since_text(ended_at)}; "
            f"{_count(states)} {outlive} it{_activity(run, states)}"
        ),
        evidence=(
            f"Alive without it: {_with_pids(states)}. "
            f"{'It keeps' if len(states) == 1 else 'They keep'} memory, files and locks, and "
            f"nobody waits for {'its' if len(states) == 1 else 'their'} end."
        ),
        advice=_advice(main, is_one=len(states) == 1),
        processes=(main.process, *(state.process for state in states)),
        since=ended_at,
    )


def _advice(main: ProcessState, *, is_one: bool) -> str:
    them, they = ("it", "it") if is_one else ("them", "they")
    now = f"End {them} with kill and the pid; on the dashboard x does."
    if main.signal is None:
        return f"{now} Let main join or terminate {them} before it ends."
    return (
        f"{now} A process can notice that it is alone, and end by itself: "
        f"os.getppid() changes when {they} {'is' if is_one else 'are'} left."
    )


def _by_whom(main: ProcessState) -> str:
    if main.signal is None:
        return ""
    if main.oom:
        return ", as memory ran out,"
    if main.terminated_by == main.process:
        return ", which it sent itself,"
    if main.asked_by_user:
        return ", which a person sent with mptui,"
    return "" if main.terminated_by is not None else ", which no process of the program sent,"


def _count(states: Iterable[ProcessState]) -> str:
    workers = sum(state.role == "worker" for state in states)
    others = sum(state.role != "worker" for state in states)
    counts = [counted(workers, "worker")] if workers else []
    if others:
        noun = ("other process", "other processes") if workers else ("process", "processes")
        counts.append(counted(others, *noun))
    return " and ".join(counts)


def _activity(run: Run, states: tuple[ProcessState, ...]) -> str:
    """What they do, as far as all workers do the same."""
    workers = [state.process for state in states if state.role == "worker"]
    if not workers:
        return ""
    if all(run.tasks.running_in(process) for process in workers):
        return ", at work on tasks whose results nobody will read"
    waits = [run.waits.current.get(process) for process in workers]
    if all(wait is not None and wait_kind(wait.kind).is_idle for wait in waits):
        return ", waiting for tasks that will not come"
    return ""


def _of_left_on_purpose(left: Outliving, ended_at: float) -> Finding:
    states = left.on_purpose
    is_one = len(states) == 1
    return Finding(
        kind="left-running",
        severity="note",
        headline=f"{listed(map(named, states))} {'goes' if is_one else 'go'} on without main",
        evidence=(
            f"{named(left.main)} {'was ' if left.main.signal is not None else ''}"
            f"{ending(left.main)} at {since_text(ended_at)} and left "
            f"{'it' if is_one else 'them'} running: {_with_pids(states)}."
        ),
        advice=(
            f"Nothing has to be done if {'it is a daemon' if is_one else 'they are daemons'}: "
            f"mptui leaves {'it' if is_one else 'them'} alone. --leftovers stop ends "
            f"{'it' if is_one else 'them'} with the run."
        ),
        processes=tuple(state.process for state in states),
        since=ended_at,
    )


def _with_pids(states: Iterable[ProcessState]) -> str:
    return listed(f"{named(state)} (pid {state.pid})" for state in states)
