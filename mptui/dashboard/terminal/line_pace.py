"""How much is sent to the terminal in a while, so that a slow line never fills up.

What waits in a line is what a person sees late: 64 KiB at 100 kB/s are two thirds of a second, and
it cannot be seen from this side. So what was not asked for (output rushing by) is held to a rate
that such a line carries with ease, and to less of it while the line turns out to be slower.
Answers to keys are never held back, only counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES_A_SECOND: Final = 32_000.0
LEAST_BYTES_A_SECOND: Final = 1_000.0
_SLOWED: Final = 0.5
_RECOVERED: Final = 1.05
"""From the least to the most within some seconds, a few times a second."""
_SAVED_SECONDS: Final = 0.5
"""What a quiet while leaves over for the next burst, at most."""


class LinePace:
    """An allowance of bytes that grows with time and shrinks with what is sent.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._bytes_a_second = MOST_BYTES_A_SECOND
        self._allowance = MOST_BYTES_A_SECOND * _SAVED_SECONDS
        self._reckoned_at = clock()

    def spend(self, byte_count: int) -> None:
        """So much was sent."""
        self._allowance -= byte_count

    def has_room(self, *, is_line_full: bool) -> bool:
        """Whether there is room for what can wait; asked a few times a second.

        Args:
            is_line_full: whether the terminal does not take what was sent before.
        """
        self._grow()
        factor = _SLOWED if is_line_full else _RECOVERED
        wanted = self._bytes_a_second * factor
        self._bytes_a_second = max(LEAST_BYTES_A_SECOND, min(wanted, MOST_BYTES_A_SECOND))
        return not is_line_full and self._allowance >= 0

    def _grow(self) -> None:
        now = self._clock()
        grown = self._allowance + (now - self._reckoned_at) * self._bytes_a_second
        self._allowance = min(grown, self._bytes_a_second * _SAVED_SECONDS)
        self._reckoned_at = now
