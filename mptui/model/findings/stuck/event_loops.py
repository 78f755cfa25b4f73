"""Findings about event loops that something blocks: ``loop-blocked``.

A coroutine or a callback that waits without giving way, in a sleep, at a socket, for a result,
holds up all others. Seen in the stack: what waits was called by the loop, it is not the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, frames_of_wait, name_of
from mptui.model.stacks.places import place, place_text
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import StackFrame
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_BLOCKED_SECONDS: Final = 3.0
_CALLS: Final = ("asyncio/events.py", "_run")
"""What the loop calls coroutines and callbacks with."""
_ADVICE: Final = (
    "In a coroutine wait only with await: asyncio.sleep(), a library made for asyncio, or "
    "asyncio.to_thread(...) and run_in_executor() around what cannot be awaited."
)


def find_blocked_loops(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Processes whose main thread has waited for long inside of what its event loop called."""
    for process, wait in tuple(run.waits.current.items()):
        if run.now - wait.started_at < _BLOCKED_SECONDS:
            continue
        inside = _called_by_loop(frames_of_wait(run, run.processes.get(process), wait))
        frame = place(inside)
        if frame is None:
            continue
        what = wait_kind(wait.kind).in_words(cut(wait.on) if wait.on else None)
        yield Finding(
            kind="loop-blocked",
            severity="warning",
            headline=(
                f"The event loop of {name_of(run, process)} is blocked: "
                f"{cut(frame.function)} is {what} inside of it"
            ),
            evidence=(
                f"It is in {cut(place_text(frame))} since {since_text(wait.started_at)} into the "
                "run; no other coroutine goes on until that is over."
            ),
            advice=_ADVICE,
            processes=(process,),
            since=wait.started_at,
        )


def _called_by_loop(frames: Sequence[StackFrame]) -> Sequence[StackFrame]:
    """The frames inside of what an event loop has called; none if it did not call anything."""
    file, function = _CALLS
    for place_in_stack, frame in enumerate(frames):
        if frame.file.endswith(file) and frame.function.rpartition(".")[2] == function:
            return frames[:place_in_stack]
    return ()
