"""What is kept of single tasks: those that run, those that ended, those that were lost.

Never changed, only replaced. Their texts come from the program and are not safe to show.
"""

from __future__ import annotations

import msgspec


class RunningTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task that began and was not seen to end."""

    process: int
    task: str
    """The function's qualified name."""
    since: float
    item: str | None = None
    """Its argument, where it is known."""
    items: int = 1
    """How many items of work it is, as the chunks of a map are."""
    thread: int | None = None
    """The native id of the thread that runs it, where that is not the main thread."""
    by: str | None = None


class FinishedTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task that ended, well or not."""

    process: int
    task: str
    began: float
    seconds: float
    ok: bool
    item: str | None = None
    items: int = 1
    result: str | None = None
    error: str | None = None
    thread: int | None = None
    by: str | None = None

    @property
    def ended(self) -> float:
        """When it ended."""
        return self.began + self.seconds


class LostTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task whose process ended while it ran: nobody will ever see its result."""

    task: RunningTask
    lost_at: float


class ProcessTasks(msgspec.Struct, gc=False):
    """What one process has done so far, over all its threads."""

    count: int = 0
    failed: int = 0
    items: int = 0
    seconds_worked: float = 0.0
    """In tasks that ended; several threads may work at once."""
