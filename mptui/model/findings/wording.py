"""The words that all findings share: names of processes, one or a list of them, and their ends.

Texts from the program are cut but not made safe: that is done where they are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.processes.processes import MAIN
from mptui.model.stacks.places import place, place_text
from mptui.wording.endings import ending_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.events import StackFrame, WaitStarted
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_LONGEST_NAME: Final = 60
_LONGEST_MESSAGE: Final = 160
_NAMED: Final = 4
"""So many of a list are named, any more are counted."""


def cut(text: str) -> str:
    """A name from the program, short enough for a sentence."""
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def cut_message(text: str) -> str:
    """The message of an error, short enough for a sentence; its first line only."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…"


def name_of(run: Run, process: int) -> str:
    """What a process is called; a fork that is called like the main process with its pid."""
    state = run.processes.get(process) or run.forgotten.get(process)
    if state is None or not state.name:
        return f"process {process}"
    main = run.processes.get(MAIN)
    is_like_main = process != MAIN and main is not None and state.name == main.name
    pid = getattr(state, "pid", None)
    return f"{cut(state.name)} (pid {pid})" if is_like_main and pid else cut(state.name)


def named(state: ProcessState) -> str:
    """What a process is called, also after the run has forgotten it."""
    return cut(state.name) if state.name else f"process {state.process}"


def listed(names: Iterable[str], more: int = 0) -> str:
    """``Ada``, ``Ada and Ben``, ``Ada, Ben, Cid, Dan and 3 more``.

    Args:
        names: those that can be named.
        more: how many there are beside them.
    """
    named = list(names)
    if len(named) + more > _NAMED + 1:
        more += max(len(named) - _NAMED, 0)
        named[_NAMED:] = [f"{more} more"]
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} and {named[-1]}"


def names_of(run: Run, processes: Iterable[int]) -> str:
    """What these processes are called, in a sentence."""
    return listed(name_of(run, process) for process in processes)


def ending(state: ProcessState) -> str:
    """How a process ended: ``killed by SIGKILL``, ``ended with exit code 1``."""
    return ending_text(state.exitcode, state.signal)


def waiting_place(run: Run, wait: WaitStarted) -> str | None:
    """Where a process waits: ``hang.py:9 in locked``; None where it was not read since it does.

    Args:
        run: the run.
        wait: a wait that goes on, or that only the end of the process has ended.
    """
    frame = place(frames_of_wait(run, run.processes.get(wait.process), wait))
    return None if frame is None else cut(place_text(frame))


def frames_of_wait(run: Run, state: ProcessState | None, wait: WaitStarted) -> Sequence[StackFrame]:
    """The stack of the main thread in this wait, innermost first; none where it was not read."""
    current = run.waits.current.get(wait.process)
    if current.started_at != wait.started_at if current else run.is_alive(wait.process):
        return ()
    sample = run.stacks.get(wait.process)
    if sample is None or state is None or sample.t < wait.started_at:
        return ()
    return next(
        (one.frames for one in sample.threads if one.thread == state.pid and not one.ran), ()
    )
