"""What each process waits in, and how long it has waited for what so far.

Must not know processes beyond their number, nor judge which wait is a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from mptui.events import WaitStarted
from mptui.model.plausible import SLACK_SECONDS, TEXT_CHARACTERS, is_over, kept_text, kept_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui import events as ev


HABIT_SECONDS: Final = 3.0
"""So long after a sum of short waits the next one may come."""
KINDS_KEPT: Final = 64
"""The time in any more kinds of wait counts as that in the kind "other"."""
HELD_LOCKS_KEPT: Final = 256
PEERS_KEPT: Final = 256


class EndedWait(NamedTuple):
    """A wait that is over; it is handed on, not kept."""

    process: int
    kind: str
    on: str | None
    started_at: float
    ended_at: float


class Waits:
    """The waits of a run.

    Args:
        clock: gives the time of the latest event.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.current: dict[int, ev.WaitStarted] = {}
        """By process; one that is not here runs, or it is not known what it waits in."""
        self.changes = 0
        """Counts changes: as long as it stays, the same processes wait for the same."""
        self._clock = clock
        self._sums: dict[int, ev.WaitsCounted] = {}
        """The last sum of short waits of each process."""
        self._seconds: dict[int, dict[str, float]] = {}

    def total_seconds(self, process: int) -> dict[str, float]:
        """How long the process has waited in each kind of wait, the present one included."""
        seconds = dict(self._seconds.get(process, ()))
        current = self.current.get(process)
        if current is not None:
            so_far = max(self._clock() - current.started_at, 0.0)
            seconds[current.kind] = seconds.get(current.kind, 0.0) + so_far
        return seconds

    def habit(self, process: int) -> ev.WaitStarted | None:
        """What a process waits for again and again, if that fills most of its time.

        For those that show what it does now: it need not wait at this very moment.
        """
        last = self._sums.get(process)
        if last is None or self._clock() - last.t > HABIT_SECONDS:
            return None
        if last.seconds_total < (last.t - last.since) / 2:
            return None
        return WaitStarted(
            t=last.since,
            process=process,
            kind=last.kind,
            on=last.on,
            queue=last.queue,
            lock=last.lock,
            joined=last.joined,
            timed=last.timed,
        )

    def start(self, event: ev.WaitStarted) -> EndedWait | None:
        """A wait was seen; gives the one that is over by it, where its end was not recorded."""
        current = self.current.get(event.process)
        if current is not None and current.started_at > event.started_at:
            return None
        ended = self.end(event.process, event.t)
        self.current[event.process] = _kept(event)
        self.changes += 1
        return ended

    def finish(self, event: ev.WaitFinished) -> list[EndedWait]:
        """A wait is over, whether or not it was seen to begin; gives every one that is."""
        began = event.started_at
        ended = []
        current = self.current.get(event.process)
        if current is not None and is_over(current.started_at, began, event.t):
            if began > current.started_at + SLACK_SECONDS and current.kind != event.kind:
                # Another one: the end of the one before it was not recorded.
                ended.append(self._count(_ended(current, began)))
            else:
                began = min(began, current.started_at)
            del self.current[event.process]
        ended.append(self._count(EndedWait(event.process, event.kind, event.on, began, event.t)))
        self.changes += 1
        return ended

    def count(self, event: ev.WaitsCounted) -> EndedWait | None:
        """Many waits are over; gives the one before them, where its end was not recorded."""
        current = self.current.get(event.process)
        is_over = current is not None and event.since > current.started_at + SLACK_SECONDS
        ended = self.end(event.process, event.since) if is_over else None
        self._add_seconds(event.process, event.kind, event.seconds_total)
        last = self._sums.get(event.process)
        if last is None or event.since >= last.t or event.seconds_total >= last.seconds_total:
            self._sums[event.process] = kept_texts(event)
            self.changes += 1
        return ended

    def forget(self, process: int) -> None:
        """Forget what a process has waited in; its last wait is over."""
        self._seconds.pop(process, None)
        self._sums.pop(process, None)

    def end(self, process: int, t: float) -> EndedWait | None:
        """Whatever the process waits in is over; gives that."""
        current = self.current.pop(process, None)
        if current is None:
            return None
        self.changes += 1
        return self._count(_ended(current, t))

    def _count(self, ended: EndedWait) -> EndedWait:
        self._add_seconds(ended.process, ended.kind, ended.ended_at - ended.started_at)
        return ended

    def _add_seconds(self, process: int, kind: str, waited: float) -> None:
        seconds = self._seconds.setdefault(process, {})
        kind = kept_text(kind)
        if kind not in seconds and len(seconds) >= KINDS_KEPT:
            kind = "other"
        seconds[kind] = seconds.get(kind, 0.0) + waited


def _ended(wait: ev.WaitStarted, t: float) -> EndedWait:
    began = wait.started_at
    return EndedWait(wait.process, wait.kind, wait.on, began, max(t, began))


def _kept(event: ev.WaitStarted) -> ev.WaitStarted:
    if len(event.holds) > HELD_LOCKS_KEPT:
        event = replace(event, holds=event.holds[:HELD_LOCKS_KEPT])
    if len(event.peers) > PEERS_KEPT:
        event = replace(event, peers=[])  # A part of them would be as good as none.
    is_long = len(event.on or "") > TEXT_CHARACTERS or len(event.kind) > TEXT_CHARACTERS
    return kept_texts(event) if is_long else event
