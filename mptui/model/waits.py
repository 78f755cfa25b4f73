"""What each process waits in, and how long it has waited for what so far.

Must not know processes beyond their number, and must not say which wait is a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from mptui.model.plausible import SLACK_SECONDS, is_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui import events as ev


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """A process waits, since then. Never changed, only replaced."""

    process: int
    wait: str
    since: float
    on: str | None = None
    """What for, in a person's words; not safe to show."""
    queue: int | None = None
    lock: int | None = None
    joined: int | None = None
    """The process whose end it waits for."""
    holds: tuple[int, ...] = ()
    """The locks that it holds meanwhile."""
    timed: bool = False
    """Whether the wait ends by itself after a time."""


class EndedWait(NamedTuple):
    """A wait that is over; kept by nobody here."""

    process: int
    wait: str
    on: str | None
    began: float
    ended: float


class Waits:
    """The waits of a run.

    Args:
        clock: tells the time of the latest event.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.current: dict[int, Wait] = {}
        """By process; one that is not here runs, or nobody knows what it waits in."""
        self.changes = 0
        """Counts changes: as long as it stays, the same processes wait for the same."""
        self._clock = clock
        self._seconds: dict[int, dict[str, float]] = {}

    def total_seconds(self, process: int) -> dict[str, float]:
        """How long the process has waited in each kind of wait, the present one included."""
        seconds = dict(self._seconds.get(process, ()))
        current = self.current.get(process)
        if current is not None:
            so_far = max(self._clock() - current.since, 0.0)
            seconds[current.wait] = seconds.get(current.wait, 0.0) + so_far
        return seconds

    def start(self, event: ev.WaitStarted) -> EndedWait | None:
        """A wait was seen; gives the one that is over by it, where its end was not told."""
        current = self.current.get(event.process)
        if current is not None and current.since > event.t:
            return None
        ended = self.end(event.process, event.t)
        self.current[event.process] = Wait(
            process=event.process,
            wait=event.kind,
            since=event.t,
            on=event.on,
            queue=event.queue,
            lock=event.lock,
            joined=event.joined,
            holds=tuple(event.holds),
            timed=event.timed,
        )
        self.changes += 1
        return ended

    def finish(self, event: ev.WaitFinished) -> list[EndedWait]:
        """A wait is over, whether or not it was seen to begin; gives every one that is."""
        began = event.t - event.seconds
        ended = []
        current = self.current.get(event.process)
        if current is not None and is_over(current.since, began, event.t):
            if began > current.since + SLACK_SECONDS and current.wait != event.kind:
                # Another one: the end of the one before it was not told.
                ended.append(self._count(_ended(current, began)))
            else:
                began = min(began, current.since)
            del self.current[event.process]
        ended.append(self._count(EndedWait(event.process, event.kind, event.on, began, event.t)))
        self.changes += 1
        return ended

    def end(self, process: int, t: float) -> EndedWait | None:
        """Whatever the process waits in is over; gives that."""
        current = self.current.pop(process, None)
        if current is None:
            return None
        self.changes += 1
        return self._count(_ended(current, t))

    def _count(self, ended: EndedWait) -> EndedWait:
        seconds = self._seconds.setdefault(ended.process, {})
        seconds[ended.wait] = seconds.get(ended.wait, 0.0) + ended.ended - ended.began
        return ended


def _ended(wait: Wait, t: float) -> EndedWait:
    return EndedWait(wait.process, wait.wait, wait.on, wait.since, max(t, wait.since))
