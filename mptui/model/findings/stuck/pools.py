"""Findings about pools that will never finish: ``pool-stuck``.

The main process waits for results, all workers wait for tasks, and nothing is on its way: tasks
went with workers that ended, nobody can take them, or the thread that receives results has died.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.ended_workers import ended_unasked
from mptui.model.findings.finding import Effect, Finding
from mptui.model.findings.stuck.places import at_place, main_frames
from mptui.model.findings.wording import cut, cut_message, ending, listed, name_of, named
from mptui.model.stacks.places import place, place_text
from mptui.model.stacks.result_waits import (
    joins_pool,
    receives_results,
    waits_for_pool,
    waits_for_task,
)
from mptui.wording.counts import counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import ThreadStack, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.findings.printed.printed_errors import PrintedError
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.queue_states import QueueState
    from mptui.model.run import Run

_STUCK_SECONDS: Final = 3.0
_THREADS_OF_A_POOL: Final = 3
_COUNTING_SECONDS: Final = 2.0
_TAKING_HANDS: Final = "(_handle_workers)"
_RECEIVING: Final = "(_handle_results)"
_RESULT_WAITS: Final = ("result", "thread")

_THREAD_ADVICE: Final = (
    "An exception that cannot be unpickled, or a callback that raises, ends that thread (its "
    "traceback is in the output): give the exception a __reduce__, or raise another one."
)
_RAISED_ADVICE: Final = (
    "A callback must not raise: that thread ends with it, and no result arrives any more. Catch "
    "the exception in the callback."
)
_LOST_ADVICE: Final = (
    "A pool does not give a task out again that was lost with its worker: mend what ended the "
    "worker; a ProcessPoolExecutor raises BrokenProcessPool instead of waiting."
)
_KILLED_ADVICE: Final = (
    "A worker that is killed while it waits for a task takes the lock of the pool's queue along: "
    "never kill workers of a pool; a ProcessPoolExecutor raises BrokenProcessPool instead."
)
_IN_CALLBACK_ADVICE: Final = (
    "A callback runs in the thread that all results go through, so it must not wait for one: give "
    "the next task with apply_async(), or from where the first result is asked for."
)
_CALLBACK_ADVICE: Final = (
    "A callback that raises KeyError does that: a pool hides this error, and never takes the "
    "result off its list. Let each callback catch what can go wrong in it."
)
_UNTAKEN_ADVICE: Final = (
    "Stop the program and look whether something else took from the queue of the pool, or whether "
    "its threads have died; a result that is awaited with get(timeout=...) tells it sooner."
)


class _Stuck(NamedTuple):
    """A process that waits for results of pools whose workers all are idle."""

    owner: ProcessState
    wait: WaitStarted
    workers: tuple[int, ...]
    since: float
    """When the last of all began to wait."""


def find_stuck_pools(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Pools of which nothing comes any more, though results are awaited."""
    repeated = evidence.past_waits.repeated.current(run.now)
    waits = {process: one.wait for process, one in repeated.items() if run.is_alive(process)}
    for process, wait in {**run.waits.current, **waits}.items():
        stuck = _stuck(run, process, wait)
        if stuck is None:
            continue
        queues = {run.waits.current[worker].queue for worker in stuck.workers}
        states = [state for state in run.queues.values() if state.queue in queues]
        if _has_lost_receiver(run, process):
            yield _of_receiver(run, evidence, stuck, states)
            continue
        if (receiver := _waiting_receiver(run, stuck)) is not None:
            yield _of_waiting_receiver(run, stuck, receiver)
            continue
        for state in states:
            if state.kind == "pool" and state.put > state.got:
                yield _of_missing(run, evidence, stuck, state)
            elif state.kind == "pool" and state.put == state.got and _is_joined(run, stuck):
                yield _of_joined(run, stuck, state)


