"""The threads of processes that have several, as last sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mptui.events import ThreadSample, ThreadsSampled


class ThreadStates:
    """The threads of every living process, by native id (that of the main thread is the pid)."""

    def __init__(self) -> None:
        self.of_process: dict[int, dict[int, ThreadSample]] = {}
        """Each inner one is replaced when it changes, never changed. Names are not safe to show."""

    def open(self, process: int) -> None:
        """A process began."""
        self.of_process.setdefault(process, {})

    def close(self, process: int) -> None:
        """A process ended, and its threads with it."""
        if self.of_process.get(process):
            self.of_process[process] = {}

    def sample(self, event: ThreadsSampled) -> None:
        """The threads of a process were sampled."""
        threads = self.of_process.get(event.process, {}) | event.threads
        for thread in event.ended:
            threads.pop(thread, None)
        self.of_process[event.process] = threads
