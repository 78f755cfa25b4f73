"""One row of the timeline: what one process, or one thread of it, did and waited for.

Bounded: the newest bars stay. Must not know the time: a bar without an end goes on for ever, and a
picture of it stops at the run's latest moment.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mptui.model.plausible import SLACK_SECONDS
from mptui.model.timeline.bar import EMPTY_CELL, Bar, CellShare
from mptui.model.timeline.cell_shares import CellColumns
from mptui.model.timeline.track import Interval, Track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mptui.events import TaskStarted, WaitStarted
    from mptui.model.tasks.task_records import LostTask
    from mptui.model.timeline.bar import BarKind

BARS_KEPT: Final = 20_000
TRACKS: Final = 4
"""What runs at the same time in one lane goes to as many tracks; any more is cut."""
DETAIL_CHARACTERS: Final = 200
_KINDS: Final[tuple[BarKind, ...]] = ("wait", "task", "lost")
_TOUCHES_KEPT: Final = 12
_TOUCHES_APART_SECONDS: Final = 0.1
"""What is told of changes, and how exactly: enough for pictures that follow each other."""
_STEADY_SHARE: Final = 0.1
"""Counted tasks become one bar as long as they fill the time about as much as those before."""


class Ongoing(NamedTuple):
    """What goes on in a lane now, or went on when its process ended."""

    task: TaskStarted | None = None
    wait: WaitStarted | None = None
    lost: LostTask | None = None


Ongoings: TypeAlias = "Callable[[int, int | None], Ongoing]"
"""What goes on in this process and thread: asked, never copied."""


class Lane:
    """The bars of a process, or of one of its threads.

    Args:
        process: whose they are.
        thread: the native id of the thread, where it is not the main one.
        max_bars: when there are more, the oldest go, some at a time.
        ongoing: says what goes on now.
    """

    def __init__(
        self,
        process: int,
        thread: int | None,
        max_bars: int = BARS_KEPT,
        ongoing: Ongoings = lambda *_: Ongoing(),
    ) -> None:
        self.process = process
        self.thread = thread
        self.max_bars = max_bars
        self.changes = 0
        """Counts changes: as long as it stays, so does every cell that is not of the future."""
        self.dropped_until: float | None = None
        """Up to here bars were dropped to make room; None: all are there."""
        self._single = [Track()]
        self._counted: list[Track] = []
        self._waits = Track()
        self._counted_waits: list[Track] = []
        self._ongoing = ongoing
        self._bar_count = 0
        self._touches: list[tuple[int, float]] = []
        """The counts of changes, and from when on the bars differ since before each: both grow."""

    @property
    def ongoing(self) -> Ongoing:
        """What goes on now."""
        return self._ongoing(self.process, self.thread)

    def changed_from(self, changes: int) -> float:
        """From when on bars changed since there were so many changes; never later than that.

        What goes on is not among them, nor its end: whoever looks at it has to compare.
        """
        return next((t for count, t in self._touches if count > changes), math.inf)

    @property
    def first_began(self) -> float | None:
        """When the oldest bar that is there began; None without any."""
        open_bars = [bar.began for bar in self._special_bars()]
        return min(
            [*(track.began[0] for track in self._tracks() if track), *open_bars], default=None
        )

    def between(self, start: float, end: float) -> list[Bar]:
        """Every bar that touches this stretch, in order of beginning."""
        bars = [
            bar
            for bar in self._special_bars()
            if bar.began <= end and (bar.ended is None or bar.ended >= start)
        ]
        for track in self._tracks():
            bars += [self._bar(track, place) for place in track.places(start, end)]
        bars.sort(key=lambda bar: bar.began)
        return bars

    def at(self, t: float) -> Bar | None:
        """What went on at this moment; of several bars the one that began last."""
        bars = [
            bar
            for bar in self._special_bars()
            if bar.began <= t and (bar.ended is None or bar.ended >= t)
        ]
        for track in self._tracks():
            place = track.place_at(t)
            if place is not None:
                bars.append(self._bar(track, place))
        return max(bars, key=lambda bar: bar.began, default=None)

    def shares(self, edges: Sequence[float]) -> list[CellShare]:
        """How full each cell between two edges is; the edges stand in order of time."""
        if len(edges) < 2:
            return []
        start, end = edges[0], edges[-1]
        columns: CellColumns | None = None
        for kind, tracks in zip(_KINDS, self._layers(end), strict=True):
            seen = [track for track in tracks if track.places(start, end)]
            if seen:
                columns = columns or CellColumns(edges)
                columns.paint(kind, seen)
        return columns.cells() if columns else [EMPTY_CELL] * (len(edges) - 1)

    def task_seconds(self, start: float, end: float) -> float:
        """How much of this stretch was spent in tasks."""
        _, tasks, losses = self._layers(end)
        seconds = sum(track.busy_seconds(start, end) for track in (*tasks, *losses))
        return min(seconds, max(end - start, 0.0))

    def add_task(
        self, began: float, ended: float, label: str | None, item: str | None, *, failed: int
    ) -> None:
        """A task ended."""
        track = self._single[0]
        if began < track.last_ended:
            track = _track_with_room(self._single, began)
        track.add(began, ended, failed, label, item and item[:DETAIL_CHARACTERS])
        self._added(began)

    def add_counted(self, interval: Interval) -> None:
        """Many tasks ended."""
        self._add_many(self._counted, interval)

    def add_counted_waits(self, interval: Interval) -> None:
        """Many waits are over."""
        self._add_many(self._counted_waits, interval)

    def add_wait(self, began: float, ended: float, on: str | None, kind: str) -> None:
        """A wait is over."""
        self._waits.add(began, ended, 0, on, kind)
        self._added(began)

    def limit(self, max_bars: int) -> None:
        """Keep no more bars than that from now on."""
        self.max_bars = max_bars
        while self._bar_count > max_bars:
            self._drop_oldest()

    def _add_many(self, tracks: list[Track], interval: Interval) -> None:
        for track in tracks:
            if _continues(track, interval):
                # All of it is as busy as its parts are together.
                self._touch(track.began[-1])
                track.extend(interval)
                return
        if not tracks:
            tracks.append(Track())
        _track_with_room(tracks, interval.began).add_many(interval)
        self._added(interval.began)

    def _touch(self, t: float) -> None:
        """The bars are others than before, from this moment on."""
        self.changes += 1
        touches = self._touches
        while touches and touches[-1][1] >= t:
            touches.pop()
        if touches and t - touches[-1][1] < _TOUCHES_APART_SECONDS:
            t = touches.pop()[1]
        touches.append((self.changes, t))
        if len(touches) > _TOUCHES_KEPT:
            (_, earliest), (count, _) = touches[:2]
            touches[:2] = [(count, earliest)]

    def _added(self, began: float) -> None:
        self._touch(began)
        self._bar_count += 1
        if self._bar_count > self.max_bars:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        track = max(self._tracks(), key=len)
        count = min(max(self.max_bars // 4, self._bar_count - self.max_bars), len(track))
        self.dropped_until = max(self.dropped_until or 0.0, track.ended[count - 1])
        track.drop_oldest(count)
        self._bar_count -= count
        self._touch(0.0)

    def _tracks(self) -> list[Track]:
        return [*self._single, *self._counted, self._waits, *self._counted_waits]

    def _bar(self, track: Track, place: int) -> Bar:
        interval = track[place]
        if track is self._waits or track in self._counted_waits:
            return Bar(
                interval.began,
                interval.ended,
                "wait",
                interval.label,
                count=interval.tasks,
                busy_seconds=interval.busy_seconds,
                wait=interval.note,
            )
        return Bar(
            interval.began,
            interval.ended,
            "task",
            interval.label,
            ok=not interval.failed,
            count=interval.tasks,
            busy_seconds=interval.busy_seconds,
            detail=interval.note,
        )

    def _special_bars(self) -> Iterator[Bar]:
        """Those that are not in the tracks: what was lost, and what goes on."""
        task, wait, lost = self.ongoing
        if lost is not None:
            began = lost.task.started_at
            ended = max(lost.lost_at, began)
            yield Bar(began, ended, "lost", lost.task.label, ok=False, detail=lost.task.item)
        if task is not None:
            yield Bar(task.started_at, None, "task", task.label, detail=task.item)
        if wait is not None:
            yield Bar(wait.started_at, None, "wait", wait.on, wait=wait.kind)

    def _layers(self, end: float) -> tuple[list[Track], list[Track], list[Track]]:
        """Waits, tasks, and what was lost; what goes on does so until then."""
        task, wait, lost = self.ongoing
        waits, tasks, losses = (
            [self._waits, *self._counted_waits],
            [*self._counted, *self._single],
            list[Track](),
        )
        if wait is not None:
            waits.append(_track_of_one(wait.started_at, end, wait.on, note=wait.kind))
        if task is not None:
            tasks.append(_track_of_one(task.started_at, end, task.label))
        if lost is not None:
            began, label = lost.task.started_at, lost.task.label
            losses.append(_track_of_one(began, lost.lost_at, label, failed=1))
        return waits, tasks, losses


def _track_of_one(
    began: float, ended: float, label: str | None, *, failed: int = 0, note: str | None = None
) -> Track:
    track = Track()
    track.add(began, max(began, ended), failed, label, note)
    return track


def _track_with_room(tracks: list[Track], began: float) -> Track:
    """A track that has nothing at this time or later; a new one, or the last, if all have."""
    for track in tracks:
        if began >= track.last_ended - SLACK_SECONDS:
            return track
    if len(tracks) < TRACKS:
        tracks.append(Track())
    return tracks[-1]


def _continues(track: Track, interval: Interval) -> bool:
    """Whether this is more of the same as the track's last interval."""
    if not track:
        return False
    last = track[len(track) - 1]
    last_seconds, seconds = last.ended - last.began, interval.ended - interval.began
    if (
        last.label != interval.label
        or bool(last.failed) != bool(interval.failed)
        or abs(interval.began - last.ended) > SLACK_SECONDS
        or not last_seconds
        or not seconds
    ):
        return False
    return abs(last.busy_seconds / last_seconds - interval.busy_seconds / seconds) <= _STEADY_SHARE
