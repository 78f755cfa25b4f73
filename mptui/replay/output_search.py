"""Searches the output that only a recording has, in a thread of its own: no key waits for it.

It goes a chunk at a time, from where it is begun upwards, and keeps of each chunk only how many
lines were found: where they are is found again when somebody goes there. So memory does not grow
with what is found. Must not know how a line is shown.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.recording.part_reader import PartReader
from mptui.replay.chunk_count import Wanted
from mptui.replay.frozen_state import DamagedStateError
from mptui.replay.older_output import refolded
from mptui.replay.sieve import LineSieve
from mptui.replay.sieves import MOST_PROCESSES, Asked, Sieves

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from mptui.model import Line, OutputLog
    from mptui.replay.older_output import OlderOutput
    from mptui.replay.output_marks import Part

_STRETCHES_REMEMBERED: Final = 8
_CHUNKS_AT_ONCE: Final = 64
"""So many are looked at before anything is told of them, once it is under way."""
_LONG_SECONDS: Final = 0.2
"""Fewer where that takes so long."""


class Sought(NamedTuple):
    """What is looked for."""

    accepts: Callable[[Line], bool]
    """Whether it is found in a line; asked by the thread."""
    required: str
    """What stands in each such line, as it is read; empty where nothing is known of it."""
    ignores_case: bool
    """Whether that may stand there with other capitals."""
    pattern: re.Pattern[str] | None = None
    """What decides, where it is found in a line as it can be read; None: more than that does."""
    is_literal: bool = False
    """Whether this finds what is required, letter by letter, and nothing else."""
    alternatives: tuple[str, ...] = ()
    """Of these one at least stands in each line, where nothing is required."""

    @property
    def handed_on(self) -> Wanted:
        """As much of it as another process can be told."""
        if self.pattern is None:
            return Wanted(self.required, self.ignores_case)
        return Wanted(
            self.required,
            self.ignores_case,
            self.pattern.pattern,
            self.pattern.flags,
            self.is_literal,
            self.alternatives,
        )


class Stretch(NamedTuple):
    """Neighbouring lines among which some were found."""

    start: int
    stop: int
    found: int


class _Range(NamedTuple):
    """Lines that are yet to be searched."""

    start: int
    stop: int
    is_upwards: bool
    """Whether the last of them is the nearest."""


class _Wanted(NamedTuple):
    """Lines that are to be searched at a time."""

    lines: Part
    is_whole: bool
    """Whether these are all that became whole in their chunk."""

    def asked(self, log: int | None) -> Asked:
        """What is asked of their chunk."""
        return Asked(self.lines.chunk, log, self.is_whole)


class OlderSearch:
    """One search in the older lines of one log.

    Args:
        older: reads lines back; asked by whoever goes to a line, never by the thread.
        log: the process whose lines are searched; None: all together.
        sought: what is looked for.
        processes: so many processes help at most.
    """

    def __init__(
        self,
        older: OlderOutput,
        log: int | None,
        sought: Sought,
        *,
        processes: int = MOST_PROCESSES,
    ) -> None:
        self.problem: str | None = None
        """Why it could not be searched to the end."""
        self._older = older
        self._log = log
        self._sought = sought
        self._process_count = processes
        self._line_sieve = LineSieve(sought.required, ignores_case=sought.ignores_case)
        self._changed = threading.Condition()
        self._ranges: list[_Range] = []
        """Yet to be searched; the last one first."""
        self._at: _Range | None = None
        """What is being searched."""
        self._stretches: list[Stretch] = []
        self._is_closed = False
        self._line_count = self._searched_count = 0
        self._found: OrderedDict[Stretch, list[int]] = OrderedDict()
        self._thread: threading.Thread | None = None

    @property
    def is_done(self) -> bool:
        """Whether all that it was asked to look through was searched."""
        with self._changed:
            return not self._ranges and self._at is None

    @property
    def is_above_done(self) -> bool:
        """Whether all was searched that is above where it was begun."""
        with self._changed:
            return not any(one is not None and one.is_upwards for one in (*self._ranges, self._at))

    @property
    def progress(self) -> float:
        """How much of that was searched, from 0 to 1."""
        return self._searched_count / self._line_count if self._line_count else 1.0

    @property
    def count(self) -> int:
        """How many lines were found by now."""
        return sum(one.found for one in self._copy())

    def look_through(self, start: int, stop: int, near: int) -> None:
        """Search these lines too, first those before this one, the nearest first.

        Args:
            start: the first.
            stop: the one after the last.
            near: from where on.
        """
        middle = max(start, min(near + 1, stop))
        with self._changed:
            if self._is_closed:
                return
            below = _Range(middle, stop, is_upwards=False)
            above = _Range(start, middle, is_upwards=True)
            for one in (below, above):
                if one.start < one.stop:
                    self._ranges.append(one)
                    self._line_count += one.stop - one.start
            self._changed.notify()
            if self._thread is None and self._ranges:
                self._thread = threading.Thread(
                    target=self._search, name="mptui-search", daemon=True
                )
                self._thread.start()

    def above(self, line: int) -> int | None:
        """The nearest line before this one that was found; None: none was by now."""
        stretches = self._copy()
        place = bisect_left(stretches, line, key=lambda one: one.start)
        for stretch in reversed(stretches[:place]):
            lines = self._lines_in(stretch)
            if before := bisect_left(lines, line):
                return lines[before - 1]
        return None

    def below(self, line: int) -> int | None:
        """The nearest line after this one that was found; None: none was by now."""
        stretches = self._copy()
        for stretch in stretches[bisect_right(stretches, line + 1, key=lambda one: one.stop) :]:
            lines = self._lines_in(stretch)
            after = bisect_right(lines, line)
            if after < len(lines):
                return lines[after]
        return None

    def count_up_to(self, line: int) -> int:
        """How many of the lines that were found come before this one, and is it itself one."""
        stretches = self._copy()
        place = bisect_right(stretches, line, key=lambda one: one.start)
        count = sum(one.found for one in stretches[:place])
        if place and stretches[place - 1].stop > line:
            last = stretches[place - 1]
            count += bisect_right(self._lines_in(last), line) - last.found
        return count

    def close(self) -> None:
        """Search no more."""
        with self._changed:
            self._is_closed = True
            self._ranges.clear()
            self._changed.notify()

    def wait(self, seconds: float) -> bool:
        """Wait until all is searched, for those who have the time; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._ranges and self._at is None, seconds)

    def _copy(self) -> list[Stretch]:
        with self._changed:
            return self._stretches.copy()

    def _lines_in(self, stretch: Stretch) -> list[int]:
        """The numbers of the lines that were found there."""
        lines = self._found.get(stretch)
        if lines is None:
            lines = [
                line.number
                for line in self._older.lines(self._log, stretch.start, stretch.stop)
                if self._sought.accepts(line)
            ]
            self._found[stretch] = lines
            if len(self._found) > _STRETCHES_REMEMBERED:
                self._found.popitem(last=False)
        return lines

    def _search(self) -> None:
        try:
            with PartReader(self._older.recording) as reader, self._sieves() as sieves:
                while (wanted := self._next_range()) is not None:
                    self._search_range(reader, sieves, wanted)
        except OSError as error:
            self.problem = f"cannot read {self._older.recording}: {error.strerror or error}"
        finally:
            with self._changed:
                self._at = None
                self._is_closed = True
                self._ranges.clear()
                self._changed.notify_all()

    def _sieves(self) -> Sieves:
        wanted = self._sought.handed_on
        return Sieves(self._older.recording, wanted, most=self._process_count)

    def _next_range(self) -> _Range | None:
        """What to search now; None: nothing any more."""
        with self._changed:
            self._at = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_closed or self._ranges)
            self._at = None if self._is_closed else self._ranges.pop()
            return self._at

    def _search_range(self, reader: PartReader, sieves: Sieves, wanted: _Range) -> None:
        at_once = 1
        left: _Range | None = wanted
        while left is not None and not self._is_closed:
            begin = time.monotonic()
            parts, left = self._parts(left, at_once)
            counts = sieves.counts([part.asked(self._log) for part in parts])
            for part, count in zip(parts, counts, strict=True):
                if self._is_closed:
                    return
                self._note(part.lines, self._count(reader, part.lines) if count is None else count)
            took = time.monotonic() - begin
            at_once = min(at_once * 2, _CHUNKS_AT_ONCE) if took < _LONG_SECONDS else at_once // 2
            at_once = max(1, at_once)

    def _note(self, part: Part, count: int) -> None:
        """So many lines were found in this part."""
        with self._changed:
            if count:
                insort(self._stretches, Stretch(part.start, part.stop, count))
            self._searched_count += part.stop - part.start

    def _parts(self, left: _Range, most: int) -> tuple[list[_Wanted], _Range | None]:
        """These lines chunk by chunk, so many chunks at most, and what is left of them."""
        parts: list[_Wanted] = []
        start, stop, is_upwards = left
        while start < stop and len(parts) < most:
            part = self._older.marks.part_with(self._log, stop - 1 if is_upwards else start)
            lines = part._replace(start=max(start, part.start), stop=min(stop, part.stop))
            parts.append(_Wanted(lines, is_whole=lines == part))
            start, stop = (start, lines.start) if is_upwards else (lines.stop, stop)
        return parts, _Range(start, stop, is_upwards) if start < stop else None

    def _count(self, reader: PartReader, part: Part) -> int:
        """How many lines of a part are such as are looked for."""
        try:
            log = refolded(reader, part.chunk, self._log)
        except DamagedStateError:
            return 0
        count = 0
        for line in self._candidates(log, part.start, part.stop):
            if self._is_closed:
                break
            count += self._sought.accepts(line)
        return count

    def _candidates(self, log: OutputLog, start: int, stop: int) -> Iterator[Line]:
        """Those of these lines that may be such as are looked for."""
        for first, end, text in log.texts(start, stop):
            for place in self._line_sieve.places(text, end - first):
                if start <= first + place < stop:
                    yield from log.lines(first + place, first + place + 1)
