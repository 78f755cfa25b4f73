"""Findings about programs that have come to their end, but do not end: ``end-waits``.

Python does not end before the threads and the processes do that are no daemons. A server may be
meant to go on like that, so it is only a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import doing
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
_JOINS: Final = frozenset((("multiprocessing/util.py", "_exit_function"),))
_NAMED: Final = 3
_ADVICE: Final = (
    "Tell the thread when to end, for example by an Event that it looks at or a None in its queue, "
    "or start it with daemon=True: such a thread keeps no program alive."
)
_PROCESS_ADVICE: Final = (
    "Tell the process when to end also where the main process fails, in a finally block: by an "
    "Event or a None in its queue; or start it with daemon=True, then it is terminated."
)


def find_waits_at_end(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Processes whose main thread has ended its work, and waits for others since long."""
    for process, wait in tuple(run.waits.current.items()):
        state, sample = run.processes.get(process), run.stacks.get(process)
        if state is None or sample is None or run.now - wait.started_at < _LEFT_SECONDS:
            continue
        frames = frames_of_wait(run, state, wait)
        if _is_one_of(frames, _JOINS) and (joined := _idle(run, wait.joined)) is not None:
            yield _of_process(run, wait, joined)
        if not _is_one_of(frames, _WAITING):
            continue
        living = run.threads.get(process, {})
        left = [one for one in sample.threads if one.thread != state.pid and one.thread in living]
        if left:
            yield _of_threads(run, wait, sample, left)


def _idle(run: Run, process: int | None) -> int | None:
    """A process that is waited for and seems to do nothing."""
    state = run.processes.get(process) if process is not None else None
    is_idle = state is not None and state.sample is not None and state.sample.state == "S"
    return process if is_idle else None


def _is_one_of(frames: Sequence[StackFrame], places: frozenset[tuple[str, str]]) -> bool:
    return any(
        frame.file.endswith(file) and frame.function.rpartition(".")[2] == function
        for frame in frames
        for file, function in places
    )


def _of_process(run: Run, wait: WaitStarted, joined: int) -> Finding:
    name, other = name_of(run, wait.process), name_of(run, joined)
    return Finding(
        kind="end-waits",
        severity="note",
        headline=f"{name} has come to its end, but does not end before its process {other}",
        evidence=(
            f"It has joined {other} since {since_text(wait.started_at)} into the run, as Python "
            f"does at its end with all that are no daemons; {other} {doing(run, joined)}."
        ),
        advice=_PROCESS_ADVICE,
        processes=(wait.process, joined),
        since=wait.started_at,
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
        kind="end-waits",
        severity="note",
        headline=f"{name} has come to its end, but {rest}",
        evidence=(
            f"Its main thread waits since {since_text(wait.started_at)} into the run{where}."
        ),
        advice=_ADVICE,
        processes=(wait.process,),
        since=wait.started_at,
    )
