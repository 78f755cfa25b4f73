"""Whether a process ended without anybody's asking.

What the program asks for is recorded, as is that who watches it had asked it to end. What is left
to doubt are the signals by which programs tidy up in ways that nobody saw.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_REQUESTS: Final = frozenset[int]((signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
_SETTLING_SECONDS: Final = 3.0
"""Whatever is told to stop and is not the main process takes it along within this time."""


def ended_unasked(run: Run, state: ProcessState) -> bool:
    """Whether it ended, and neither the program nor who watches it wanted that."""
    if state.ended_at is None or (state.exitcode is None and state.signal is None):
        return False
    if state.stopping or state.terminated_by not in (None, state.process):
        return False
    if state.oom or state.signal not in _REQUESTS:
        return True
    if run.finished is None and run.now - state.ended_at < _SETTLING_SECONDS:
        return False  # Its parent may be about to end as well.
    return not _ended_with_its_parent(run, state, state.ended_at)


def _ended_with_its_parent(run: Run, state: ProcessState, ended_at: float) -> bool:
    """A program may take its processes along when it ends."""
    parent = run.processes.get(state.parent) if state.parent is not None else None
    if parent is None or parent.ended_at is None:
        return parent is None
    return abs(parent.ended_at - ended_at) < _SETTLING_SECONDS
