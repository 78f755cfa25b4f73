"""How long the tasks of one function took, in a handful of numbers however many there were."""

from __future__ import annotations

from math import inf, log2
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.events import TasksCounted

BUCKETS_A_DOUBLING: Final = 4
BUCKET_COUNT: Final = 160
"""Up to 2**40 microseconds, which is twelve days; what takes longer is counted in the last."""
_MICROSECONDS: Final = 1e6


def bucket_of(seconds: float) -> int:
    """Which bucket of a histogram counts a task that took so long, as in `TasksCounted`."""
    microseconds = seconds * _MICROSECONDS
    if microseconds <= 1.0:
        return 0
    return min(int(BUCKETS_A_DOUBLING * log2(microseconds)), BUCKET_COUNT - 1)


def middle_of_bucket(bucket: int) -> float:
    """A time in seconds from the middle of a bucket."""
    return float(2.0 ** ((bucket + 0.5) / BUCKETS_A_DOUBLING)) / _MICROSECONDS


class FunctionTimes:
    """All tasks of one function that ended. It is the same object for as long as the run."""

    __slots__ = (
        "_histogram",
        "count",
        "failed",
        "items",
        "label",
        "seconds_max",
        "seconds_min",
        "seconds_total",
    )

    def __init__(self, label: str | None) -> None:
        self.label = label
        """The function's qualified name; None: it is not known which, or there are too many."""
        self.count = 0
        self.failed = 0
        self.items = 0
        self.seconds_total = 0.0
        self.seconds_max = 0.0
        self.seconds_min = inf
        """What the fastest took, or less where that is not known; infinite without any."""
        self._histogram = [0] * BUCKET_COUNT

    def percentile_seconds(self, share: float) -> float:
        """What this share of the tasks (0.5: half of them) took at most.

        Exact to a quarter power of two; never more than the slowest task took, nor less than the
        fastest.
        """
        if share >= 1.0:
            return self.seconds_max
        wanted = share * self.count
        seen = 0
        for bucket, count in enumerate(self._histogram):
            seen += count
            if count and seen >= wanted:
                return min(max(middle_of_bucket(bucket), self.seconds_min), self.seconds_max)
        return self.seconds_max

    def add(self, seconds: float, items: int, failed: int) -> None:
        """Count one task; ``failed`` is 1 or 0."""
        self.count += 1
        self.failed += failed
        self.items += items
        self.seconds_total += seconds
        if seconds > self.seconds_max:
            self.seconds_max = seconds
        if seconds < self.seconds_min:
            self.seconds_min = seconds
        self._histogram[bucket_of(seconds)] += 1

    def add_counted(self, event: TasksCounted) -> None:
        """Count many at once. Those that its histogram leaves out are taken for average ones."""
        self.count += event.count
        self.failed += event.failed
        self.items += event.items
        self.seconds_total += event.seconds_total
        mean_seconds = event.seconds_total / event.count if event.count else 0.0
        slowest = mean_seconds if event.seconds_max is None else event.seconds_max
        self.seconds_max = max(self.seconds_max, slowest)
        if event.count:
            # Unknown: not more than the average, and not in the way of what the histogram says.
            fastest = 0.0 if event.seconds_min is None else event.seconds_min
            self.seconds_min = min(self.seconds_min, max(fastest, 0.0))
        left = event.count
        for bucket, count in event.histogram.items():
            taken = min(max(count, 0), left)
            self._histogram[min(max(bucket, 0), BUCKET_COUNT - 1)] += taken
            left -= taken
        if left:
            self._histogram[bucket_of(mean_seconds)] += left
