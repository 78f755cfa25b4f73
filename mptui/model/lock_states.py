"""Who holds the locks that processes wait for, as far as that was seen.

Bounded, however many locks there are. Must not judge whether a lock will ever be free again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec.structs import replace

from mptui.model.plausible import kept_text

if TYPE_CHECKING:
    from mptui.events import AccessSampled, LockSampled

AccessKey: TypeAlias = "tuple[int | None, int | None, int | None]"
"""The number of a queue, that of a lock, or that of the process that waits at a pipe."""
LOCKS_KEPT: Final = 1000
HOLDERS_KEPT: Final = 100


class LockStates:
    """The locks of a run, by number."""

    def __init__(self) -> None:
        self.latest: dict[int, LockSampled] = {}
        """As sampled last; the commands of other programs are not safe to show."""
        self.access: dict[AccessKey, AccessSampled] = {}
        """Who can end the waits for each queue, semaphore and pipe, as sampled last."""

    def sample(self, event: LockSampled) -> None:
        """Somebody looked who holds a lock."""
        self.latest.pop(event.lock, None)
        self.latest[event.lock] = _kept(event)
        if len(self.latest) > LOCKS_KEPT:
            del self.latest[next(iter(self.latest))]

    def sample_access(self, event: AccessSampled) -> None:
        """Somebody looked who has a queue or a semaphore."""
        key = event.queue, event.lock, event.receiver
        self.access.pop(key, None)
        if len(event.processes) > HOLDERS_KEPT:
            return  # A part of them would be worse than none.
        self.access[key] = event
        if len(self.access) > LOCKS_KEPT:
            del self.access[next(iter(self.access))]


def _kept(event: LockSampled) -> LockSampled:
    outside = list(event.outside.items())[:HOLDERS_KEPT]
    return replace(
        event,
        holders=event.holders[:HOLDERS_KEPT],
        outside={pid: kept_text(command) for pid, command in outside},
    )
