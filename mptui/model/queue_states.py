"""The queues of a run: what has gone through each so far, and how that came about."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec

from mptui.model.number_history import NumberHistory
from mptui.model.plausible import is_possible, kept_text, possible_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.events import QueueSampled

RATE_SECONDS: Final = 5.0
"""Over so long a rate is measured: short enough to be about now, long enough to be calm."""
_RATE_POINTS: Final = 200
QUEUES_KEPT: Final = 256
"""When there are more, the one that nothing has gone through for longest is forgotten."""
_SHORTEST_RATE_SECONDS: Final = 0.2


class QueueState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One queue, or what a pool or an executor has been given. Never changed, only replaced."""

    queue: int
    kind: str
    name: str | None
    """The variable it was assigned to, where there is one; not safe to show."""
    put: int
    got: int
    """Taken out; of a pool or an executor: done."""
    depth: int
    maxsize: int | None
    place: str | None
    """Where the program made it, where that is known; not safe to show."""
    peak_depth: int
    more: bool = False
    """Whether it is still taking tasks from an iterable, so that more may come."""


class _Pace:
    """The newest counts of a queue, for its rate alone."""

    __slots__ = ("_points",)

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque(maxlen=_RATE_POINTS)

    def append(self, t: float, got: int) -> None:
        points = self._points
        if not is_possible(t) or (points and t < points[-1][0]):
            return
        points.append((t, got))
        # One point from before the span stays: what was true when the span began.
        while len(points) > 1 and points[1][0] <= t - RATE_SECONDS:
            points.popleft()

    def per_second(self, now: float) -> float:
        points = self._points
        if not points:
            return 0.0
        place = bisect_right(points, now - RATE_SECONDS, key=lambda point: point[0])
        began, got = points[max(place - 1, 0)]
        seconds = now - max(began, now - RATE_SECONDS)
        if seconds < _SHORTEST_RATE_SECONDS:
            return 0.0
        return max(points[-1][1] - got, 0) / seconds


class QueueStates:
    """The queues of a run, by number."""

    def __init__(self) -> None:
        self.states: dict[int, QueueState] = {}
        """In order of discovery."""
        self.forgotten_count = 0
        """How often a queue was forgotten to make room for another one."""
        self._in_use: dict[int, None] = {}
        """The same queues, the one that was sampled last at the end."""
        self._histories: dict[int, NumberHistory] = {}
        self._paces: dict[int, _Pace] = {}

    def sample(self, event: QueueSampled) -> None:
        """A queue was sampled."""
        queue = event.queue
        known = self.states.get(queue)
        self._in_use.pop(queue, None)
        self._in_use[queue] = None
        put, got, depth = (possible_count(n) for n in (event.put, event.got, event.depth))
        self.states[queue] = QueueState(
            queue=queue,
            kind=kept_text(event.kind),
            name=(known.name if known else None) if event.name is None else kept_text(event.name),
            put=put,
            got=got,
            depth=depth,
            maxsize=known.maxsize if known and event.maxsize is None else event.maxsize,
            place=(known.place if known else None)
            if event.place is None
            else kept_text(event.place),
            peak_depth=max(known.peak_depth if known else 0, depth),
            more=event.more,
        )
        if known is None:
            self._histories[queue], self._paces[queue] = NumberHistory(2), _Pace()
        self._histories[queue].append(event.t, put, got)
        self._paces[queue].append(event.t, got)
        if len(self.states) > QUEUES_KEPT:
            self._forget(next(iter(self._in_use)))

    def history(self, queue: int) -> Sequence[tuple[float, ...]]:
        """Times, and what had been put and got by then, oldest first; thinned in a long run."""
        return self._histories.get(queue, ())

    def got_per_second(self, queue: int, now: float) -> float:
        """How many items are taken out (done) each second, over about the last five."""
        pace = self._paces.get(queue)
        return pace.per_second(now) if pace else 0.0

    def _forget(self, queue: int) -> None:
        for known in (self.states, self._in_use, self._histories, self._paces):
            del known[queue]
        self.forgotten_count += 1
