"""Whether a count has been rising, steadily and until lately."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

_POINTS_KEPT: Final = 64
_PARTS: Final = 4
"""In each of so many equal parts of the time it has to rise: a burst that is over is no growth."""
_FALL_SHARE: Final = 0.1
"""A count that falls by more of its value than this is being cleaned up."""
_PATIENCE_SECONDS: Final = 5.0
"""What has not risen for longer than this, and for longer than it rose, is bounded."""


class Rise(NamedTuple):
    """A count that rose."""

    since: float
    until: float
    """When it rose last."""
    first: int
    last: int

    @property
    def seconds(self) -> float:
        """How long it rose."""
        return self.until - self.since

    @property
    def by(self) -> int:
        """How much it rose."""
        return self.last - self.first


class Growth:
    """One count over time.

    Must not know what is counted: the caller says how far and how long it has to rise.

    Args:
        least_seconds: what rises for a shorter time is just starting.
        least_by: what rises by less is not worth a word.
    """

    __slots__ = ("_fallen", "_fallen_at", "_least_by", "_least_seconds", "_points")

    def __init__(self, least_seconds: float, least_by: int) -> None:
        self._least_seconds = least_seconds
        self._least_by = least_by
        self._points: list[tuple[float, int]] = []
        self._fallen: Rise | None = None
        self._fallen_at = 0.0

    def note(self, t: float, count: int) -> None:
        """It is so much now."""
        points = self._points
        if points and t < points[-1][0]:
            return
        peak = max((count for _, count in points), default=0)
        if peak - count > max(1.0, _FALL_SHARE * peak):
            rise = self._rise()
            if rise is not None and t - rise.until <= _patience(rise):
                self._fallen, self._fallen_at = rise, t
            points.clear()
        points.append((t, count))
        if len(points) > _POINTS_KEPT:
            del points[1:-1:2]

    def rise(self, now: float) -> Rise | None:
        """How it rises at this time; what fell only lately, as at an end of all, counts too."""
        rise = self._rise()
        if rise is not None and now - rise.until <= _patience(rise):
            return rise
        if self._fallen is not None and now - self._fallen_at <= _PATIENCE_SECONDS:
            return self._fallen
        return None

    def _rise(self) -> Rise | None:
        points = self._points
        if len(points) <= _PARTS:
            return None
        least = min(count for _, count in points)
        since = max(t for t, count in points if count == least)
        most = max(count for t, count in points if t >= since)
        until = min(t for t, count in points if t >= since and count == most)
        rise = Rise(since, until, least, most)
        if rise.seconds < self._least_seconds or rise.by < self._least_by:
            return None
        return rise if self._is_steady(rise) else None

    def _is_steady(self, rise: Rise) -> bool:
        times = [rise.since + part * rise.seconds / _PARTS for part in range(_PARTS)]
        counts = [self._at(t) for t in (*times, rise.until)]
        return all(before < after for before, after in pairwise(counts))

    def _at(self, t: float) -> int:
        return next(count for time, count in reversed(self._points) if time <= t)


def _patience(rise: Rise) -> float:
    return max(_PATIENCE_SECONDS, rise.seconds)