def _stuck(run: Run, process: int, wait: WaitStarted) -> _Stuck | None:
    owner = run.processes.get(process)
    if owner is None or wait.kind not in _RESULT_WAITS or wait.timed:
        return None
    workers = [state for state in run.alive if state.parent == process and state.role == "worker"]
    waits = [run.waits.current.get(state.process) for state in workers]
    known = [one for one in waits if one is not None and one.kind == "task"]
    if not known or len(known) < len(waits) or _has_just_lost_one(run, process):
        return None
    since = max(one.started_at for one in (wait, *known))
    if run.now - since < _STUCK_SECONDS or any(run.tasks.running_in(one.process) for one in known):
        return None
    return _Stuck(owner, wait, tuple(one.process for one in known), since)


def _has_just_lost_one(run: Run, owner: int) -> bool:
    """Whether one of its workers has just ended: what it did last may not be counted yet."""
    ends = (state.ended_at for state in run.processes.values() if state.parent == owner)
    return any(end is not None and run.now - end < _COUNTING_SECONDS for end in ends)


def _has_lost_receiver(run: Run, process: int) -> bool:
    """Whether a pool's thread that receives results is gone, but not the one that starts workers.

    A pool that is closed ends that of the results last.
    """
    names = [thread.name for thread in run.threads.get(process, {}).values()]
    return sum(name.endswith(_RECEIVING) for name in names) < sum(
        name.endswith(_TAKING_HANDS) for name in names
    )


def _of_receiver(run: Run, evidence: Evidence, stuck: _Stuck, states: list[QueueState]) -> Finding:
    owner = name_of(run, stuck.owner.process)
    failed = [
        task
        for task in run.tasks.failed
        if (worker := run.processes.get(task.process)) is not None
        and worker.parent == stuck.owner.process
    ]
    last = failed[-1] if failed else None
    printed = next(
        (
            one
            for one in evidence.printed.of(stuck.owner.process, "thread")
            if one.thread.endswith(_RECEIVING) and one.error
        ),
        None,
    )
    raised = f" The last task that failed, {cut(last.label)}, raised" if last else ""
    error = f"{raised} {cut_message(last.error)}." if last is not None and last.error else ""
    done = sum(state.got for state in states)
    return Finding(
        kind="pool-stuck",
        severity="error",
        headline=f"The thread of {owner} that receives the results of {_title(states)} has died"
        f"{_printed_error(printed)}",
        evidence=(
            f"{owner} waits for a result since {since_text(stuck.since)} into the run"
            f"{at_place(run, stuck.wait)}, but none "
            f"will ever arrive: all {counted(len(stuck.workers), 'worker')} are idle, "
            f"{counted(done, 'task')} done.{_raised_where(printed)}{error}"
        ),
        advice=_RAISED_ADVICE if printed is not None and printed.is_in_callback else _THREAD_ADVICE,
        processes=(stuck.owner.process, *stuck.workers),
        since=stuck.since,
    )


def _is_joined(run: Run, stuck: _Stuck) -> bool:
    """Whether a pool or a result of it is awaited, though each of its threads has nothing to do."""
    sample = run.stacks.get(stuck.owner.process)
    if sample is None or sample.t < stuck.wait.started_at:
        return False
    frames = main_frames(run, stuck.owner.process)
    if not (joins_pool(frames) or waits_for_pool(frames)):
        return False
    others = [one for one in sample.threads if one.thread != stuck.owner.pid]
    return len(others) == _THREADS_OF_A_POOL and all(
        waits_for_task(one.frames) and not one.ran for one in others
    )


def _of_joined(run: Run, stuck: _Stuck, state: QueueState) -> Finding:
    owner = name_of(run, stuck.owner.process)
    is_joined = joins_pool(main_frames(run, stuck.owner.process))
    how = "in its join()" if is_joined else "for a result"
    return Finding(
        kind="pool-stuck",
        severity="error",
        headline=f"{_title([state])} never ends, though all {counted(state.put, 'task')} are done",
        evidence=(
            f"{owner} waits {how} since {since_text(stuck.since)} into the run"
            f"{at_place(run, stuck.wait)}; all {counted(len(stuck.workers), 'worker')} are idle, "
            "and so are the threads of the pool: to it, a result has not come yet."
        ),
        advice=_CALLBACK_ADVICE,
        processes=(stuck.owner.process, *stuck.workers),
        since=stuck.since,
    )


