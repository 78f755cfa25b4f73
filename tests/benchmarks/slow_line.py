"""A terminal at the far end of a slow line: what it sends and what it gets takes its time."""

from __future__ import annotations

import os
import select
import time
from collections import deque
from typing import Final

from tests.terminal import Terminal

ROUND_TRIP_SECONDS: Final = 0.05
BYTES_A_SECOND: Final = 100_000.0
HELD_BYTES: Final = 65_536
"""How much the line takes before whoever writes has to wait."""


class SlowLine(Terminal):
    """The same program, seen over a line of 50 ms there and back, and 100 kB a second.

    The half of the way that a key takes is waited for when it is sent; what comes back is shown
    when the line has carried it.
    """

    _held_bytes = 0
    _free_at = 0.0
    """When the line has carried what it was given."""

    def send(self, *keys: str) -> None:
        """Type; the program sees it half a round trip later."""
        self.read_for(ROUND_TRIP_SECONDS / 2)
        super().send(*keys)

    def _read(self, deadline: float) -> bool:
        """Show what has arrived, waiting for it; False at the deadline, and when all is over."""
        while (now := time.monotonic()) < deadline:
            if self._arriving and self._arriving[0][0] <= now:
                _, data = self._arriving.popleft()
                self._held_bytes -= len(data)
                self.arrived_at = time.perf_counter()
                self._show(data)
                return True
            has_room = self._held_bytes < HELD_BYTES
            due = min(deadline, self._arriving[0][0]) if self._arriving else deadline
            wanted = [self._descriptor] if has_room else []
            if select.select(wanted, [], [], max(0.0, due - now))[0] and not self._take():
                return False
        return False

    @property
    def _arriving(self) -> deque[tuple[float, bytes]]:
        arriving: deque[tuple[float, bytes]] = self.__dict__.setdefault("_on_the_way", deque())
        return arriving

    def _take(self) -> bool:
        try:
            data = os.read(self._descriptor, 4096)
        except OSError:  # The last process that had the terminal open has closed it.
            return False
        now = time.monotonic()
        self._free_at = max(now, self._free_at) + len(data) / BYTES_A_SECOND
        self._held_bytes += len(data)
        self._arriving.append((self._free_at + ROUND_TRIP_SECONDS / 2, data))
        return True
