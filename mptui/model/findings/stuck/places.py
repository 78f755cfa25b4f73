"""What a process does and where, for a sentence about others that wait for it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from mptui.model.findings.wording import cut, waiting_place
from mptui.model.stacks.places import place, place_text
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from mptui.events import StackFrame, WaitStarted
    from mptui.model.run import Run

_PROXY_CALL: Final = "_callmethod"


def at_place(run: Run, wait: WaitStarted) -> str:
    """``, hang.py:9 in locked``; nothing where it is not known where a process waits."""
    where = waiting_place(run, wait)
    return f", {where}" if where is not None else ""


def doing(run: Run, process: int) -> str:
    """``is sleeping, hang.py:4 in fetch``; ``runs, at 3.1 s in hang.py:4 in fetch``."""
    wait = run.waits.current.get(process)
    if wait is not None:
        words = wait_kind(wait.kind).in_words(cut(wait.on) if wait.on else None)
        return f"is {words}{at_place(run, wait)}"
    sample = run.stacks.get(process)
    frame = place(main_frames(run, process))
    if sample is None or frame is None:
        return "runs"
    return f"runs, at {since_text(sample.t)} in {cut(place_text(frame))}"


def main_frames(run: Run, process: int) -> list[StackFrame]:
    """The frames of the main thread of a process as read last, innermost first."""
    sample, state = run.stacks.get(process), run.processes.get(process)
    if sample is None or state is None:
        return []
    return next((one.frames for one in sample.threads if one.thread == state.pid), [])


def waiting_frames(run: Run, wait: WaitStarted) -> list[StackFrame]:
    """The same of a process that waits, if they were read while it did."""
    return main_frames(run, wait.process) if waiting_place(run, wait) is not None else []


def proxy_call(run: Run, wait: WaitStarted) -> str | None:
    """The method of a Manager's object that a process waits for: ``acquire``."""
    frames = waiting_frames(run, wait)
    for inner, outer in itertools.pairwise(frames):
        if inner.function.endswith(_PROXY_CALL):
            name = outer.function.rpartition(".")[2]
            return "acquire" if name == "__enter__" else name
    return None
