"""Which tasks a process gave out, and how it ended: what the rules about results share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mptui.events import TaskFinished, TaskStarted
    from mptui.model.run import Run


def is_given_by(run: Run, task: TaskStarted | TaskFinished, owner: int) -> bool:
    """Whether this process gave out a task: to a thread of its own, or to one of its workers."""
    worker = run.processes.get(task.process)
    return task.process == owner or (worker is not None and worker.parent == owner)


def ended_badly(run: Run, process: int) -> bool:
    """Whether a process has ended, and not well; or that is not known any more."""
    state = run.processes.get(process)
    if state is None:
        return True
    return not state.is_alive and (state.exitcode != 0 or state.stopping)
