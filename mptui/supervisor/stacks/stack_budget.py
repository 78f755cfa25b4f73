"""How much of a core reading stacks may take: a burst when something hangs, little in the long run.

Knows costs and times only, not what is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED_SHARE: Final = 0.5
"""The share of one core while somebody waits for the answer; the reader yields to all others."""
BURST_SHARE: Final = 0.25
LONG_SHARE: Final = 0.01
BURST_SECONDS: Final = 3.0
"""The CPU time that may be spent at the higher share: enough for two hundred processes."""


class StackBudget:
    """Says when the next stacks may be read.

    Args:
        clock: seconds since the run began.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._credit = BURST_SECONDS
        self._filled_at = 0.0
        self.next_asked = 0.0
        """When those may be read that somebody asked for."""
        self.next_unasked = 0.0
        """When others may be."""

    def spend(self, cost_seconds: float) -> None:
        """So much CPU time was spent just now."""
        now = self._clock()
        filled = self._credit + (now - self._filled_at) * LONG_SHARE
        self._credit = max(0.0, min(BURST_SECONDS, filled) - cost_seconds)
        self._filled_at = now
        share = BURST_SHARE if self._credit > 0 else LONG_SHARE
        self.next_asked = now + cost_seconds * (1 / ASKED_SHARE - 1)
        self.next_unasked = now + cost_seconds * (1 / share - 1)
