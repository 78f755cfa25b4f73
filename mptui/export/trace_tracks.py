"""The tracks of a trace: in each, whatever begins does so after what came before it is over.

Viewers stack slices of one track by their times, and drop or misplace what overlaps. So slices that
overlap get tracks of their own, as many as are needed and no more than a bound.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

RowKind: TypeAlias = Literal["life", "task", "wait", "tasks", "waits"]
Key: TypeAlias = tuple[RowKind, int | None]

ORDER: Final[dict[RowKind, int]] = {"life": 0, "task": 1, "wait": 2, "waits": 3, "tasks": 4}
"""From the top of a process to its bottom; the threads follow."""
THREADS_OF_A_PROCESS: Final = 256
"""The tasks of any more threads share tracks, as if one thread more had done them."""
OTHER_THREADS: Final = -1
LANES_OF_A_ROW: Final = 8
_SLACK_NS: Final = 10_000
"""Times that lie so near together may be the same one, rounded differently."""


class Place(NamedTuple):
    """Where a slice goes."""

    track: int
    began_ns: int
    ended_ns: int
    is_new: bool
    """Whether the track has to be told of first."""
    key: Key


class ProcessTracks:
    """The tracks of one process."""

    __slots__ = ("_lanes", "_thread_count", "_track_count")

    def __init__(self) -> None:
        self._lanes: dict[Key, list[tuple[int, int]]] = {}
        """Of each row the tracks, and when the last slice in each ends."""
        self._track_count = 0
        self._thread_count = 0

    def place(
        self, kind: RowKind, thread: int | None, began_ns: int, ended_ns: int
    ) -> Place | None:
        """Find room for a slice; None where there is none.

        Slices of a row come in the order in which they end, or nearly so.
        """
        key = self._key(kind, thread)
        lanes = self._lanes.setdefault(key, [])
        for lane, (track, free_ns) in enumerate(lanes):
            if began_ns >= free_ns - _SLACK_NS:
                began_ns = max(began_ns, free_ns)
                ended_ns = max(ended_ns, began_ns)
                lanes[lane] = (track, ended_ns)
                return Place(track, began_ns, ended_ns, is_new=False, key=key)
        if len(lanes) >= LANES_OF_A_ROW:
            return None
        self._track_count += 1
        lanes.append((self._track_count, ended_ns))
        return Place(self._track_count, began_ns, ended_ns, is_new=True, key=key)

    def _key(self, kind: RowKind, thread: int | None) -> Key:
        if thread is None or (kind, thread) in self._lanes:
            return kind, thread
        if self._thread_count >= THREADS_OF_A_PROCESS:
            return kind, OTHER_THREADS
        self._thread_count += 1
        return kind, thread
