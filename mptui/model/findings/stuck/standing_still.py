"""Findings about a program that stands still, but not for ever as it seems: ``no-progress``.

All that goes on is that some wait for what no process of the program brings: a server, the time, a
person. That may be meant, so it is only a note: which these are, since when, and where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.deadlock_search import LIBRARY_THREADS, is_server
from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place, main_frames
from mptui.model.findings.wording import cut, listed, name_of
from mptui.model.processes.processes import MAIN
from mptui.model.stacks.places import is_library, place, place_text
from mptui.model.stacks.result_waits import waits_for_result
from mptui.wording.durations import since_text
from mptui.wording.executor_kinds import executor_kind
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import StackFrame, StackSampled, TaskStarted, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_STANDING_SECONDS: Final = 5.0
_SLEEPING_SHARE: Final = 0.9
"""Who sleeps for so much of its life does nothing but sleep, however short each sleep is."""
_OUTSIDE: Final = ("socket", "sleep", "input", "other")
_WAITING_ENDERS: Final = ("joined", "child", "workers")
_BLOCKED: Final = ("semaphore", "put", "event", "condition", "barrier")
_SERVING: Final = ("accept", "select", "poll", "serve_forever")
"""Who waits in these functions waits for work."""
_OWN_THREADS: Final = (*LIBRARY_THREADS, "ExecutorManagerThread")
_SERVING_FILES: Final = ("concurrent/futures/process.py", "multiprocessing/pool.py")
"""The threads that serve a pool or an executor have no names of their own before Python 3.10."""
_NAMED: Final = 4
_MOST_PROCESSES: Final = 1000

_COMPUTING: Final = "computing"
_THREAD: Final = "thread"
_ON_A_CORE: Final = "R"
"""Or ready for one."""
_MUCH_LONGER: Final = 20.0
"""So many times as long as all others of its function a task takes that may never end."""
_LEAST_DONE: Final = 3

_ADVICES: Final = {
    "socket": (
        "What it waits for comes from outside of the program, if it comes: give it a timeout "
        "(socket.settimeout(), timeout=... of most libraries), so that it fails instead of waiting."
    ),
    "sleep": (
        "If it tries something again and again between, let it say why that fails, and give up "
        "after some tries."
    ),
    "input": (
        "Who gives it its standard input has to write to it, and to close the pipe at the end, as "
        "communicate() does."
    ),
    _COMPUTING: (
        "Look whether its loop ends for this input: Enter on its row reads where it is, and does "
        "so again."
    ),
}
_OTHER_ADVICE: Final = (
    "Look at where it waits, and give that a timeout, so that it fails instead of waiting."
)


class _Standing(NamedTuple):
    """Something that the rest of the program waits for."""

    process: int
    name: str
    in_short: str
    """The same in a list of several."""
    verb: str
    kind: str
    since: float
    wait: WaitStarted | None = None
    """What the main thread waits in, where that is what stands still."""
    frame: StackFrame | None = None
    """Where a thread stands, where it is one."""


def find_no_progress(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """What everything waits for, if it is nothing that a process of the program could bring."""
    living = [one for one in run.alive if one.role != "helper" and not is_server(one)]
    if not living or len(living) > _MOST_PROCESSES:
        return
    standing: list[_Standing] = []
    waiters: list[WaitStarted] = []
    for state in living:
        wait = run.waits.current.get(state.process)
        found = _computing_in(run, state) if wait is None else _standing_in(run, state, wait)
        if found is None:
            return  # It goes on, or nobody can say what it waits for.
        standing += found
        if wait is not None and wait_kind(wait.kind).ender in _WAITING_ENDERS:
            waiters.append(wait)
    others = [one for one in standing if not (one.process == MAIN and one.kind == "sleep")]
    is_alone = [one.kind for one in others] == ["socket"] and len(living) == 1
    has_waiter = bool(waiters) or len(others) < len(standing)
    if others and (has_waiter or is_alone) and not evidence.standstills_at(run, run.now):
        yield _of_standing(run, others, waiters)


def _standing_in(run: Run, state: ProcessState, wait: WaitStarted) -> list[_Standing] | None:
    """What stands still in a process; none if it only waits for others, None if it may go on."""
    threads = _tasks_of_threads(run, state, wait)
    if threads is None or (not threads and _has_other_threads(run, state)):
        return None
    if threads or _is_for_others(wait):
        return threads
    if wait.kind not in _OUTSIDE or not _has_stood(run, state, wait) or _serves(run, state):
        return None
    task = next(iter(run.tasks.running_in(state.process)), None)
    name = name_of(run, state.process)
    name = name if task is None else f"{_call(task)} in {name}"
    return [
        _Standing(
            process=state.process,
            name=name,
            in_short=name,
            verb=wait_kind(wait.kind).in_words(None),
            kind=wait.kind,
            since=wait.started_at if task is None else min(wait.started_at, task.started_at),
            wait=wait,
        )
    ]


def _computing_in(run: Run, state: ProcessState) -> list[_Standing] | None:
    """A task that computes much longer than all others of its function did."""
    task = next(iter(run.tasks.running_in(state.process)), None)
    is_busy = state.sample is not None and state.sample.state == _ON_A_CORE
    if task is None or not is_busy or _has_other_threads(run, state):
        return None
    times, seconds = run.tasks.functions.get(task.label), run.now - task.started_at
    if times is None or times.count < _LEAST_DONE or seconds < _STANDING_SECONDS:
        return None
    if seconds < _MUCH_LONGER * times.seconds_max:
        return None
    return [
        _Standing(
            process=state.process,
            name=f"{_call(task)} in {name_of(run, state.process)}",
            in_short=f"{_call(task)} in {name_of(run, state.process)}",
            verb=_COMPUTING,
            kind=_COMPUTING,
            since=task.started_at,
        )
    ]


def _is_for_others(wait: WaitStarted) -> bool:
    """Whether it waits for other processes, for as long as it takes."""
    meaning = wait_kind(wait.kind)
    if meaning.is_idle:
        return True
    return not wait.timed and (meaning.ender in _WAITING_ENDERS or wait.kind in _BLOCKED)


def _serves(run: Run, state: ProcessState) -> bool:
    """Whether it waits for somebody who wants something of it."""
    frames = main_frames(run, state.process)
    return bool(frames) and frames[0].function.rpartition(".")[2] in _SERVING


def _has_stood(run: Run, state: ProcessState, wait: WaitStarted) -> bool:
    if run.now - wait.started_at >= _STANDING_SECONDS:
        return True
    lived = run.now - state.started_at
    slept = run.waits.total_seconds(state.process).get("sleep", 0.0)
    is_asleep = wait.kind == "sleep" and slept >= _SLEEPING_SHARE * lived
    # One that sleeps again and again between its tasks goes on.
    tasks = run.tasks.running_in(state.process)
    has_long = all(run.now - one.started_at >= _STANDING_SECONDS for one in tasks)
    return is_asleep and has_long and lived >= _STANDING_SECONDS


def _has_other_threads(run: Run, state: ProcessState) -> bool:
    """Whether a process has threads of the program's own, which may do anything."""
    threads = run.threads.get(state.process, {})
    sample = run.stacks.get(state.process)
    stacks = {one.thread: one.frames for one in sample.threads} if sample is not None else {}
    return any(
        number != state.pid
        and not thread.name.endswith(_OWN_THREADS)
        and not _serves_library(stacks.get(number, ()))
        for number, thread in threads.items()
    )


