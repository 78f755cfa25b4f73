"""What is kept of one worker of a cluster: its number, its threads, and what it runs."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.cluster.batch import EndedTask, RunningTask, WorkerFacts

_THREADS_KEPT: Final = 1000


class Said(NamedTuple):
    """What was said of a task that runs."""

    thread: int | None
    function: str


class Worker:
    """One worker.

    Args:
        number: as a process of the run.
        facts: what the scheduler says of it.
    """

    def __init__(self, number: int, facts: WorkerFacts) -> None:
        self.number = number
        self.facts = facts
        self.idle_since: float | None = None
        """Since when it has no task, in seconds since the run began; None while it has one."""
        self._newest_log: str | None = None
        self._threads: dict[int, int] = {}
        self._running: dict[str, Said] = {}
        """What was said of the tasks that it runs, by key."""

    def thread(self, ident: int | None) -> int | None:
        """The number of a thread, from 1 on; None where the worker runs one task at a time."""
        if self.facts.threads <= 1 or ident is None:
            return None
        if ident not in self._threads and len(self._threads) >= _THREADS_KEPT:
            self._threads.clear()
        return self._threads.setdefault(ident, len(self._threads) + 1)

    def begin(self, task: RunningTask) -> tuple[int | None] | None:
        """It runs this task; in which thread, if that is news.

        The scheduler does not know the thread before the task has ended: one that is free.
        """
        if task.key in self._running:
            return None
        thread = None
        if self.facts.threads > 1:
            thread = self._free_thread(1)
        self._running[task.key] = Said(thread, task.function)
        return (thread,)

    def end(self, task: EndedTask) -> int | None:
        """It ended this task; the thread that it ran in, the same as was said when it began."""
        thread = self.thread(task.thread)
        if task.key not in self._running:
            return self._free_thread(thread)
        said = self._running.pop(task.key).thread
        if task.thread is not None and said is not None:
            self._threads[task.thread] = said
        return said

    def runs_no_more(self, keys: Iterable[str]) -> list[Said]:
        """The tasks that it was said to run and that are not among these any more."""
        still = set(keys)
        gone = [key for key in self._running if key not in still]
        return [self._running.pop(key) for key in gone]

    def new_logs(self, lines: Sequence[str], *, is_new: bool) -> list[str]:
        """What it has logged since this was last called, in order.

        Args:
            lines: its latest logs, the newest first, each with its time.
            is_new: whether all that it ever logged is news.
        """
        known, self._newest_log = self._newest_log, next(iter(lines), self._newest_log)
        if known is None and not is_new:
            return []
        return list(takewhile(lambda line: line != known, lines))[::-1]

    def _free_thread(self, thread: int | None) -> int | None:
        """This thread, or another where that is said to run something that goes on."""
        taken = {said.thread for said in self._running.values()}
        if thread is None or thread not in taken:
            return thread
        return next(one for one in range(1, len(taken) + 2) if one not in taken)


def name_of_worker(facts: WorkerFacts) -> str:
    """What a worker is called, its host first: ``10.0.0.7 worker-2``, ``10.0.0.7:40123``."""
    if "://" in facts.name:
        return f"{facts.host}:{facts.address.rpartition(':')[2]}"
    name = f"worker-{facts.name}" if facts.name.isdecimal() else facts.name
    return name if facts.host in name else f"{facts.host} {name}"
