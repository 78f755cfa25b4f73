"""Waits with a limit that are repeated: a loop that asks for the same thing again and again.

Such as ``queue.get(timeout=1)`` in a loop. Folds events in bounded memory, each before the run
does. Must not judge whether whoever asks will ever get it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

if TYPE_CHECKING:
    from mptui.events import QueueSampled, WaitFinished, WaitsCounted, WaitStarted
    from mptui.model.run import Run

_PAUSE_SECONDS: Final = 2.0
"""What a loop may do beside, between two waits."""
_SUM_SECONDS: Final = 2.0
"""So much later it may become known what the loop did, where waits are summed up."""
_LEAST_ROUNDS: Final = 3
_KEPT: Final = 1000
_WITHOUT_LIMIT: Final = ("sleep", "task")
"""Kinds that are repeated as a matter of course."""


class RepeatedWait(NamedTuple):
    """A process that asks again and again for the same."""

    wait: WaitStarted
    """All of them as one that began with the first one, and has no limit."""
    rounds: int
    """How many there were so far."""
    ended_at: float | None = None
    """When the last one was over, unless it goes on."""
    is_summed: bool = False
    """Whether sums of them are recorded."""


class RepeatedWaits:
    """The waits of a run that are repeated."""

    def __init__(self) -> None:
        self._of_process: dict[int, RepeatedWait] = {}

    def current(self, t: float) -> dict[int, RepeatedWait]:
        """The processes that wait again and again at this time."""
        return {
            process: repeated
            for process, repeated in self._of_process.items()
            if repeated.rounds >= _LEAST_ROUNDS and not _is_past(repeated, t)
        }

    def note_wait(self, event: WaitStarted) -> None:
        """A process begins to wait."""
        if event.kind == "sleep":
            return  # As a loop may do between two waits.
        known = self._of_process.pop(event.process, None)
        if not event.timed or event.kind in _WITHOUT_LIMIT:
            return
        if known is None or _key(known.wait) != _key(event) or _is_past(known, event.started_at):
            repeated = RepeatedWait(replace(event, timed=False), 1)
        else:
            wait = replace(event, t=known.wait.t, timed=False)
            repeated = RepeatedWait(wait, known.rounds + 1, is_summed=known.is_summed)
        self._of_process[event.process] = repeated
        if len(self._of_process) > _KEPT:
            del self._of_process[next(iter(self._of_process))]

    def note_end(self, event: WaitFinished) -> None:
        """A wait is over."""
        known = self._of_process.get(event.process)
        if known is not None and known.wait.kind == event.kind:
            self._of_process[event.process] = known._replace(ended_at=event.t)

    def note_many(self, event: WaitsCounted) -> None:
        """Many waits are over; the first ones of a loop came singly."""
        if event.kind == "sleep":
            return
        known = self._of_process.pop(event.process, None)
        if known is None or not event.timed or _key(known.wait) != _key(event):
            return
        if not _is_past(known, event.since):
            rounds = known.rounds + event.count
            self._of_process[event.process] = RepeatedWait(
                known.wait, rounds, event.t, is_summed=True
            )

    def note_queue(self, run: Run, event: QueueSampled) -> None:
        """Something went through a queue: whoever asks for it did not ask in vain."""
        before = run.queues.get(event.queue)
        if before is None or (before.put, before.got) == (event.put, event.got):
            return
        for process, known in list(self._of_process.items()):
            if known.wait.queue == event.queue:
                del self._of_process[process]

    def forget(self, process: int) -> None:
        """A process has ended."""
        self._of_process.pop(process, None)


def _is_past(repeated: RepeatedWait, t: float) -> bool:
    pause = _PAUSE_SECONDS + (_SUM_SECONDS if repeated.is_summed else 0.0)
    return repeated.ended_at is not None and t - repeated.ended_at > pause


def _key(wait: WaitStarted | WaitsCounted) -> tuple[object, ...]:
    """What is the same as long as it asks for the same; processes are joined one by one."""
    return (wait.kind,) if wait.kind == "join" else (wait.kind, wait.queue, wait.lock, wait.on)