def _serves_library(frames: Sequence[StackFrame]) -> bool:
    """Whether a thread serves a pool or an executor, and runs no callback of the program's."""
    return all(map(is_library, frames)) and any(
        frame.file.endswith(_SERVING_FILES) for frame in frames
    )


def _tasks_of_threads(run: Run, state: ProcessState, wait: WaitStarted) -> list[_Standing] | None:
    """The tasks of an executor of threads that do not go on; None where one of them may."""
    tasks = [one for one in run.tasks.running_in(state.process) if _is_of_threads(one)]
    if not tasks:
        return []
    sample = run.stacks.get(state.process)
    if sample is None or wait.timed or wait_kind(wait.kind).ender != "workers":
        return None
    found = [_standing_thread(run, state, wait, sample, task) for task in tasks]
    return [one for one in found if one is not None] if all(found) else None


def _is_of_threads(task: TaskStarted) -> bool:
    return executor_kind(task.executor).is_threads


def _standing_thread(
    run: Run, state: ProcessState, wait: WaitStarted, sample: StackSampled, task: TaskStarted
) -> _Standing | None:
    known = run.threads.get(state.process, {}).get(task.thread or 0)
    stack = next((one for one in sample.threads if one.thread == task.thread), None)
    began = max(task.started_at, wait.started_at)
    if known is None or stack is None or stack.ran or not stack.frames:
        return None
    is_still = sample.t >= began and run.now - began >= _STANDING_SECONDS and not known.cpu_percent
    frame = place(stack.frames)
    if not is_still or frame is None or waits_for_result(stack.frames):
        return None
    return _Standing(
        process=state.process,
        name=f"{_call(task)} in thread {cut(known.name)}",
        in_short=_call(task),
        verb="waiting",
        kind=_THREAD,
        since=task.started_at,
        frame=frame,
    )


