"""The threads of processes that have several, as last sampled."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.model.plausible import TEXT_CHARACTERS, kept_text

if TYPE_CHECKING:
    from mptui.events import ThreadSample, ThreadsSampled

THREADS_OF_A_PROCESS: Final = 256
THREADS_OF_ALL: Final = 20_000


class ThreadStates:
    """The threads of every living process, by native id (that of the main thread is the pid)."""

    def __init__(self) -> None:
        self.of_process: dict[int, dict[int, ThreadSample]] = {}
        """Each inner one is replaced when it changes, never changed. Names are not safe to show."""
        self.unkept_count = 0
        """How many samples of threads were left out, as there were too many threads."""
        self._count = 0

    def open(self, process: int) -> None:
        """A process began."""
        self.of_process.setdefault(process, {})

    def close(self, process: int) -> None:
        """A process ended, and its threads with it."""
        if self.of_process.get(process):
            self._replace(process, {})

    def forget(self, process: int) -> None:
        """Forget an ended process."""
        self.close(process)
        self.of_process.pop(process, None)

    def sample(self, event: ThreadsSampled) -> None:
        """The threads of a process were sampled."""
        known = self.of_process.get(event.process, {})
        threads = known | event.threads
        for thread in event.ended:
            threads.pop(thread, None)
        room = min(THREADS_OF_A_PROCESS, THREADS_OF_ALL - self._count + len(known))
        self.unkept_count += max(len(threads) - room, 0)
        kept = islice(threads.items(), room)
        self._replace(event.process, {thread: _kept(sample) for thread, sample in kept})

    def _replace(self, process: int, threads: dict[int, ThreadSample]) -> None:
        self._count += len(threads) - len(self.of_process.get(process, ()))
        self.of_process[process] = threads


def _kept(sample: ThreadSample) -> ThreadSample:
    if len(sample.name) <= TEXT_CHARACTERS:
        return sample
    return replace(sample, name=kept_text(sample.name))
