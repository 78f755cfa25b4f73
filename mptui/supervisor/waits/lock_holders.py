"""Records who holds the locks that processes have waited for for some time.

What a process holds is recorded with its own waits; this is for holders that are busy, that are
outside of the program, or that have ended. A lock is looked at seldom, and only as long as somebody
waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.waits.semaphores import Semaphore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.waits.file_locks import FileLocks
    from mptui.supervisor.waits.semaphores import Holders, Semaphores
    from mptui.supervisor.waits.wait_meaning import Wait

WAIT_SECONDS: Final = 1.5
"""Who holds a lock is looked up once somebody has waited for so long."""
_AGAIN_SECONDS: Final = 2.0
_IDLE_SECONDS: Final = 0.5
"""The same as long as nobody waits."""
_MOST_WATCHED: Final = 64


class LockHolders:
    """Who holds what is waited for.

    Args:
        registry: knows the processes.
        semaphores: knows the locks of multiprocessing.
        files: knows the locks on files.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        semaphores: Semaphores,
        files: FileLocks,
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._semaphores = semaphores
        self._files = files
        self._record = record
        self._clock = clock
        self._recorded: dict[int, Holders | None] = {}
        """Who holds each lock that is waited for, as recorded last."""
        self._next_look = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return self._clock() >= self._next_look

    def look(self, waiting: Iterable[tuple[WatchedProcess, Wait]]) -> None:
        """Look who holds what these processes have waited for for some time.

        Must only be called where it is due.
        """
        first: dict[int, tuple[WatchedProcess, Wait]] = {}
        for process, wait in waiting:
            if wait.lock is not None and len(first) < _MOST_WATCHED:
                first.setdefault(wait.lock, (process, wait))
        self._next_look = self._clock() + (_AGAIN_SECONDS if first else _IDLE_SECONDS)
        self._recorded = {lock: self._recorded.get(lock) for lock in first}
        for lock, (process, wait) in first.items():
            holders = self._holders(process, wait)
            if holders is not None and holders != self._recorded[lock]:
                self._recorded[lock] = holders
                self._record(
                    events.LockSampled(
                        t=self._clock(),
                        lock=lock,
                        holders=list(holders.processes),
                        outside=dict(holders.outside),
                        complete=holders.is_complete,
                    )
                )

    def _holders(self, process: WatchedProcess, wait: Wait) -> Holders | None:
        if isinstance(wait.thing, Semaphore):
            return self._semaphores.holders_of(wait.thing, self._registry.living)
        return None if wait.thing is None else self._files.holders_of(wait.thing, process)
