"""Findings about daemon processes that ended with the one that started them: ``daemons-cut-off``.

multiprocessing terminates daemons as their parent comes to its end, whatever they are doing. For a
process that serves others this is as it should be, so it is only for the record; of one that waited
for work nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.ended_workers import is_of_library
from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import listed, name_of, named
from mptui.wording.counts import counted
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui import events as ev
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_KEPT: Final = 100
_NAMED: Final = 4


class CutOff:
    """The daemons of one process that were at something when it ended, by that process."""

    def __init__(self) -> None:
        self.of_parent: dict[int, list[ProcessState]] = {}
        """By the process that ended; the first of them."""

    def note(self, run: Run, event: ev.ProcessExited, asked: ev.ProcessAsked | None) -> None:
        """A process ends, and this was the first request to."""
        state = run.processes.get(event.process)
        if state is None or asked is None or not asked.at_end or event.stopping:
            return
        if event.terminated_by != asked.by or not _is_at_something(run, state):
            return
        if asked.by in self.of_parent or len(self.of_parent) < _KEPT:
            states = self.of_parent.setdefault(asked.by, [])
            if len(states) < _KEPT:
                states.append(state.ended(event))


def find_cut_off(run: Run, cut_off: CutOff) -> Iterator[Finding]:
    """Daemons that their parent's end put an end to."""
    for parent, states in cut_off.of_parent.items():
        yield _of_daemons(run, parent, sorted(states, key=lambda state: state.process))


def _is_at_something(run: Run, state: ProcessState) -> bool:
    if state.role != "worker" or state.target is None or is_of_library(state.target):
        return False
    wait = run.waits.current.get(state.process)
    return wait is None or not wait_kind(wait.kind).is_idle


def _of_daemons(run: Run, parent: int, states: list[ProcessState]) -> Finding:
    names = listed(map(named, states[:_NAMED]), len(states) - _NAMED if states[_NAMED:] else 0)
    at = min(state.ended_at or 0.0 for state in states)
    is_one = len(states) == 1
    return Finding(
        kind="daemons-cut-off",
        severity="note",
        headline=(
            f"{counted(len(states), 'daemon process', 'daemon processes')} "
            f"{'was' if is_one else 'were'} terminated in the middle of something, as "
            f"{name_of(run, parent)} came to its end"
        ),
        evidence=(
            f"{names} {'was' if is_one else 'were'} not waiting for work when multiprocessing sent "
            f"SIGTERM at {since_text(at)}, as it does to every process with daemon=True."
        ),
        advice=(
            f"If {'it' if is_one else 'they'} had something to finish, join "
            f"{'it' if is_one else 'them'} before the end, or leave daemon=True out: then the end "
            f"waits. If {'it only serves' if is_one else 'they only serve'} others, all is well."
        ),
        processes=tuple(state.process for state in states),
        since=at,
    )
