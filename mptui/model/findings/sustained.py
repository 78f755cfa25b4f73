"""How long something held without a break, sample after sample."""

from __future__ import annotations

from typing import Final

BREAK_SECONDS: Final = 1.0
"""What does not hold for less than this has not ended: one sample may catch a pause."""
UNSEEN_SECONDS: Final = 10.0
"""What was not sampled for so long is not known to have held."""


class Stretch:
    """The time for which something held, the longest such time so far.

    Must not know what it is: the caller says whether it holds, and with which figures.
    """

    __slots__ = ("_is_broken", "_longest", "_since", "_sums", "_times", "_until")

    def __init__(self) -> None:
        self._is_broken = True
        self._since = self._until = 0.0
        self._sums = (0.0, 0.0)
        self._times = 0
        self._longest = (0.0, 0.0, (0.0, 0.0))

    @property
    def seconds(self) -> float:
        """How long."""
        return self._longest[1] - self._longest[0]

    @property
    def since(self) -> float:
        """When that time began."""
        return self._longest[0]

    @property
    def figures(self) -> tuple[float, float]:
        """The two figures on average over that time."""
        return self._longest[2]

    def until(self, now: float) -> float | None:
        """When that time was over; None where it goes on."""
        goes_on = not self._is_broken and self._until <= self._longest[1]
        return None if goes_on and now - self._until < UNSEEN_SECONDS else self._longest[1]

    def hold(self, t: float, first: float, second: float) -> None:
        """It holds now, and these are its figures."""
        if self._is_broken or t - self._until >= UNSEEN_SECONDS:
            self._since, self._sums, self._times = t, (0.0, 0.0), 0
        self._is_broken = False
        self._until = max(t, self._until)
        self._sums = (self._sums[0] + first, self._sums[1] + second)
        self._times += 1
        if self._until - self._since >= self.seconds:
            average = (self._sums[0] / self._times, self._sums[1] / self._times)
            self._longest = (self._since, self._until, average)

    def miss(self, t: float) -> None:
        """It does not hold now."""
        if t - self._until >= BREAK_SECONDS:
            self._is_broken = True
