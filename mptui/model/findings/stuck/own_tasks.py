"""Findings about tasks that wait for tasks of their own pool: ``pool-stuck``.

Each thread of an executor runs a task that waits for the result of another one, which waits in the
queue of the same executor. Or a worker that was forked uses a pool of its parent: the threads that
hand out tasks and take in results are in the parent only. Where it is not certain that nothing else
could bring such a result, nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, frames_of_wait, listed, name_of, named
from mptui.model.stacks.places import place, place_text
from mptui.model.stacks.result_waits import (
    runs_task,
    waits_for_pool_or_executor,
    waits_for_result,
    waits_for_task,
)
from mptui.wording.counts import counted
from mptui.wording.durations import since_text
from mptui.wording.executor_kinds import executor_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.events import StackSampled, TaskStarted, ThreadStack, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.queue_states import QueueState
    from mptui.model.run import Run

_STUCK_SECONDS: Final = 4.0
_LOOP_STUCK_SECONDS: Final = 6.0
"""The same where the main thread runs an event loop, whose coroutines could bring results too."""
_WAITS: Final = ("result", "thread")
_LOOP: Final = "poll"
_EXECUTORS: Final = ("pool", "executor")

_THREADS_ADVICE: Final = (
    "Do not wait for a task inside a task of the same executor: give both tasks from outside, call "
    "the function directly, or use a second executor for the inner tasks."
)
_FORKED_ADVICE: Final = (
    "A task must not use the pool that runs it: let the main process give the inner tasks, call "
    "the function directly, or make a pool of its own inside the task."
)


def find_own_tasks(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Executors of threads whose threads wait for each other, and forked workers that do so."""
    for process in tuple(run.waits.current):
        stuck = _stuck_threads(run, process)
        if stuck:
            yield _of_threads(run, process, stuck)
    yield from _of_forked_workers(run)


# Threads


def _stuck_threads(run: Run, process: int) -> list[TaskStarted]:
    """The tasks that wait for each other's executor; none where any other thread could help."""
    tasks = [task for task in run.tasks.running_in(process) if _is_of_threads(task)]
    wait, sample = run.waits.current[process], run.stacks.get(process)
    if not tasks or sample is None or wait.timed or wait.kind not in (*_WAITS, _LOOP, "join"):
        return []
    began = max(wait.started_at, *(task.started_at for task in tasks))
    least = _LOOP_STUCK_SECONDS if wait.kind == _LOOP else _STUCK_SECONDS
    if sample.t < began or run.now - began < least:
        return []
    queued = sum(state.depth for state in _thread_queues(run, process))
    is_known = {one.thread for one in sample.threads} >= set(run.threads.get(process, ()))
    if queued <= len(tasks) or not is_known or _has_busy_children(run, process):
        return []
    return tasks if _are_all_waiting(run, sample, tasks) else []


def _is_of_threads(task: TaskStarted) -> bool:
    return executor_kind(task.executor).is_threads


def _thread_queues(run: Run, process: int) -> list[QueueState]:
    """The queues of executors of threads; where several processes have some, none is certain."""
    users = {one.process for one in run.tasks.running.values() if _is_of_threads(one)}
    states = [state for state in run.queues.values() if executor_kind(state.kind).is_threads]
    return states if users == {process} and len(states) == 1 else []


def _has_busy_children(run: Run, process: int) -> bool:
    """Whether a process that this one made could still bring a result."""
    return any(
        state.parent == process
        and state.role != "helper"
        and getattr(run.waits.current.get(state.process), "kind", None) != "task"
        for state in run.alive
    )


def _are_all_waiting(run: Run, sample: StackSampled, tasks: Iterable[TaskStarted]) -> bool:
    """Whether each thread waits for a result or a task, and none that has a task is free."""
    pid = run.processes[sample.process].pid
    working = {task.thread for task in tasks}
    for thread in sample.threads:
        if thread.ran or not _is_waiting(thread, is_main=thread.thread == pid, tasks=working):
            return False
    return True


def _is_waiting(thread: ThreadStack, *, is_main: bool, tasks: set[int | None]) -> bool:
    if thread.thread in tasks:
        return waits_for_result(thread.frames) and runs_task(thread.frames)
    # An executor makes no thread for a task as long as one of its own is idle.
    return is_main or waits_for_task(thread.frames)


