"""Records who has what processes have waited for for some time.

Who holds a lock: what a process holds is recorded with its own waits; this is for holders that are
busy, that are outside of the program, or that have ended. And who could put into a queue, write
into a pipe or set an event: those that have it. One thing is looked at in a poll, each seldom, and
only as long as somebody waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mptui import events
from mptui.supervisor.linux import open_files
from mptui.supervisor.waits.file_locks import LockedFile
from mptui.supervisor.waits.semaphores import Semaphore
from mptui.supervisor.waits.wait_meaning import Pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from mptui.events import Event
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.waits.file_locks import FileLocks
    from mptui.supervisor.waits.semaphores import Holders, Semaphores
    from mptui.supervisor.waits.wait_meaning import Wait

WAIT_SECONDS: Final = 1.5
"""Who has something is looked up once somebody has waited for it for so long."""
_AGAIN_SECONDS: Final = 2.0
_SHARE: Final = 0.005
"""Of one core, at most, in the long run."""
_MOST_WATCHED: Final = 64
_MOST_SEARCHED: Final = 64
"""Among more processes than this it is not searched who has something."""

_MAIN: Final = 0

_Key: TypeAlias = "tuple[int | None, int | None, int | None]"
"""The number of a queue, that of a lock, or that of the process that waits at a pipe."""


class LockHolders:
    """Who has what is waited for.

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
        self._recorded: dict[_Key, object] = {}
        """What was recorded last of each thing that is waited for."""
        self._looked_at: dict[_Key, float] = {}
        self._next_look = 0.0

    def look(self, waiting: Collection[tuple[WatchedProcess, Wait]]) -> None:
        """Look who has one of the things that these processes have waited for for some time."""
        if not waiting and not self._recorded:
            return
        first: dict[_Key, tuple[WatchedProcess, Wait]] = {}
        living = {one.number: one for one in self._registry.living}
        for process, wait in waiting:
            if _is_looked_up(wait, living) and len(first) < _MOST_WATCHED:
                first.setdefault(_key(process, wait), (process, wait))
        self._recorded = {key: self._recorded.get(key) for key in first}
        self._looked_at = {key: self._looked_at.get(key, -_AGAIN_SECONDS) for key in first}
        if not first:
            return
        key = min(self._looked_at, key=self._looked_at.__getitem__)
        now = self._clock()
        if now < max(self._looked_at[key] + _AGAIN_SECONDS, self._next_look):
            return
        self._looked_at[key] = now
        self._look_at(key, *first[key])
        self._next_look = now + (self._clock() - now) / _SHARE

    def _look_at(self, key: _Key, process: WatchedProcess, wait: Wait) -> None:
        found = self._find(process, wait)
        if found is not None and self._recorded[key] != found[0]:
            self._recorded[key] = found[0]
            self._record(found[1])

    def _find(self, process: WatchedProcess, wait: Wait) -> tuple[object, Event] | None:
        """Who has it: what is compared, and the event."""
        living = self._registry.living
        thing = wait.thing
        if isinstance(thing, LockedFile):
            return self._holding(wait, self._files.holders_of(thing, process))
        if isinstance(thing, Semaphore) and wait.wait == "lock":
            return self._holding(wait, self._semaphores.holders_of(thing, living))
        if thing is None or len(living) > _MOST_SEARCHED or wait.wait == "task":
            return None
        if isinstance(thing, Pipe):
            has = tuple(
                one.number for one in living if open_files.holds_write_end(one.pid, thing.inode)
            )
        else:
            has = self._semaphores.shared_by(thing, living)
        queue, lock, receiver = _key(process, wait)
        event = events.AccessSampled(
            t=self._clock(), queue=queue, lock=lock, receiver=receiver, processes=list(has)
        )
        return has, event

    def _holding(self, wait: Wait, holders: Holders | None) -> tuple[object, Event] | None:
        if holders is None or wait.lock is None:
            return None
        event = events.LockSampled(
            t=self._clock(),
            lock=wait.lock,
            holders=list(holders.processes),
            outside=dict(holders.outside),
            complete=holders.is_complete,
        )
        return holders, event


def _is_looked_up(wait: Wait, living: Mapping[int, WatchedProcess]) -> bool:
    """Whether it matters who has it: at a pipe only if nobody is known there that has a parent.

    Whoever has one, or is the main process, is at work for somebody, as the workers of a pool are.
    """
    if wait.queue is not None or wait.lock is not None or wait.thing is None:
        return wait.thing is not None
    peers = [living[peer] for peer in wait.peers if peer in living]
    return not any(one.number == _MAIN or one.parent in living for one in peers)


def _key(process: WatchedProcess, wait: Wait) -> _Key:
    is_named = wait.queue is not None or wait.lock is not None
    return wait.queue, wait.lock, None if is_named else process.number
