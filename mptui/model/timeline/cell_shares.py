"""How full the cells of a stretch of a lane are, cheap enough for many paintings a second.

Works on whole columns of cells: a long bar is written into them in one go, and of many short ones
only those about the edges of the cells are read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.timeline.bar import CellShare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.model.timeline.bar import BarKind
    from mptui.model.timeline.track import Track

_FULL: Final = 1.0 - 1e-9
_INTERVALS_A_CELL: Final = 1 / 3
"""With more intervals it is cheaper to go by the cells than by them."""


class _Piece(NamedTuple):
    """What of an interval goes into a cell."""

    kind: BarKind
    label: str | None
    note: str | None
    ok: bool
    share: float


class CellColumns:
    """What is known of the cells between some edges, which stand in order of time.

    Paint waits first, then tasks, then what was lost: the last one decides what a cell is.
    """

    def __init__(self, edges: Sequence[float]) -> None:
        self._edges = edges
        self._count = count = len(edges) - 1
        self._labels: list[str | None] = [None] * count
        self._kinds: list[BarKind | None] = [None] * count
        self._oks = [True] * count
        self._wait_shares = [0.0] * count
        self._waits: list[str | None] = [None] * count
        self._task_shares = [0.0] * count
        # Those that are painted now, and the largest piece in each cell so far.
        self._shares = self._wait_shares
        self._notes = self._waits
        self._most = [0.0] * count

    def paint(self, kind: BarKind, tracks: Sequence[Track]) -> None:
        """Add what these tracks have, over all that was painted before."""
        is_wait = kind == "wait"
        self._shares = self._wait_shares if is_wait else self._task_shares
        self._notes = self._waits if is_wait else [None] * self._count
        self._most = [0.0] * self._count
        for track in tracks:
            places = track.places(self._edges[0], self._edges[-1])
            if len(places) <= self._count * _INTERVALS_A_CELL:
                self._paint_intervals(track, kind, places)
            else:
                self._paint_cells(track, kind)

    def cells(self) -> list[CellShare]:
        """The cells as they are painted."""
        return list(
            map(
                CellShare,
                self._labels,
                self._kinds,
                self._oks,
                [share if share < _FULL else 1.0 for share in self._task_shares],
                [share if share < _FULL else 1.0 for share in self._wait_shares],
                self._waits,
            )
        )

    def _paint_intervals(self, track: Track, kind: BarKind, places: range) -> None:
        edges = self._edges
        for place in places:
            interval = track[place]
            first = max(bisect_right(edges, interval.began) - 1, 0)
            last = min(bisect_left(edges, interval.ended), self._count) - 1
            length = interval.ended - interval.began
            if last < first or length <= 0.0:
                continue
            piece = _Piece(
                kind,
                interval.label,
                interval.note,
                not interval.failed,
                interval.busy_seconds / length,
            )
            for cell in {first, last}:
                start, end = edges[cell], edges[cell + 1]
                seconds = min(interval.ended, end) - max(interval.began, start)
                if seconds > 0.0:
                    self._put(cell, piece.share * seconds / (end - start), piece)
            if last - first > 1:
                self._fill(first + 1, last, piece)

    def _fill(self, start: int, stop: int, piece: _Piece) -> None:
        """Put it into all of these cells."""
        count = stop - start
        if piece.share < _FULL:
            for cell in range(start, stop):
                self._put(cell, piece.share, piece)
            return
        if not piece.ok:
            self._oks[start:stop] = [False] * count
        self._shares[start:stop] = self._most[start:stop] = [1.0] * count
        self._labels[start:stop] = [piece.label] * count
        self._kinds[start:stop] = [piece.kind] * count
        self._notes[start:stop] = [piece.note] * count

    def _put(self, cell: int, share: float, piece: _Piece) -> None:
        """Put so much of it into this cell."""
        self._shares[cell] += share
        if not piece.ok and share > 0.0:
            self._oks[cell] = False
        if share > self._most[cell]:
            self._most[cell] = share
            self._labels[cell] = piece.label
            self._kinds[cell] = piece.kind
            self._notes[cell] = piece.note

    def _paint_cells(self, track: Track, kind: BarKind) -> None:
        edges, shares, most = self._edges, self._shares, self._most
        places, seconds = track.measure(edges)
        labels, notes, ended = track.labels, track.notes, track.ended
        failed = track.failed_between(0, len(track))
        for cell in range(self._count):
            filled = seconds[cell + 1] - seconds[cell]
            if filled <= 0.0:
                continue
            start, end = edges[cell], edges[cell + 1]
            first, last = places[cell], places[cell + 1] - 1
            if first and ended[first - 1] > start:
                first -= 1
            share = filled / (end - start)
            shares[cell] += share
            if failed and track.failed_between(first, last + 1):
                self._oks[cell] = False
            if share > most[cell]:
                most[cell] = share
                if first != last and labels[first] != labels[last]:
                    last = track.longest(first, last, start, end)
                self._labels[cell] = labels[last]
                self._kinds[cell] = kind
                self._notes[cell] = notes[last]
