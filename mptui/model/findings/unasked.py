"""Whether a process ended without anybody's asking.

That the program asked for an end is recorded; that whoever watches the program had it stopped, only
at the very end of the run. So what a stop also does to processes counts for nothing near it, and
while the run goes on it counts once some time has shown that there was no stop.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.model.process_state import ProcessState
    from mptui.model.run import Run

_REQUESTS: Final = frozenset[int]((signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
_GRACE_SECONDS: Final = 12.0
"""So long a program may take to end after it was asked to."""
_KILLING_SECONDS: Final = 1.5
"""So long before the end of a stopped run its last processes may be killed."""
_SETTLING_SECONDS: Final = 3.0
"""Whatever is told to stop and is not the main process takes it along within this time."""
_KILL_SETTLING_SECONDS: Final = 0.5


def ended_unasked(run: Run, state: ProcessState) -> bool:
    """Whether it ended, and neither the program nor who watches it wanted that."""
    if state.ended_at is None or (state.exitcode is None and state.signal is None):
        return False
    if state.asked_by is not None and state.asked_by != state.process:
        return False
    return not _may_be_stopped(run, state, state.ended_at)


def _may_be_stopped(run: Run, state: ProcessState, ended_at: float) -> bool:
    """Whether a stop of the whole program may be what ended it."""
    is_killed = state.signal == signal.SIGKILL
    is_asked = state.signal is None or state.signal in _REQUESTS
    if state.oom or not (is_killed or is_asked):
        return False
    if run.finished is None:
        return run.now - ended_at < (_KILL_SETTLING_SECONDS if is_killed else _SETTLING_SECONDS)
    if run.finished.stopped is not None:
        left = run.finished.t - ended_at
        return left < (_KILLING_SECONDS if is_killed else _GRACE_SECONDS)
    return state.signal in _REQUESTS and _ended_with_its_parent(run, state, ended_at)


def _ended_with_its_parent(run: Run, state: ProcessState, ended_at: float) -> bool:
    """A program may tidy up in ways that nobody saw."""
    parent = run.processes.get(state.parent) if state.parent is not None else None
    if parent is None or parent.ended_at is None:
        return parent is None
    return abs(parent.ended_at - ended_at) < _SETTLING_SECONDS
