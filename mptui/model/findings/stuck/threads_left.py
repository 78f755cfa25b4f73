"""Findings about programs that have ended all but their threads: ``threads-left``.

Python does not end before the threads do that are no daemons. A server may be meant to go on like
that, so it is only a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, frames_of_wait, listed, name_of
from mptui.model.stacks.places import place, place_text
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import StackFrame, StackSampled, ThreadStack, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_LEFT_SECONDS: Final = 5.0
_WAITING: Final = frozenset(
    (
        ("threading.py", "_shutdown"),
        ("concurrent/futures/thread.py", "_python_exit"),
        ("concurrent/futures/process.py", "_python_exit"),
    )
)
"""Where Python waits at its end, by the ends of the files and the functions."""
_NAMED: Final = 3
_ADVICE: Final = (
    "Tell the thread when to end, for example by an Event that it looks at or a None in its queue, "
    "or start it with daemon=True: such a thread keeps no program alive."
)


def find_threads_left(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Processes whose main thread has ended its work, and waits for others since long."""
    for process, wait in tuple(run.waits.current.items()):
        state, sample = run.processes.get(process), run.stacks.get(process)
        if state is None or sample is None or run.now - wait.started_at < _LEFT_SECONDS:
            continue
        if not _is_at_end(frames_of_wait(run, state, wait)):
            continue
        living = run.threads.get(process, {})
        left = [one for one in sample.threads if one.thread != state.pid and one.thread in living]
        if left:
            yield _of_threads(run, wait, sample, left)


def _is_at_end(frames: Sequence[StackFrame]) -> bool:
    return any(
        frame.file.endswith(file) and frame.function.rpartition(".")[2] == function
        for frame in frames
        for file, function in _WAITING
    )


def _of_threads(
    run: Run, wait: WaitStarted, sample: StackSampled, left: Sequence[ThreadStack]
) -> Finding:
    name = name_of(run, wait.process)
    names = listed(cut(one.name or f"thread {one.thread}") for one in left)
    rest = f"does not end before its thread {names}"
    if len(left) > 1:
        rest = f"waits for those of its threads that are no daemons: {names} are left"
    places = [
        f"{cut(one.name or f'thread {one.thread}')} was in {cut(place_text(frame))}"
        for one in left[:_NAMED]
        if (frame := place(one.frames)) is not None
    ]
    where = f"; at {since_text(sample.t)} {listed(places)}" if places else ""
    return Finding(
        kind="threads-left",
        severity="note",
        headline=f"{name} has come to its end, but {rest}",
        evidence=(
            f"Its main thread waits since {since_text(wait.started_at)} into the run{where}."
        ),
        advice=_ADVICE,
        processes=(wait.process,),
        since=wait.started_at,
    )
