"""Findings about tasks that were thrown away with their pool: ``tasks-discarded``.

A with block of a Pool terminates it, and so does the end of the program. Where the program calls
terminate() itself, or has asked for results before, it may mean to: that is a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.results.tasks_of import ended_badly, is_given_by
from mptui.model.findings.wording import cut, name_of
from mptui.wording.counts import counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import TaskFinished, TasksDiscarded, TaskStarted
    from mptui.model.findings.results.lost_results import LostResults
    from mptui.model.run import Run

_CAUSES: Final = {
    "with": "the with block of {pool} ended before {they} done",
    "terminate": "{pool} was terminated before {they} done",
    "exit": "the program ended before {they} done",
    "collected": "nothing referred to {pool} any more before {they} done",
}
_ADVICE: Final = (
    "Ask for the results with get() inside of the with block, or call pool.close() and pool.join() "
    "before it ends."
)
_MEANT_ADVICE: Final = (
    "If they are needed, call pool.close() and pool.join() before the pool is terminated."
)


def find_discarded(run: Run, lost_results: LostResults) -> Iterator[Finding]:
    """Pools that were terminated with tasks left, by programs that go on, or ended well."""
    for event in lost_results.discarded:
        state = run.processes.get(event.process)
        is_over = state is not None and not state.is_alive
        if not ended_badly(run, event.process) and (is_over or event.how != "exit"):
            yield _of_discarded(run, event)


def _of_discarded(run: Run, event: TasksDiscarded) -> Finding:
    queue = None if event.queue is None else run.queues.get(event.queue)
    pool = cut(queue.name) if queue is not None and queue.name else "a pool"
    total = 0 if queue is None else queue.put
    is_one = event.items == 1
    tasks = (
        f"{event.items:,} of {total:,} tasks"
        if total > event.items
        else counted(event.items, "task")
    )
    label = _only_function(run, event.process)
    whose = f" of {cut(label)}" if label else ""
    cause = _CAUSES.get(event.how, _CAUSES["terminate"]).format(
        pool=pool, they="it was" if is_one else "they were"
    )
    is_meant = event.asked or event.how == "terminate"
    return Finding(
        kind="tasks-discarded",
        severity="note" if is_meant else "warning",
        headline=f"{tasks}{whose} {'was' if is_one else 'were'} thrown away: {cause}",
        evidence=(
            f"{name_of(run, event.process)} had given them to {pool}, which was terminated at "
            f"{since_text(event.t)}. What its workers did then is lost, what they had not begun is "
            "not done."
        ),
        advice=_MEANT_ADVICE if is_meant else _ADVICE,
        processes=(event.process,),
        since=event.t,
    )


def _only_function(run: Run, owner: int) -> str | None:
    """The function of all tasks that are known of the process's pools, where that is one."""
    lost = [one.task for one in run.tasks.lost]
    known: list[TaskStarted | TaskFinished] = [*lost, *run.tasks.slowest]
    labels = {
        task.label for task in known if task.executor == "pool" and is_given_by(run, task, owner)
    }
    return labels.pop() if len(labels) == 1 else None
