"""What numbers in a recording can be true: anybody may have written it, and sums must not break.

What says the impossible of a task or a wait is left out whole, for half of it is no better.
"""

from __future__ import annotations

from typing import Final

from mptui.events import LARGEST_COUNT

LATEST_SECONDS: Final = 1e9
"""Thirty years: what is said to be later or longer is not true."""


def is_possible(t: float, seconds: float = 0.0, items: int = 0) -> bool:
    """Whether so many items can have lasted so long and ended then; not, if not a number."""
    return (
        0.0 <= seconds <= LATEST_SECONDS
        and 0.0 <= t <= LATEST_SECONDS
        and 0 <= items <= LARGEST_COUNT
    )


def possible_count(count: int) -> int:
    """The count, or the nearest to it that there can be."""
    return min(max(count, 0), LARGEST_COUNT)
