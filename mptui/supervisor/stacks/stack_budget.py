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
"""The CPU time that may be spent at the higher share,"""
BURST_COUNT: Final = 200
"""and how often: who looks at more processes than these asks for what it wants to see."""


class StackBudget:
    """Says when the next stacks may be read.

    Args:
        clock: seconds since the run began.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._credit = BURST_SECONDS
        self._count_left: float = BURST_COUNT
        self._filled_at = 0.0
        self.next_asked = 0.0
        """When those may be read that somebody asked for."""
        self.next_unasked = 0.0
        """When others may be."""
        self.next_again = 0.0
        """When those may be read again that have not run since."""

    def spend(self, cost_seconds: float) -> None:
        """So much CPU time was spent just now."""
        now = self._clock()
        filled = (now - self._filled_at) * LONG_SHARE
        self._credit = max(0.0, min(BURST_SECONDS, self._credit + filled) - cost_seconds)
        filled *= BURST_COUNT / BURST_SECONDS
        self._count_left = max(0.0, min(BURST_COUNT, self._count_left + filled) - 1)
        self._filled_at = now
        is_burst = self._credit > 0 and self._count_left > 0
        share = BURST_SHARE if is_burst else LONG_SHARE
        self.next_again = now + cost_seconds * (1 / LONG_SHARE - 1)
        self.next_asked = now + cost_seconds * (1 / ASKED_SHARE - 1)
        self.next_unasked = now + cost_seconds * (1 / share - 1)
