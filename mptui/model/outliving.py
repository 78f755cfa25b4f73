"""What outlives the main process of a run: on purpose, or left alone.

Must not draw conclusions beyond that: what it means for a person is for the findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.leftovers import Leftover, left_on_purpose
from mptui.model.processes.processes import MAIN

if TYPE_CHECKING:
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run


class Outliving(NamedTuple):
    """The processes that live, although the main process has ended; in order of discovery."""

    main: ProcessState
    unwanted: tuple[ProcessState, ...] = ()
    """Nobody meant them to stay: their main process was killed, or left them without a word."""
    on_purpose: tuple[ProcessState, ...] = ()

    @property
    def processes(self) -> tuple[ProcessState, ...]:
        """All of them."""
        return tuple(sorted((*self.unwanted, *self.on_purpose), key=lambda state: state.process))


def outliving(run: Run) -> Outliving | None:
    """What outlives the main process; None while that lives, or where nothing does."""
    main = run.processes.get(MAIN)
    if main is None or main.is_alive or not run.alive_count:
        return None
    states = sorted(run.alive, key=lambda state: state.process)
    left = {state.process: Leftover(state.role, state.own_session) for state in states}
    meant = left_on_purpose(left, main_was_killed=main.signal is not None)
    return Outliving(
        main,
        tuple(state for state in states if state.process not in meant),
        tuple(state for state in states if state.process in meant),
    )
