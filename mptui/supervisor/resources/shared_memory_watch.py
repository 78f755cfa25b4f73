"""Watches the segments of shared memory that the program makes by name, until they are unlinked.

The probe tells which are made and where; whether one is still there is asked of the file system.
Whoever made a segment may end before another process unlinks it, so segments are kept until they
are gone, a bounded number of them. Must not open or remove any.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mptui.events import SharedMemorySampled
from mptui.supervisor.link.probe_records import SegmentMade
from mptui.supervisor.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.watched_process import WatchedProcess

FOLDER: Final = "/dev/shm"
_POLL_SECONDS: Final = 0.5
_POLL_BUDGET: Final = 0.005
"""The share of one core that this may take."""
MOST_SEGMENTS: Final = 10_000
"""Of more than these that are there at a time the further ones are not watched."""
_BLOCK_BYTES: Final = 512
"""The unit of `st_blocks`, whatever the file system."""


@dataclass(slots=True)
class _Maker:
    """A process that has made segments."""

    made: int = 0
    place: str | None = None
    recorded: tuple[int, int] = (0, 0)
    """How many there were when last recorded, and their bytes."""
    has_ended: bool = False
    names: set[str] = field(default_factory=set)
    """Those that may be there."""


class SharedMemoryWatch:
    """The segments of a run.

    Args:
        record: takes each event.
        clock: seconds since the run began.
        folder: where the segments lie.
    """

    def __init__(
        self,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        folder: str = FOLDER,
    ) -> None:
        self._record = record
        self._clock = clock
        self._folder = folder
        self._pace = Pace(clock, _POLL_SECONDS, _POLL_BUDGET)
        self._makers: defaultdict[int, _Maker] = defaultdict(_Maker)
        """By the number of the process; of those that have ended only whose segments are there."""
        self._count = 0

    @property
    def next_poll(self) -> float:
        """When to look again; never as long as there are none."""
        return self._pace.next_poll if self._count else math.inf

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Watch a segment that was made."""
        if isinstance(record, SegmentMade) and self._count < MOST_SEGMENTS:
            maker = self._makers[process.number]
            name = record.name.lstrip("/")
            maker.made += 1
            maker.place = record.place
            if name not in maker.names:
                maker.names.add(name)
                self._count += 1

    def poll(self) -> None:
        """Look which are there, and record what changed."""
        with self._pace.poll():
            for number, maker in list(self._makers.items()):
                self._look_at(number, maker)

    def on_exit(self, process: WatchedProcess) -> None:
        """Look at what a process leaves; the others may still unlink it."""
        maker = self._makers.get(process.number)
        if maker is not None:
            maker.has_ended = True
            self._look_at(process.number, maker)

    def finish(self) -> None:
        """Forget them: what the program has left is removed by its resource tracker, if at all."""
        self._makers.clear()

    def _look_at(self, number: int, maker: _Maker) -> None:
        sizes = {name: size for name in maker.names if (size := self._size_of(name)) is not None}
        self._count -= len(maker.names) - len(sizes)
        maker.names = set(sizes)
        found = (len(sizes), sum(sizes.values()))
        if found != maker.recorded:
            maker.recorded = found
            self._record_found(number, maker)
        if maker.has_ended and not sizes:
            del self._makers[number]

    def _size_of(self, name: str) -> int | None:
        try:
            return os.lstat(f"{self._folder}/{name}").st_blocks * _BLOCK_BYTES
        except (OSError, ValueError):
            return None

    def _record_found(self, number: int, maker: _Maker) -> None:
        count, size = maker.recorded
        room, free = self._room()
        self._record(
            SharedMemorySampled(
                t=self._clock(),
                process=number,
                count=count,
                made=maker.made,
                bytes=size,
                place=maker.place,
                room_bytes=room,
                free_bytes=free,
            )
        )

    def _room(self) -> tuple[int | None, int | None]:
        try:
            system = os.statvfs(self._folder)
        except OSError:
            return None, None
        return system.f_blocks * system.f_frsize, system.f_bavail * system.f_frsize
