"""The newest lines of a program or of one process, numbered, in bounded memory.

Lines are kept as long strings and split only where they are shown, so that a flood costs the log
next to nothing. Must not sanitise, wrap or measure: that is done where a line is shown.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.output.line_cutter import Origin, WholeLines, byte_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.output.line_cutter import LineCutter

PAGE_BYTES: Final = 64 * 1024
PAGES_OF_A_FULL_LOG: Final = 16
"""At least so many, so that dropping the oldest page drops a small part of the log."""
RUN_BYTES: Final = 16
"""What is counted for each change of origin, beside the text."""
TIME_BYTES: Final = 16
"""What is counted for each time that is kept, beside the text."""
SAME_TIME_SECONDS: Final = 0.001
"""What came within it came at one time."""
SPLIT_PAGES_KEPT: Final = 4


class Line(NamedTuple):
    """One line as it was written, without its line feed; not safe to show."""

    number: int
    """Absolute: it stays the same when older lines are dropped."""
    process: int
    stream: str
    text: str
    is_complete: bool
    """Whether a line feed ended it; otherwise it was cut, or its process ended there."""


class _Page:
    """Some tens of kilobytes of lines, and the runs of lines that have the same origin, or time."""

    __slots__ = (
        "line_count",
        "pieces",
        "run_starts",
        "runs",
        "size",
        "split",
        "time_starts",
        "times",
    )

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.runs: list[Origin] = []
        self.run_starts = array("L")
        self.times = array("d")
        self.time_starts = array("L")
        self.line_count = 0
        self.size = 0
        self.split: list[str] | None = None

    def append(self, lines: WholeLines, t: float) -> int:
        """Add lines; gives how much more there is now."""
        origin, text, line_count, size = lines
        times, runs = self.times, self.runs
        if not times or t - times[-1] >= SAME_TIME_SECONDS:
            times.append(t)
            self.time_starts.append(self.line_count)
            size += TIME_BYTES
        if not runs or runs[-1] is not origin:
            runs.append(origin)
            self.run_starts.append(self.line_count)
            size += RUN_BYTES
        self.pieces.append(text)
        self.line_count += line_count
        self.size += size
        self.split = None
        return size

    def join(self) -> str:
        """The text as one string, and from now on kept as one: small strings cost too much."""
        if len(self.pieces) != 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0]

    def lines(self, texts: list[str], first_line: int, start: int, stop: int) -> Iterator[Line]:
        run = bisect_right(self.run_starts, start) - 1
        while start < stop:
            is_last = run + 1 == len(self.runs)
            end = stop if is_last else min(stop, self.run_starts[run + 1])
            process, stream, is_complete = self.runs[run]
            for index in range(start, end):
                yield Line(first_line + index, process, stream, texts[index], is_complete)
            start = end
            run += 1


class OutputLog:
    """Whole lines, newest kept, numbered from 0; and the unfinished last lines of its streams.

    Args:
        max_bytes: when the lines take more, the oldest go, some at a time.
        first_line: the number of the first one; those before it are somewhere else.
    """

    def __init__(self, max_bytes: int, first_line: int = 0) -> None:
        self._max_bytes = max_bytes
        self._page_bytes = min(PAGE_BYTES, max_bytes // PAGES_OF_A_FULL_LOG)
        self._pages: list[_Page] = []
        self._page_starts: list[int] = []
        self.size = 0
        """About how many bytes the whole lines take."""
        self._end_line = first_line
        self._split_pages: deque[_Page] = deque()
        self._unfinished: dict[LineCutter, None] = {}

    @property
    def first_line(self) -> int:
        """The number of the oldest line kept; above 0, older ones were dropped."""
        return self._page_starts[0] if self._page_starts else self._end_line

    @property
    def end_line(self) -> int:
        """One more than the number of the newest whole line: how many there have been."""
        return self._end_line

    def lines(self, start: int, stop: int) -> list[Line]:
        """The whole lines numbered from ``start`` up to ``stop``, those of them that are kept."""
        start = max(start, self.first_line)
        stop = min(stop, self._end_line)
        lines: list[Line] = []
        while start < stop:
            index = bisect_right(self._page_starts, start) - 1
            page, page_start = self._pages[index], self._page_starts[index]
            page_stop = min(stop - page_start, page.line_count)
            lines += page.lines(self._split(page), page_start, start - page_start, page_stop)
            start = page_start + page.line_count
        return lines

    def texts(self, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
        """The text of whole lines, many at a time, and the numbers of the first and after the last.

        Args:
            start: the first line; some before it may be there too.
            stop: the one after the last; some more may be there too.
        """
        for first, page in zip(self._page_starts, self._pages, strict=True):
            if first < stop and start < first + page.line_count:
                yield first, first + page.line_count, page.join()

    def pending(self) -> list[Line]:
        """The unfinished last line of each stream that has one, the one that began first first.

        Several of a stream where a program draws over what it printed.
        """
        lines = [
            (cutter.origin, text) for cutter in self._unfinished for text in cutter.pending_lines
        ]
        return [
            Line(number, origin.process, origin.stream, text, is_complete=False)
            for number, (origin, text) in enumerate(lines, self._end_line)
        ]

    def time_of(self, number: int) -> float | None:
        """When a whole line became whole, in seconds since the run began; None if not kept."""
        if not self.first_line <= number < self._end_line:
            return None
        index = bisect_right(self._page_starts, number) - 1
        page = self._pages[index]
        return page.times[bisect_right(page.time_starts, number - self._page_starts[index]) - 1]

    def line_at(self, t: float) -> int:
        """The number of the first line that became whole at this time or later, or of the end."""
        index = bisect_left(self._pages, t, key=lambda page: page.times[-1])
        if index == len(self._pages):
            return self._end_line
        page = self._pages[index]
        return self._page_starts[index] + page.time_starts[bisect_left(page.times, t)]

    def append(self, lines: WholeLines, t: float = 0.0) -> None:
        """Add lines at the end; the oldest make room.

        Args:
            lines: what became whole.
            t: when; never less than at the call before.
        """
        if not self._pages or self._pages[-1].size >= self._page_bytes:
            self._open_page()
        self.size += self._pages[-1].append(lines, t)
        self._end_line += lines.line_count
        while self.size > self._max_bytes and len(self._pages) > 1:
            self.drop_oldest()

    def drop_oldest(self) -> None:
        """Forget the oldest lines, some at a time; nothing happens where there are none."""
        if self._pages:
            page = self._pages.pop(0)
            self.size -= page.size
            del self._page_starts[0]
            if page in self._split_pages:
                self._split_pages.remove(page)

    def newest(self, count: int, most_bytes: int) -> OutputLog:
        """The same log as if it had dropped all but its newest lines; numbers stay as they are.

        Args:
            count: how many lines it may have.
            most_bytes: how much these may take; one of them is there in any case.
        """
        kept: list[Line] = []
        size = 0
        for line in reversed(self.lines(self._end_line - count, self._end_line)):
            size += byte_length(line.text) + 1
            if kept and size > most_bytes:
                break
            kept.append(line)
        log = OutputLog(self._max_bytes, self._end_line - len(kept))
        log._unfinished = self._unfinished.copy()
        origins: dict[Origin, Origin] = {}
        for line in reversed(kept):
            origin = Origin(line.process, line.stream, line.is_complete)
            origin = origins.setdefault(origin, origin)
            text = f"{line.text}\n"
            one = WholeLines(origin, text, 1, byte_length(text))
            log.append(one, self.time_of(line.number) or 0.0)
        return log

    def note_pending(self, cutter: LineCutter) -> None:
        """Note whether this stream has an unfinished line now."""
        if not cutter.has_pending:
            self._unfinished.pop(cutter, None)
        else:
            self._unfinished.setdefault(cutter)

    def _open_page(self) -> None:
        if self._pages:
            self._pages[-1].join()
        self._pages.append(_Page())
        self._page_starts.append(self._end_line)

    def _split(self, page: _Page) -> list[str]:
        if page.split is None:
            page.split = page.join().split("\n")
            if page in self._split_pages:
                self._split_pages.remove(page)
            self._split_pages.append(page)
            if len(self._split_pages) > SPLIT_PAGES_KEPT:
                self._split_pages.popleft().split = None
        return page.split
