"""Findings about queues that are joined, but not marked done: ``task-done-missing``.

`JoinableQueue.join()` waits until `task_done()` was called for each item. All have been taken, and
whoever took them waits for more: nobody will call it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place
from mptui.model.findings.wording import cut, name_of, names_of
from mptui.wording.counts import counted
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.queue_states import QueueState
    from mptui.model.run import Run

_STUCK_SECONDS: Final = 4.0


def find_unjoined_queues(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Processes that join a queue of which all items were taken, by some that wait for more."""
    for wait in run.waits.current.values():
        if wait.kind != "join" or wait.queue is None or wait.timed or not _is_long(run, wait):
            continue
        state = run.queues.get(wait.queue)
        takers = _takers(run, evidence, wait.queue)
        if state is not None and takers and 0 < state.put == state.got:
            yield _of_queue(run, state, wait, takers)


def _is_long(run: Run, wait: WaitStarted) -> bool:
    return run.now - wait.started_at >= _STUCK_SECONDS


def _takers(run: Run, evidence: Evidence, queue: int) -> list[int]:
    """Those that take from a queue, if all of them have waited for long to do so; else none."""
    living = {state.process for state in run.alive}
    takers = [process for process in evidence.consumers.get(queue, ()) if process in living]
    waits = [run.waits.current.get(process) for process in takers]
    are_idle = all(
        wait is not None
        and wait.queue == queue
        and wait_kind(wait.kind).is_idle
        and _is_long(run, wait)
        for wait in waits
    )
    return takers if are_idle else []


def _of_queue(run: Run, state: QueueState, wait: WaitStarted, takers: list[int]) -> Finding:
    name = f"queue {cut(state.name)}" if state.name else "a queue"
    by = name_of(run, wait.process)
    waits = "waits" if len(takers) == 1 else "wait"
    return Finding(
        kind="task-done-missing",
        severity="error",
        headline=f"{by} waits in join() of {name}: not every item taken from it was marked done",
        evidence=(
            f"All {counted(state.put, 'item')} were taken, and {names_of(run, takers)} {waits} for "
            f"more, so nobody is at work on one. {by} waits since {since_text(wait.started_at)} "
            f"into the run{at_place(run, wait)}."
        ),
        advice="Call task_done() once for each item that get() gave, also where its work fails.",
        processes=(wait.process, *takers),
        since=wait.started_at,
    )
