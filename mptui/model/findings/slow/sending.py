"""Findings about tasks whose arguments and results cost more than the work: ``sending-costs``.

A worker of a pool that is on a core though it runs no task takes in what it was sent, or packs up
what it gives back. Where that is more than the tasks themselves, what is sent is too large.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, name_of
from mptui.model.processes.process_state import ProcessState
from mptui.wording.counts import counted
from mptui.wording.durations import span_text
from mptui.wording.executor_kinds import executor_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.run import Run

_LEAST_SECONDS: Final = 1.0
"""On cores outside of tasks, all together: less is not worth a word."""
_LEAST_PER_TASK: Final = 0.01
"""The price of a task whatever it is sent is far below that."""
_TIMES_THE_WORK: Final = 1.5
_LEAST_TASKS: Final = 5
_WORKERS_COMPARED: Final = 64
_TASK_LOOPS: Final = (".pool.worker", "process._process_worker", "process_executor._process_worker")


class _Sums(NamedTuple):
    """What the workers of one family did from their first task to their last."""

    tasks: int
    in_tasks: float
    outside: float
    """On a core, at least, while they ran no task."""
    seconds: float


def find_costly_sending(run: Run) -> Iterator[Finding]:
    """Pools and executors that are busy with sending."""
    families = defaultdict[tuple[int, str], list[ProcessState]](list)
    for state in run.processes.values():
        target = state.target or ""
        if state.role == "worker" and state.parent is not None and target.endswith(_TASK_LOOPS):
            families[state.parent, target].append(state)
    for (parent, _), family in families.items():
        compared = [state for state in family[:_WORKERS_COMPARED] if _is_known(run, state)]
        sums = _sums_of(run, compared) if _may_be_costly(run, compared) else None
        if sums is not None and _is_costly(sums):
            yield _of_sending(run, parent, family, sums)


def _is_known(run: Run, state: ProcessState) -> bool:
    """Whether all of its tasks are known, and how long it was on a core."""
    lane = run.timeline.lanes.get((state.process, None))
    return (
        lane is not None
        and lane.dropped_until is None
        and state.process in run.tasks.of_process
        and run.core_times.most_on_core(state.process) is not None
    )


def _may_be_costly(run: Run, family: list[ProcessState]) -> bool:
    """Whether they were on a core for long enough, whatever they did meanwhile."""
    on_core = sum(run.core_times.most_on_core(state.process) or 0.0 for state in family)
    in_tasks = sum(run.tasks.of_process[state.process].seconds_worked for state in family)
    return on_core >= max(_LEAST_SECONDS, _TIMES_THE_WORK * in_tasks)


def _sums_of(run: Run, family: list[ProcessState]) -> _Sums:
    tasks, in_tasks, outside, longest = 0, 0.0, 0.0, 0.0
    for state in family:
        done = run.tasks.of_process[state.process]
        lane = run.timeline.lanes[state.process, None]
        began = lane.first_began
        ended = run.now if state.ended_at is None else state.ended_at
        spent = None if began is None else run.core_times.between(state.process, began, ended)
        if spent is None or began is None:
            continue
        tasks += done.count
        in_tasks += done.seconds_worked
        outside += max(spent.on_core - lane.task_seconds(began, ended), 0.0)
        longest = max(longest, ended - began)
    return _Sums(tasks, in_tasks, outside, longest)


def _is_costly(sums: _Sums) -> bool:
    return (
        sums.tasks >= _LEAST_TASKS
        and sums.outside >= _LEAST_SECONDS
        and sums.outside >= _LEAST_PER_TASK * sums.tasks
        and sums.outside >= _TIMES_THE_WORK * sums.in_tasks
    )


def _of_sending(run: Run, parent: int, family: list[ProcessState], sums: _Sums) -> Finding:
    label = _only_function(run, family)
    each = span_text(sums.outside / sums.tasks)
    work = span_text(sums.in_tasks / sums.tasks)
    return Finding(
        kind="sending-costs",
        severity="warning",
        headline=(
            f"Sending costs more than the work: {each} for each task"
            f"{f' of {cut(label)}' if label else ''}, which takes {work}"
        ),
        evidence=(
            f"In {span_text(sums.seconds)} the workers of {name_of(run, parent)} did "
            f"{counted(sums.tasks, 'task')}, {span_text(sums.in_tasks)} all together, and were on "
            f"a core for {span_text(sums.outside)} beside them: that is unpickling what they are "
            "sent, and pickling what they give back."
        ),
        advice=(
            "The arguments or results are large, and each is copied for each task. Give what all "
            "tasks share to the workers once, with initializer=... or by a fork; use shared "
            "memory, or send a name or a path and let the worker read it; give back only sums."
        ),
        processes=(parent, *(state.process for state in family[:_WORKERS_COMPARED])),
        since=min(state.started_at for state in family),
    )


def _only_function(run: Run, family: list[ProcessState]) -> str | None:
    """The function of all slow tasks of these workers, where that is one."""
    processes = {state.process for state in family}
    labels = {
        task.label
        for task in run.tasks.slowest
        if task.process in processes and not executor_kind(task.executor).is_taken
    }
    return labels.pop() if len(labels) == 1 else None
