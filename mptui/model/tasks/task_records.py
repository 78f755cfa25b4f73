"""What is kept of tasks beside their own events: the lost ones, and the sums of each process."""

from __future__ import annotations

import msgspec

from mptui.events import TaskStarted


class LostTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task whose process ended while it ran: its result will never come."""

    task: TaskStarted
    lost_at: float


class ProcessTasks(msgspec.Struct, gc=False):
    """What one process has done so far, over all its threads."""

    count: int = 0
    failed: int = 0
    items: int = 0
    seconds_worked: float = 0.0
    """In tasks that ended; several threads may work at once."""
