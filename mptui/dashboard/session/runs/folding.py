"""Events folded a little at a time, so that a key never waits for more than that.

Must not know Textual, nor read a clock of its own.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mptui.dashboard.session.runs.feed import Batch, Feed
    from mptui.dashboard.session.runs.past import Past
    from mptui.events import Event
    from mptui.model import Run
    from mptui.model.findings import Findings

SLICE_SECONDS: Final = 0.004
"""How long events are folded in one go: a key waits no longer, but for the last event."""


class Folding:
    """What a feed gave and a run has yet to fold.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._batches: deque[Batch] = deque()
        self._folded = 0
        """How many events of the first batch are folded."""

    @property
    def is_behind(self) -> bool:
        """Whether something is left to fold."""
        return bool(self._batches)

    def go_on(self, feed: Feed, run: Run, findings: Findings, past: Past) -> bool:
        """Fold as much as there is time for; whether there was anything.

        Args:
            feed: where more comes from, once all of what came before is folded.
            run: what the events are folded into.
            findings: take note of each event before that.
            past: takes note of each batch that is folded.
        """
        if not self._batches:
            self._batches.extend(feed.read())
        deadline = self._clock() + SLICE_SECONDS
        has_news = bool(self._batches)
        while self._batches:
            batch = self._batches[0]
            run.apply(self._in_time(batch.events, deadline), before=findings.note)
            if self._folded < len(batch.events):
                break
            self._batches.popleft()
            self._folded = 0
            past.note(run, findings, batch)
        return has_news

    def _in_time(self, events: Sequence[Event], deadline: float) -> Iterator[Event]:
        """Those that are not folded yet, one at least, until the time is over."""
        clock = self._clock
        for place in range(self._folded, len(events)):
            self._folded = place + 1
            yield events[place]
            if clock() > deadline:
                return