def _where(run: Run, standing: _Standing) -> str:
    """``, crawl.py:9 in fetch``, or nothing; asked only of those that are named."""
    if standing.frame is not None:
        return f", {cut(place_text(standing.frame))}"
    where = "" if standing.wait is None else at_place(run, standing.wait)
    return where or _last_place(run, standing.process)


def _last_place(run: Run, process: int) -> str:
    sample, frame = run.stacks.get(process), place(main_frames(run, process))
    if sample is None or frame is None:
        return ""
    return f", at {since_text(sample.t)} in {cut(place_text(frame))}"


def _call(task: TaskStarted) -> str:
    return cut(task.label) if task.item is None else f"{cut(task.label)}({cut(task.item)})"


def _doing(standing: _Standing) -> str:
    return f"{standing.verb} in threads" if standing.kind == _THREAD else standing.verb


def _of_standing(
    run: Run, standing: Sequence[_Standing], waiters: Sequence[WaitStarted]
) -> Finding:
    standing = sorted(standing, key=lambda one: (one.process, one.name))
    does = {_doing(one) for one in standing}
    names = listed(one.in_short for one in standing)
    is_or_are = "is" if len(standing) == 1 else "are"
    what = f"{is_or_are} {does.pop()}" if len(does) == 1 else "do not go on"
    rest = "" if not waiters else ", and the rest of the program only waits"
    sentences = [
        f"{one.name} has been {one.verb} since {since_text(one.since)} into the run"
        f"{_where(run, one)}"
        for one in standing[:_NAMED]
    ]
    sentences += [
        f"{name_of(run, wait.process)} waits {_clause(run, wait)}{at_place(run, wait)}"
        for wait in waiters[:_NAMED]
    ]
    kinds = {one.kind for one in standing}
    return Finding(
        kind="no-progress",
        severity="note",
        headline=f"{names} {what}{rest}",
        evidence=f"{'; '.join(sentences)}.",
        advice=_ADVICES.get(kinds.pop(), _OTHER_ADVICE) if len(kinds) == 1 else _OTHER_ADVICE,
        processes=tuple(
            dict.fromkeys((*(one.process for one in standing), *(wait.process for wait in waiters)))
        ),
        since=max(one.since for one in standing),
    )


def _clause(run: Run, wait: WaitStarted) -> str:
    meaning = wait_kind(wait.kind)
    thing = cut(wait.on) if wait.on else meaning.thing
    if wait.joined is not None:
        thing = name_of(run, wait.joined)
    return meaning.clause.format(thing)
