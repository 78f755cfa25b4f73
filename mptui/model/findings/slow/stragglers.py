"""Findings about one task that all wait for: ``straggler``.

It takes many times as long as the others of its function, and meanwhile the other workers have
nothing to do. That some work is long is nobody's fault: this is a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.finding import Finding
from mptui.model.findings.slow.peers import peers_of, worked_seconds
from mptui.model.findings.stuck.places import doing
from mptui.model.findings.wording import cut, name_of
from mptui.wording.durations import span_text
from mptui.wording.executor_kinds import executor_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import TaskFinished, TaskStarted
    from mptui.model.run import Run

_LEAST_SECONDS: Final = 3.0
_TIMES_LONGER: Final = 8.0
"""Than most tasks of its function."""
_LEAST_TASKS: Final = 6
_USUAL: Final = 0.5
_ALONE_SHARE: Final = 0.6
"""In this last part of its time the others have nothing to do."""
_IDLE: Final = 0.05
_COMPARED: Final = 4


class _Task(NamedTuple):
    process: int
    label: str
    item: str | None
    began: float
    ended: float
    is_over: bool


def find_stragglers(run: Run) -> Iterator[Finding]:
    """The longest task beside which most of the other workers have nothing to do."""
    for task in sorted(_long_tasks(run), key=lambda one: one.began - one.ended)[:_COMPARED]:
        function = run.tasks.functions.get(task.label)
        if function is None or function.count < _LEAST_TASKS:
            continue
        usual = function.percentile_seconds(_USUAL)
        if task.ended - task.began < _TIMES_LONGER * usual:
            continue
        peers = _peers_of(run, task)
        idle = sum(_is_idle(run, peer, task) for peer in peers)
        if idle and 2 * idle >= len(peers):
            yield _of_straggler(run, task, usual, idle, len(peers) + 1)
            return


def _long_tasks(run: Run) -> Iterator[_Task]:
    for one in run.tasks.running.values():
        if _is_single(one) and run.now - one.started_at >= _LEAST_SECONDS:
            yield _Task(one.process, one.label, one.item, one.started_at, run.now, is_over=False)
    for done in run.tasks.slowest:
        if _is_single(done) and done.seconds >= _LEAST_SECONDS:
            yield _Task(done.process, done.label, done.item, done.started_at, done.t, is_over=True)


def _is_single(task: TaskStarted | TaskFinished) -> bool:
    kind = executor_kind(task.executor)
    return task.items == 1 and not kind.is_threads and not kind.is_taken


def _peers_of(run: Run, task: _Task) -> list[int]:
    """The other workers of its kind that were there until it ended, or nearly."""
    until = task.began + _ALONE_SHARE * (task.ended - task.began)
    return peers_of(run, task.process, task.began, until)


def _is_idle(run: Run, process: int, task: _Task) -> bool:
    began = task.ended - _ALONE_SHARE * (task.ended - task.began)
    return worked_seconds(run, process, began, task.ended) <= _IDLE * (task.ended - began)


def _of_straggler(run: Run, task: _Task, usual: float, idle: int, workers: int) -> Finding:
    call = f"{cut(task.label)}({cut(task.item)})" if task.item else cut(task.label)
    took = span_text(task.ended - task.began)
    verb = "took" if task.is_over else "has taken"
    doing_now = "" if task.is_over else f" {name_of(run, task.process)} {doing(run, task.process)}."
    return Finding(
        kind="straggler",
        severity="note",
        headline=f"{call} {verb} {took}, while {idle} of {workers} workers had nothing to do",
        evidence=(
            f"It {'ran' if task.is_over else 'runs'} in {name_of(run, task.process)}; half of the "
            f"tasks of {cut(task.label)} took {span_text(usual)} or less.{doing_now}"
        ),
        advice=(
            "All of it takes as long as its longest task: begin with the longest ones, cut them "
            "into smaller pieces, or give what they wait for a timeout."
        ),
        processes=(task.process,),
        since=task.began,
    )
