"""Who was last seen to hold each lock: it may have ended since, and taken the lock along.

Folds events in bounded memory. Must not judge whether a lock is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.events import LockSampled, WaitStarted

_KEPT: Final = 1000
_OF_ONE_KEPT: Final = 50


class LastHolders:
    """The processes that were last seen to hold locks."""

    def __init__(self) -> None:
        self.of_lock: dict[int, int] = {}
        """By lock, the one seen last at the end."""

    def note_wait(self, event: WaitStarted) -> None:
        """A process waits, and holds locks meanwhile."""
        for lock in event.holds[:_OF_ONE_KEPT]:
            self._note(lock, event.process)

    def note_sample(self, event: LockSampled) -> None:
        """Somebody looked who holds a lock."""
        if event.holders:
            self._note(event.lock, event.holders[0])

    def _note(self, lock: int, process: int) -> None:
        self.of_lock.pop(lock, None)
        self.of_lock[lock] = process
        if len(self.of_lock) > _KEPT:
            del self.of_lock[next(iter(self.of_lock))]
