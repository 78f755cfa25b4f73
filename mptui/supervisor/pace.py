"""How often to look at the program: as often as is wanted, the rarer the more a look costs."""

from __future__ import annotations

import contextlib
import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Pace:
    """When the next look is due.

    Args:
        clock: seconds since the run began.
        seconds: from one look to the next, at best.
        budget: the share of one core that looking may take.
        most_seconds: from one look to the next, at worst.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        seconds: float,
        budget: float,
        most_seconds: float = math.inf,
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._budget = budget
        self._most_seconds = most_seconds
        self.next_look = seconds

    @contextlib.contextmanager
    def look(self) -> Iterator[None]:
        """Look inside; what it cost decides when the next one is due."""
        began = time.thread_time()
        yield
        cost_seconds = time.thread_time() - began
        pause_seconds = min(max(self._seconds, cost_seconds / self._budget), self._most_seconds)
        self.next_look = self._clock() + pause_seconds

    def stop(self) -> None:
        """Never look again."""
        self.next_look = math.inf
