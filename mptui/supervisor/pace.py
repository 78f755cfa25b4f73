"""How often to look at the program: as often as is wanted, the rarer the more a look costs."""

from __future__ import annotations

import contextlib
import itertools
import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Pace:
    """When the next look is due.

    Args:
        clock: seconds since the run began.
        seconds: from one look to the next, at best.
        budget: the share of one core that looking may take.
        most_seconds: from one look to the next, at worst.
        first_seconds: until the first looks, each from the one before, where they are to come
            sooner.
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
        self.next_look = next(self._pauses)

    @contextlib.contextmanager
    def look(self) -> Iterator[None]:
        """Look inside; what it cost decides when the next one is due."""
        began = time.thread_time()
        yield
        cost_seconds = time.thread_time() - began
        pause_seconds = max(next(self._pauses), cost_seconds / self._budget)
        self.next_look = self._clock() + min(pause_seconds, self._most_seconds)

    def stop(self) -> None:
        """Never look again."""
        self.next_look = math.inf
