"""How far the work that was handed out has got."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.wording.executor_kinds import hands_out_tasks

if TYPE_CHECKING:
    from mptui.model.queue_states import QueueState, QueueStates


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


def build_progress(queues: QueueStates, now: float) -> list[Progress]:
    """The progress of everything that was given anything, pools and executors first."""
    used = [state for state in queues.states.values() if state.put > 0]
    used.sort(key=lambda state: not hands_out_tasks(state.kind))
    return [_progress_of(state, queues.got_per_second(state.queue, now)) for state in used]


def _progress_of(state: QueueState, per_second: float) -> Progress:
    left = state.put - state.got
    knows_left = hands_out_tasks(state.kind) and per_second > 0 and left > 0
    return Progress(
        queue=state.queue,
        name=state.name or state.kind,
        kind=state.kind,
        done=state.got,
        total=state.put,
        per_second=per_second,
        seconds_left=left / per_second if knows_left else None,
    )