def _waiting_receiver(run: Run, stuck: _Stuck) -> ThreadStack | None:
    """The only pool's thread that receives results, if a callback in it waits for another one."""
    sample = run.stacks.get(stuck.owner.process)
    pools = [state for state in run.queues.values() if state.kind in ("pool", "executor")]
    if sample is None or sample.t < stuck.since or len(pools) != 1:
        return None
    receiving = (one for one in sample.threads if receives_results(one.frames) and not one.ran)
    return next((one for one in receiving if waits_for_pool(one.frames)), None)


def _of_waiting_receiver(run: Run, stuck: _Stuck, receiver: ThreadStack) -> Finding:
    owner = name_of(run, stuck.owner.process)
    frame = place(receiver.frames)
    where = "" if frame is None else f", {cut(place_text(frame))}"
    return Finding(
        kind="pool-stuck",
        severity="error",
        headline=(
            f"The thread of {owner} that receives the results of its pool waits for a result itself"
        ),
        evidence=(
            f"It has called a callback that asks the pool for another one{where}, since "
            f"{since_text(stuck.since)} into the run; all "
            f"{counted(len(stuck.workers), 'worker')} are idle."
        ),
        advice=_IN_CALLBACK_ADVICE,
        processes=(stuck.owner.process, *stuck.workers),
        since=stuck.since,
    )


def _printed_error(printed: PrintedError | None) -> str:
    return "" if printed is None else f": {cut_message(printed.error)}"


def _raised_where(printed: PrintedError | None) -> str:
    if printed is None or printed.place is None:
        return ""
    what = "A callback" if printed.is_in_callback else "It"
    return f" {what} raised it at {since_text(printed.since)}, {cut(printed.place)}."


def _title(states: list[QueueState]) -> str:
    names = [cut(state.name) for state in states if state.name]
    return listed(names) if names else "a pool"


def _of_missing(run: Run, evidence: Evidence, stuck: _Stuck, state: QueueState) -> Finding:
    missing = state.put - state.got
    ended = _ended_of(run, evidence, stuck)
    killed = [
        one
        for one in evidence.killed
        # By SIGTERM a pool ends its own workers.
        if one.parent == stuck.owner.process and one.signal != signal.SIGTERM
    ]
    tasks = counted(missing, "task")
    those = "the task that is left" if missing == 1 else f"any of the {tasks} that are left"
    why, advice = f"none of its workers takes {those}", _UNTAKEN_ADVICE
    if 0 < missing <= len(ended):
        why, advice = f"{tasks} {_was(missing)} lost with the workers that ended", _LOST_ADVICE
    elif killed:
        first = killed[0]
        why, advice = f"{why} since {named(first)} was {ending(first)}", _KILLED_ADVICE
        ended = ended or killed
    return Effect(
        kind="pool-stuck",
        severity="error",
        headline=f"{_title([state])} will never finish: {why}",
        evidence=(
            f"{name_of(run, stuck.owner.process)} waits for results since "
            f"{since_text(stuck.since)} into the run{at_place(run, stuck.wait)}, for ever: "
            f"{state.got:,} of {state.put:,} are done, "
            f"all {counted(len(stuck.workers), 'worker')} are idle; {why}."
        ),
        advice=advice,
        processes=(stuck.owner.process, *(one.process for one in ended)),
        since=stuck.since,
        caused_by=tuple(one.process for one in ended),
        consequence=f"{_title([state])} will never finish",
    )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _ended_of(run: Run, evidence: Evidence, stuck: _Stuck) -> list[ProcessState]:
    """The workers of this process that ended badly or in the middle of a task, unasked."""
    in_task = {lost.task.process for lost in run.tasks.lost}
    return [
        state
        for state in evidence.ended_workers.known(run).values()
        if state.parent == stuck.owner.process
        and (state.signal or state.exitcode or state.process in in_task)
        and ended_unasked(run, state)
    ]
