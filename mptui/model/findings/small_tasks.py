"""Tasks of one item each that came too many at a time to be recorded one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model.plausible import is_possible
from mptui.model.tasks.function_times import BUCKET_COUNT, middle_of_bucket

if TYPE_CHECKING:
    from mptui.events import TasksCounted
    from mptui.model.run import Run


class SmallTasks:
    """The tasks of one function."""

    __slots__ = (
        "_medians",
        "count",
        "executor",
        "seconds",
        "since",
        "until",
        "worker_count",
        "workers",
    )

    def __init__(self, since: float, executor: str) -> None:
        self.executor = executor
        self.count = 0
        self.seconds = 0.0
        self._medians = 0.0
        self.since = since
        self.until = since
        self.workers = set[int]()
        """Those that did the latest ones."""
        self.worker_count = 0
        """How many took part at the same time, at most."""

    @property
    def typical_seconds(self) -> float:
        """The median of a task, on average over all events: what held up a few does not show."""
        return self._medians / self.count if self.count else 0.0

    def add(self, run: Run, event: TasksCounted) -> None:
        """Count those of one event."""
        self.count += event.count
        self.seconds += event.seconds_total
        self._medians += event.count * _median_seconds(event)
        self.until = max(self.until, event.t)
        if event.process not in self.workers:
            # Others may have ended: a pool that starts its workers afresh has many in all.
            self.workers = {worker for worker in self.workers if run.is_alive(worker)}
            self.workers.add(event.process)
            self.worker_count = max(self.worker_count, len(self.workers))


def are_single_items(event: TasksCounted) -> bool:
    """Whether an executor gave each of these tasks one item, and what the event says can be."""
    if event.executor is None or event.items != event.count:
        return False
    is_sum = is_possible(event.t, event.seconds_total, event.count)
    return is_sum and event.count > 0 and 0.0 <= event.since <= event.t


def _median_seconds(event: TasksCounted) -> float:
    seen = 0
    for bucket, count in sorted(event.histogram.items()):
        seen += count
        if 2 * seen >= event.count:
            return middle_of_bucket(min(max(bucket, 0), BUCKET_COUNT))
    return event.seconds_total / event.count
