"""How far the work that was handed out has got."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.wording.executor_kinds import hands_out_tasks

if TYPE_CHECKING:
    from mptui.model.queue_states import QueueState, QueueStates
    from mptui.model.tasks.tasks import Tasks

_TIMES_LONGER: Final = 1.2
_LONGER_SECONDS: Final = 0.2
"""What runs so much longer than the longest so far is overdue: times differ a little anyway."""


class Progress(NamedTuple):
    """What was given to a pool, an executor or into a queue, and how much of it is done."""

    queue: int
    name: str
    """Its variable, or its kind where that is not known; not safe to show."""
    kind: str
    done: int
    total: int
    """What has been given so far; more may come."""
    per_second: float
    """Done each second, over about the last five."""
    seconds_left: float | None
    """None: it is not known, or nothing is left."""
    overdue_seconds: float | None = None
    """For how long a task has been running that takes longer than any of its function so far:
    while there is one, nobody knows how much time is left."""
    is_open: bool = False
    """Whether more is being given: what has been given so far is no total."""


class _Late(NamedTuple):
    """What is running of one kind of executor, and for how long."""

    items: int = 0
    overdue_seconds: float = 0.0
    """Of the longest that runs longer than any of its function took so far."""
    first_seconds: float = 0.0
    """Of the longest whose function never ended so far: how long it takes is not known."""


_NOTHING_LATE: Final = _Late()


def build_progress(queues: QueueStates, tasks: Tasks, now: float) -> list[Progress]:
    """The progress of everything that was given anything, pools and executors first."""
    used = [state for state in queues.states.values() if state.put > 0]
    used.sort(key=lambda state: not hands_out_tasks(state.kind))
    is_unfinished = any(state.put > state.got and hands_out_tasks(state.kind) for state in used)
    late = _find_late(tasks, now) if is_unfinished else {}
    return [
        _progress_of(
            state,
            queues.got_per_second(state.queue, now),
            late.get(state.kind, _NOTHING_LATE),
        )
        for state in used
    ]


def _find_late(tasks: Tasks, now: float) -> dict[str | None, _Late]:
    """What is running, by what handed it out."""
    found: dict[str | None, _Late] = {}
    for task in tasks.running.values():
        items, overdue, first = found.get(task.executor, _NOTHING_LATE)
        times = tasks.functions.get(task.label)
        seconds = now - task.started_at
        if times is None:
            first = max(first, seconds)
        elif seconds > times.seconds_max * _TIMES_LONGER + _LONGER_SECONDS:
            overdue = max(overdue, seconds)
        found[task.executor] = _Late(items + task.items, overdue, first)
    return found


def _progress_of(state: QueueState, per_second: float, late: _Late) -> Progress:
    left = state.put - state.got
    is_known = hands_out_tasks(state.kind) and per_second > 0 and left > 0
    overdue = late.overdue_seconds
    if state.got and left <= late.items:
        # Nothing but what runs is left. (Before anything is done there is nothing to compare.)
        overdue = max(overdue, late.first_seconds)
    return Progress(
        queue=state.queue,
        name=state.name or state.kind,
        kind=state.kind,
        done=state.got,
        total=state.put,
        per_second=per_second,
        seconds_left=left / per_second if is_known and not overdue and not state.more else None,
        overdue_seconds=overdue if overdue and hands_out_tasks(state.kind) and left > 0 else None,
        is_open=state.more,
    )
