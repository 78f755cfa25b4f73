"""Findings about programs that only wait for threads, or for what has to end before they can.

``end-waits``: one has come to its end, but does not end. ``no-progress``: it has joined threads of
its own that do not compute.

Python does not end before the threads and the processes do that are no daemons. A server may be
meant to go on like that, so it is only a note.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place, doing
from mptui.model.findings.wording import cut, frames_of_wait, listed, name_of
from mptui.model.stacks.places import is_library, place, place_text
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
_IDLE_PERCENT: Final = 1.0
_ADVICE: Final = (
    "Tell the thread when to end, for example by an Event that it looks at or a None in its queue, "
    "or start it with daemon=True: such a thread keeps no program alive."
)
_JOINED_ADVICE: Final = (
    "If it waits in a queue, put the None or what else tells it to end; if each waits for a lock "
    "that the other one has, take the locks in the same order everywhere."
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
        living = run.threads.get(process, {})
        left = [one for one in sample.threads if one.thread != state.pid and one.thread in living]
        if left and _is_one_of(frames, _WAITING):
            yield _of_threads(run, wait, sample, left)
        elif left and _joins_thread(frames) and _is_still(run, process, left):
            yield _of_joined(run, wait, sample, left)


def _idle(run: Run, process: int | None) -> int | None:
    """A process that is waited for and seems to do nothing."""
    state = run.processes.get(process) if process is not None else None
    is_idle = state is not None and state.sample is not None and state.sample.state == "S"
    return process if is_idle else None


def _joins_thread(frames: Sequence[StackFrame]) -> bool:
    """Whether a program has joined a thread itself, no library for it."""
    inner = itertools.takewhile(lambda frame: frame.file.endswith("/threading.py"), frames)
    count = sum(1 for _ in inner)
    joins = any(frame.function.rpartition(".")[2] == "join" for frame in frames[:count])
    return joins and count < len(frames) and not is_library(frames[count])


def _is_still(run: Run, process: int, left: Sequence[ThreadStack]) -> bool:
    """Whether no thread of a process computes, and it is all that there is of the program."""
    threads = run.threads.get(process, {})
    is_idle = all(thread.cpu_percent < _IDLE_PERCENT for thread in threads.values())
    living = [one for one in run.alive if one.role != "helper"]
    return is_idle and len(living) == 1 and not any(one.ran for one in left)


def _of_joined(
    run: Run, wait: WaitStarted, sample: StackSampled, left: Sequence[ThreadStack]
) -> Finding:
    name = name_of(run, wait.process)
    is_one = len(left) == 1
    return Finding(
        kind="no-progress",
        severity="note",
        headline=(
            f"{name} has joined a thread, and its {'thread' if is_one else 'threads'} "
            f"{_names(left)} {'does' if is_one else 'do'} not compute"
        ),
        evidence=(
            f"It waits since {since_text(wait.started_at)} into the run{at_place(run, wait)}"
            f"{_places(sample, left)}."
        ),
        advice=_JOINED_ADVICE,
        processes=(wait.process,),
        since=wait.started_at,
    )


def _names(left: Sequence[ThreadStack]) -> str:
    return listed(cut(one.name or f"thread {one.thread}") for one in left)


def _places(sample: StackSampled, left: Sequence[ThreadStack]) -> str:
    """``; at 2.3 s poller was in watch.py:4 in poll``."""
    places = [
        f"{cut(one.name or f'thread {one.thread}')} was in {cut(place_text(frame))}"
        for one in left[:_NAMED]
        if (frame := place(one.frames)) is not None
    ]
    return f"; at {since_text(sample.t)} {listed(places)}" if places else ""


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
    name, names = name_of(run, wait.process), _names(left)
    rest = f"does not end before its thread {names}"
    if len(left) > 1:
        rest = f"waits for those of its threads that are no daemons: {names} are left"
    return Finding(
        kind="end-waits",
        severity="note",
        headline=f"{name} has come to its end, but {rest}",
        evidence=(
            f"Its main thread waits since {since_text(wait.started_at)} into the run"
            f"{_places(sample, left)}."
        ),
        advice=_ADVICE,
        processes=(wait.process,),
        since=wait.started_at,
    )