def _of_threads(run: Run, process: int, tasks: Sequence[TaskStarted]) -> Finding:
    (state,) = _thread_queues(run, process)
    since = max(task.started_at for task in tasks)
    name = f"executor {cut(state.name)}" if state.name else "the executor"
    left = state.depth - len(tasks)
    is_one = len(tasks) == 1
    threads = "The only thread" if is_one else f"{len(tasks)} of {len(tasks)} threads"
    running = listed(dict.fromkeys(_call(task) for task in tasks))
    where = _where(run, process, [task.thread for task in tasks])
    waiting = f"{counted(left, 'task')} {'waits' if left == 1 else 'wait'}"
    may_come = run.waits.current[process].kind == _LOOP
    what, then = "results of tasks that wait in its own queue", "and none will be"
    if may_come:
        what = f"results, while {waiting} in its own queue"
        then = "which none will be as long as the results are those of such tasks"
    return Finding(
        kind="pool-stuck",
        severity="warning" if may_come else "error",
        headline=f"{threads} of {name} {'waits' if is_one else 'wait'} for {what}",
        evidence=(
            f"{running} {'runs' if is_one else 'run'} in {name_of(run, process)} since "
            f"{since_text(since)} into the run{where}; {waiting} until a thread is free, {then}."
        ),
        advice=_THREADS_ADVICE,
        processes=(process,),
        since=since,
    )


# Forked workers


def _of_forked_workers(run: Run) -> Iterator[Finding]:
    families: dict[int | None, list[tuple[ProcessState, TaskStarted, WaitStarted]]] = {}
    for process, wait in run.waits.current.items():
        state = run.processes.get(process)
        tasks = [one for one in run.tasks.running_in(process) if one.executor in _EXECUTORS]
        if state is not None and tasks and _is_cut_off(run, state, wait, tasks[0]):
            families.setdefault(state.parent, []).append((state, tasks[0], wait))
    for parent, stuck in families.items():
        yield _of_cut_off(run, parent, stuck)


def _is_cut_off(run: Run, state: ProcessState, wait: WaitStarted, task: TaskStarted) -> bool:
    """Whether a worker waits for a result that only a thread of its own could bring, and has none.

    Futures and the results of pools are set by a thread of the same process.
    """
    if wait.timed or wait.kind not in _WAITS or wait.started_at < task.started_at:
        return False
    if run.now - wait.started_at < _STUCK_SECONDS or state.role != "worker":
        return False
    if state.sample is None or state.sample.threads != 1 or _has_children(run, state):
        return False
    frames = frames_of_wait(run, state, wait)
    return waits_for_pool_or_executor(frames) and runs_task(frames)


def _has_children(run: Run, state: ProcessState) -> bool:
    return any(other.parent == state.process for other in run.alive)


def _of_cut_off(
    run: Run, parent: int | None, stuck: list[tuple[ProcessState, TaskStarted, WaitStarted]]
) -> Finding:
    workers = [state for state, _, _ in stuck]
    is_one = len(stuck) == 1
    since = min(wait.started_at for _, _, wait in stuck)
    kind = "pool" if stuck[0][1].executor == "pool" else "executor"
    names = _names_of_pools(run, kind)
    running = listed(dict.fromkeys(_call(task) for _, task, _ in stuck))
    where = _where(run, workers[0].process, [workers[0].pid])
    owner = "the parent" if parent is None else name_of(run, parent)
    return Finding(
        kind="pool-stuck",
        severity="error",
        headline=(
            f"{listed(map(named, workers))} {'waits' if is_one else 'wait'} for results of {names} "
            f"inside {'its' if is_one else 'their'} own {'task' if is_one else 'tasks'}: none will "
            "come"
        ),
        evidence=(
            f"{'It runs' if is_one else 'They run'} {running}{where} and "
            f"{'waits' if is_one else 'wait'} since {since_text(since)} into the run. The threads "
            f"that hand out the tasks of {names} and take in the results are in {owner}: a "
            "worker that is forked does not have them."
        ),
        advice=_FORKED_ADVICE,
        processes=tuple(
            dict.fromkeys(
                (*(() if parent is None else (parent,)), *(one.process for one in workers))
            )
        ),
        since=since,
    )


def _names_of_pools(run: Run, kind: str) -> str:
    states = [state for state in run.queues.values() if state.kind == kind]
    name = states[0].name if len(states) == 1 else None
    return cut(name) if name else f"the {kind}"


def _call(task: TaskStarted) -> str:
    return cut(task.label) if task.item is None else f"{cut(task.label)}({cut(task.item)})"


def _where(run: Run, process: int, threads: Sequence[int | None]) -> str:
    """Where the first of these threads waits: `, nested.py:9 in outer`."""
    sample = run.stacks.get(process)
    stacks = () if sample is None else sample.threads
    frame = next((place(one.frames) for one in stacks if one.thread in threads), None)
    return "" if frame is None else f", {cut(place_text(frame))}"
