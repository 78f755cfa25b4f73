"""Where in a recording which lines of the output stand, noted while it is folded.

A mark is a place in the recording with all that it takes to cut what follows into the same lines
again: how many lines there had been, and what each stream had begun and not ended. Between two
marks is a chunk. However long the run, a bounded number of marks is kept: then chunks grow. Two
threads may ask at a time. Must not read the recording.
"""

from __future__ import annotations

import sys
import threading
import zlib
from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import msgspec

from mptui.model.output.line_cutter import LineCutter
from mptui.replay.frozen_state import DamagedStateError, frozen_cutter, thawed_cutter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model import OutputLog, Run

CHUNK_BYTES: Final = 512 * 1024
"""So much of a recording lies between two marks at least: a few milliseconds to fold."""
MARKS_KEPT: Final = 8192
STANDINGS_KEPT: Final = 65_536
TAIL_BYTES_KEPT: Final = 16 * 1024 * 1024
GAPS_KEPT: Final = 1000


class Tail(NamedTuple):
    """What a stream has begun."""

    stream: str
    pending: str
    """Its unfinished line."""
    cutter: bytes = b""
    """All that cuts it into lines, where it keeps more than that."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.pending) + len(self.cutter)


class Standing(NamedTuple):
    """How the output of a process stood at a mark, and stands until the next of its standings."""

    mark: int
    end_line: int
    """How many lines of it there had been."""
    tails: tuple[Tail, ...]

    def cutters(self, process: int) -> Iterator[LineCutter]:
        """What goes on with the unfinished lines.

        Raises:
            DamagedStateError: one of them was kept as bytes that are none.
        """
        for tail in self.tails:
            if tail.cutter:
                yield thawed_cutter(tail.cutter)
            else:
                cutter = LineCutter(process, tail.stream)
                cutter.take_up(tail.pending)
                yield cutter


class Chunk(NamedTuple):
    """What lies between two marks, or after the last one."""

    begin: int
    end: int
    """The bytes of the recording, up to ``end``."""
    t: float
    first_line: int
    end_line: int
    """The lines of all processes together that became whole in it."""
    standings: dict[int, Standing]
    """How the outputs stood where it begins."""


class Part(NamedTuple):
    """Lines of one log that became whole in one chunk."""

    chunk: Chunk
    start: int
    stop: int
    """The one after the last; beyond all lines where it is not known how many there are."""


class Gap(NamedTuple):
    """Output that is not in the recording, since it could not be written."""

    first_line: int
    end_line: int
    """It is missing somewhere between these lines of all together."""
    pieces: int
    """How many pieces of output it is."""


class _Kept(msgspec.Struct, array_like=True):
    """The marks as they are kept in a file."""

    chunk_bytes: int
    end: int
    end_line: int
    end_t: float
    positions: list[int]
    times: list[float]
    lines: list[int]
    standings: dict[int, list[Standing]]
    gaps: list[Gap]


class OutputMarks:
    """The marks of one recording, from its beginning on.

    Args:
        chunk_bytes: how much lies between two at least.
        most: so many at most; of more every second one is dropped.
    """

    def __init__(self, chunk_bytes: int = CHUNK_BYTES, most: int = MARKS_KEPT) -> None:
        self.gaps: list[Gap] = []
        self._chunk_bytes = chunk_bytes
        self._most = most
        self._lock = threading.Lock()
        self._positions = array("Q", (0,))
        self._times = array("d", (0.0,))
        self._lines = array("Q", (0,))
        self._standings: dict[int, list[Standing]] = {}
        self._standing_count = self._tail_bytes = 0
        self._end, self._end_line, self._end_t = 0, 0, 0.0
        """How far the recording was folded, how many lines there were then, and when that was."""
        self._dropped = 0

    @property
    def end(self) -> int:
        """How far in the recording all is noted."""
        return self._end

    def reach(self, run: Run, kept: OutputLog) -> bool:
        """Whether all that came before the lines that a log of this state keeps is noted."""
        if run.merged.end_line <= self._end_line:
            return True
        oldest = kept.time_of(kept.first_line)
        return oldest is not None and oldest < self._end_t

    def note(self, run: Run, position: int) -> None:
        """So much of the recording was folded, and this is the state that it makes."""
        with self._lock:
            dropped = run.dropped.get("output", 0)
            if dropped != self._dropped and len(self.gaps) < GAPS_KEPT:
                lines = run.merged.end_line
                self.gaps.append(Gap(self._end_line, lines, dropped - self._dropped))
                self._dropped = dropped
            self._end, self._end_line, self._end_t = position, run.merged.end_line, run.now
            if position - self._positions[-1] >= self._chunk_bytes:
                self._add(run, position)

    def chunk_with(self, log: int | None, line: int) -> Chunk:
        """The chunk in which a line of a process, or of all together (None), became whole.

        Args:
            log: whose.
            line: its number; there must be such a line.
        """
        return self.part_with(log, line).chunk

    def part_with(self, log: int | None, line: int) -> Part:
        """The same with all lines of that log that became whole in it."""
        with self._lock:
            if log is None:
                chunk = self._chunk(bisect_right(self._lines, line) - 1)
                return Part(chunk, chunk.first_line, max(chunk.end_line, line + 1))
            standings = self._standings.get(log, [])
            place = bisect_right(standings, line, key=lambda one: one.end_line)
            first = standings[place - 1].end_line if place else 0
            if place == len(standings):
                return Part(self._chunk(len(self._positions) - 1), first, sys.maxsize)
            return Part(self._chunk(standings[place].mark - 1), first, standings[place].end_line)

    def chunk_at(self, t: float) -> Chunk:
        """The chunk in which what came at this time begins."""
        with self._lock:
            return self._chunk(max(0, bisect_left(self._times, t) - 1))

    def as_bytes(self) -> bytes:
        """All of it, to be kept in a file."""
        with self._lock:
            kept = _Kept(
                self._chunk_bytes,
                self._end,
                self._end_line,
                self._end_t,
                self._positions.tolist(),
                self._times.tolist(),
                self._lines.tolist(),
                self._standings,
                self.gaps,
            )
            return zlib.compress(msgspec.msgpack.encode(kept), level=1)

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        """What these bytes keep.

        Raises:
            DamagedStateError: they are none.
        """
        try:
            kept = msgspec.msgpack.decode(zlib.decompress(data), type=_Kept)
        except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DamagedStateError from error
        marks = cls(kept.chunk_bytes)
        marks._positions = array("Q", kept.positions)
        marks._times = array("d", kept.times)
        marks._lines = array("Q", kept.lines)
        marks._end, marks._end_line, marks._end_t = kept.end, kept.end_line, kept.end_t
        marks._standings, marks.gaps = kept.standings, kept.gaps
        marks._count()
        return marks

    def _add(self, run: Run, position: int) -> None:
        mark = len(self._positions)
        self._positions.append(position)
        self._times.append(run.now)
        self._lines.append(run.merged.end_line)
        for process, log in run.logs.items():
            tails = tuple(_tails(run.output.cutters(process)))
            standings = self._standings.get(process)
            if standings is None:
                if not log.end_line and not tails:
                    continue
                standings = self._standings[process] = []
            elif standings[-1].end_line == log.end_line and standings[-1].tails == tails:
                continue
            standings.append(Standing(mark, log.end_line, tails))
            self._standing_count += 1
            self._tail_bytes += sum(tail.size for tail in tails)
        for process in [one for one in self._standings if one not in run.logs]:
            del self._standings[process]
        is_full = self._standing_count > STANDINGS_KEPT or self._tail_bytes > TAIL_BYTES_KEPT
        # The newest mark stays: it is where what comes next begins.
        if (is_full or mark >= self._most) and mark % 2 == 0:
            self._thin()

    def _thin(self) -> None:
        self._chunk_bytes *= 2
        for marks in (self._positions, self._times, self._lines):
            del marks[1::2]
        for process, standings in self._standings.items():
            thinned = {one.mark + 1 >> 1: one for one in standings}
            self._standings[process] = [
                one._replace(mark=mark) for mark, one in sorted(thinned.items())
            ]
        self._count()

    def _count(self) -> None:
        every = [one for standings in self._standings.values() for one in standings]
        self._standing_count = len(every)
        self._tail_bytes = sum(tail.size for one in every for tail in one.tails)

    def _chunk(self, mark: int) -> Chunk:
        is_last = mark + 1 == len(self._positions)
        standings = {}
        for process, known in self._standings.items():
            place = bisect_right(known, mark, key=lambda one: one.mark)
            if place:
                standings[process] = known[place - 1]
        return Chunk(
            self._positions[mark],
            self._end if is_last else self._positions[mark + 1],
            self._times[mark],
            self._lines[mark],
            self._end_line if is_last else self._lines[mark + 1],
            standings,
        )


def _tails(cutters: Iterable[LineCutter]) -> Iterator[Tail]:
    for cutter in cutters:
        if not cutter.is_plain:
            yield Tail(cutter.origin.stream, "", frozen_cutter(cutter))
        elif pending := cutter.pending:
            yield Tail(cutter.origin.stream, pending)
