"""The threads of processes that have several, as last looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mptui.events import ThreadsSampled


class ThreadState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thread. Never changed, only replaced."""

    thread: int
    """Its native id; that of the main thread is the pid."""
    name: str
    """Not safe to show."""
    cpu_percent: float
    core: int
    state: str
    """The kernel's letter: R running, S sleeping, D waiting for a device, T stopped."""


class ThreadStates:
    """The threads of every living process, by native id."""

    def __init__(self) -> None:
        self.of_process: dict[int, dict[int, ThreadState]] = {}
        """Each inner one is replaced when it changes, never changed."""

    def open(self, process: int) -> None:
        """A process began."""
        self.of_process.setdefault(process, {})

    def close(self, process: int) -> None:
        """A process ended, and its threads with it."""
        if self.of_process.get(process):
            self.of_process[process] = {}

    def sample(self, event: ThreadsSampled) -> None:
        """The threads of a process were looked at."""
        threads = dict(self.of_process.get(event.process, ()))
        for thread, sample in event.threads.items():
            threads[thread] = ThreadState(
                thread=thread,
                name=sample.name,
                cpu_percent=sample.cpu_percent,
                core=sample.core,
                state=sample.state,
            )
        for thread in event.ended:
            threads.pop(thread, None)
        self.of_process[event.process] = threads
