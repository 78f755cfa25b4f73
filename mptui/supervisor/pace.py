"""How often something may happen.

A poll: as often as is useful, and less often the more it costs. A record that a program can cause
without end: many at once, and then so many a second.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

GRID_SECONDS: Final = 0.1
"""Polls are due at multiples of this: what is due at about the same time wakes the loop once."""
SLOW_SECONDS: Final = 0.5
"""The same for what is done no more often than that."""


class Pace:
    """Decides when the next poll is due.

    Args:
        clock: seconds since the run began.
        seconds: the shortest time between two polls.
        budget: the share of one core that polling may take.
        most_seconds: the longest time between two polls, whatever they cost.
        first_seconds: shorter pauses before the first polls.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        seconds: float,
        budget: float,
        most_seconds: float = math.inf,
        first_seconds: Iterable[float] = (),
    ) -> None:
        self._clock = clock
        self._pauses = itertools.chain(first_seconds, itertools.repeat(seconds))
        self._budget = budget
        self._most_seconds = most_seconds
        self.next_poll = next(self._pauses)
        """When the next poll is due, in seconds since the run began."""

    @contextlib.contextmanager
    def poll(self) -> Iterator[None]:
        """Poll inside the block; what it cost decides when the next one is due."""
        began = time.thread_time()
        yield
        cost_seconds = time.thread_time() - began
        pause_seconds = max(next(self._pauses), cost_seconds / self._budget)
        self.next_poll = _after(self._clock(), min(pause_seconds, self._most_seconds))

    def stop(self) -> None:
        """Never poll again."""
        self.next_poll = math.inf


def on_grid(t: float, step: float = GRID_SECONDS) -> float:
    """The time nearest to this one at which polls are due."""
    return round(t / step) * step if t < math.inf else t


def _after(now: float, seconds: float) -> float:
    """So much later, or at the nearest time at which polls are due, unless that is very soon."""
    at = on_grid(now + seconds, GRID_SECONDS if seconds % SLOW_SECONDS else SLOW_SECONDS)
    return at if at - now >= seconds / 2 else now + seconds


class Allowance:
    """Lets so many through at once, and then so many a second.

    Args:
        at_once: how many come through however quickly they follow each other.
        per_second: how many more a second come through from then on.
    """

    __slots__ = ("_at", "_at_once", "_left", "_per_second")

    def __init__(self, at_once: int, per_second: float) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._left: float = at_once
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Let one through, if it may."""
        self._left = min(self._at_once, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
