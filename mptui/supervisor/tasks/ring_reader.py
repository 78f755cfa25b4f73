"""Follows one ring: which tasks its thread finished since the last reading, and which it runs now.

A writer that is quicker than the reader overwrites records before they are read. How many those
were follows from the counters, and so does all that can be said of them: records and gaps together
always add up to the counters. It must not decide what is recorded.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.link.shared_files import SharedFile
from mptui.supervisor.tasks import ring_file
from mptui.supervisor.tasks.ring_file import NO_RECORDS, Records, RingCounters

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.tasks.ring_file import RingLayout, TaskText

UNNAMED: Final = "?"
"""The name of a function for which the ring had no room."""

_MOST_PER_SECOND: Final = 10_000_000
"""No thread finishes more tasks: counters that claim so are not believed."""
_MOST_LABELS: Final = 1024
_ATTEMPTS: Final = 3
_MADE_PART: Final = 2
"""Which part of a ring's name says when it was made."""


class LabelRoom:
    """The room for labels that are kept, of all rings of a run together.

    There may be a thousand rings in each process, and the program can write names without end into
    each. A label for which there is no room is read again whenever it is needed.

    Args:
        letters: how many letters there is room for.
    """

    def __init__(self, letters: int = 8_000_000) -> None:
        self._left = letters

    def take(self, letters: int) -> bool:
        """Take room for so many, if there is."""
        if letters > self._left:
            return False
        self._left -= letters
        return True

    def give_back(self, letters: int) -> None:
        """So many are not kept any more."""
        self._left += letters


class Gap(NamedTuple):
    """Finished tasks whose records were overwritten before they were read."""

    tasks: int
    failed: int
    items: int
    worked_ns: int
    since_ns: int
    until_ns: int


class Running(NamedTuple):
    """The task that a thread runs."""

    number: int
    since_ns: int
    label: int
    items: int


class News(NamedTuple):
    """What happened in a ring since the last reading."""

    records: Records
    failed_after: Records
    """A task that was reported as finished well and turned out to have failed; or none."""
    gap: Gap | None = None
    finished: int = 0
    """How many tasks finished: those of `records` and those of `gap`."""
    items: int = 0
    """How many items of work they did."""


class _Sum(NamedTuple):
    """What the counters of finished tasks say, or a part of it."""

    finished: int = 0
    failed: int = 0
    items: int = 0
    worked_ns: int = 0

    def plus(self, other: _Sum) -> _Sum:
        """Both together."""
        return _Sum(*map(operator.add, self, other))


class RingReader:
    """One ring, open for reading.

    Args:
        file: the ring.
        layout: where things are in it.
        earliest_ns: when the run began.
        made_ns: when the ring was made, as far as that is known.
        monotonic_ns: the clock that the program writes by.
        label_room: what is left for labels.
    """

    def __init__(
        self,
        file: SharedFile,
        layout: RingLayout,
        earliest_ns: int,
        made_ns: int,
        monotonic_ns: Callable[[], int],
        label_room: LabelRoom,
    ) -> None:
        self._file = file
        self._label_room = label_room
        self.layout = layout
        self.unnamed = UNNAMED
        """The label of tasks that have none."""
        self._earliest_ns = earliest_ns
        self._monotonic_ns = monotonic_ns
        self._read_ns = earliest_ns
        self._last_end_ns = max(earliest_ns, made_ns)
        self._header = b""
        self._reported = _Sum()
        self._reported_number = 0
        """The number of the newest task that was reported."""
        self._is_newest_well = False
        """Whether that task was reported to have finished well."""
        self._labels: dict[int, str] = {}
        self._label_bytes_left = layout.label_bytes
        """All labels together cannot be longer than the room for them, unless they are forged."""
        self.running: Running | None = None

    def read(self) -> News | None:
        """Read what is new; None if nothing is, or nothing that can be believed."""
        header, counters = self._read_header(self._header)
        if header == self._header:
            return None
        if counters is None or not self._is_likely(counters):
            return None
        first = max(self._reported_number, counters.ended - self.layout.room) + 1
        records = self._read_records(first, counters.ended)
        if records is None:
            return None
        # A task whose record is there but which is not counted yet is for the next reading.
        records = records.first(counters.finished - self._reported.finished)
        failed_after = self._read_failed_after(counters)
        self._read_ns = self._monotonic_ns()
        self.running = _running(counters, self._earliest_ns, self._read_ns)
        news = self._account(counters, records, failed_after)
        # A failure is counted before it is in the record, which may come without another count.
        self._header = header if counters.failed <= self._reported.failed else b""
        return news

    @property
    def is_complete(self) -> bool:
        """Whether everything that the counters say now was reported."""
        _, counters = self._read_header()
        return counters is not None and counters.finished == self._reported.finished

    def text(self, number: int) -> TaskText | None:
        """What the probe wrote about this task, if its slot was not used again since."""
        slot = self._file.read(ring_file.TEXT_BYTES, self.layout.text_at(number))
        text = ring_file.decode_text(slot, number)
        if text is None:
            return None
        _, counters = self._read_header()
        # The text of the next task may be half written by now.
        is_whole = counters is not None and counters.begun + 1 < number + self.layout.text_room
        return text if is_whole else None

    def label(self, label: int) -> str:
        """The name that this label stands for."""
        name = self._labels.get(label)
        if name is None:
            name = self._read_label(label)
            if name is not None and self._may_keep(len(name)):
                self._labels[label] = name
        return name or self.unnamed

    def remove(self) -> None:
        """Close and remove the file."""
        self._label_room.give_back(sum(map(len, self._labels.values())))
        self._labels.clear()
        self._file.remove()

    def _may_keep(self, letters: int) -> bool:
        if letters >= self._label_bytes_left or not self._label_room.take(letters):
            return False
        self._label_bytes_left -= letters
        return True

    def _read_header(self, known: bytes = b"") -> tuple[bytes, RingCounters | None]:
        """The header, read again where it was read half written, and what it says.

        What one says that is known is not told again.
        """
        for _ in range(_ATTEMPTS):
            header = self._file.read(ring_file.HEADER_BYTES, 0)
            counters = None if header == known else ring_file.decode_counters(header)
            if header == known or counters is not None:
                break
        return header, counters

    def _is_likely(self, counters: RingCounters) -> bool:
        seconds = (self._monotonic_ns() - self._read_ns) / 1e9
        most = self.layout.room + seconds * _MOST_PER_SECOND
        return 0 <= counters.finished - self._reported.finished <= most

    def _read_records(self, first: int, last: int) -> Records | None:
        """The records of these tasks as far as they are there; None if that cannot be said."""
        if first > last:
            return NO_RECORDS
        spans = self.layout.record_spans(first, last)
        piece = b"".join([self._file.read(size, offset) for size, offset in spans])
        _, after = self._read_header()
        if after is None:
            return None
        # Only now: the writer goes on while this is read.
        latest_ns = self._monotonic_ns()
        records = ring_file.decode_records(piece, first, self._earliest_ns, latest_ns)
        # The newest task writes its record over an old one, maybe just now.
        oldest = after.begun - self.layout.room + 1
        if oldest > first:
            records = records.only([number >= oldest for number in records.numbers])
        return records

    def _read_failed_after(self, counters: RingCounters) -> Records:
        """The newest task that was reported, if it has turned out to have failed."""
        if not self._is_newest_well or counters.failed <= self._reported.failed:
            return NO_RECORDS
        again = self._read_records(self._reported_number, self._reported_number)
        return again if again is not None and any(again.errors) else NO_RECORDS

    def _account(self, counters: RingCounters, records: Records, failed_after: Records) -> News:
        """Add up what was read, and what must have been overwritten."""
        read = _sum_of(records).plus(_Sum(failed=len(failed_after.numbers)))
        gap = None
        if counters.finished > self._reported.finished + read.finished:
            until_ns = records.began_ns[0] if records.numbers else self._read_ns
            since_ns = min(self._last_end_ns, until_ns)
            missing = _missing(counters, self._reported.plus(read), until_ns - since_ns)
            gap = Gap(*missing, since_ns, until_ns)
            read = read.plus(missing)
        self._reported = self._reported.plus(read)
        news = News(records, failed_after, gap, read.finished, read.items)
        self._advance(counters, news)
        return news

    def _advance(self, counters: RingCounters, news: News) -> None:
        """Remember which task is the newest that was reported."""
        records, gap = news.records, news.gap
        if records.numbers:
            self._reported_number, self._last_end_ns = records.numbers[-1], records.ended_ns[-1]
            self._is_newest_well = not records.errors[-1]
        elif news.failed_after.numbers:
            self._is_newest_well = False
        if gap is not None and self._reported_number < counters.ended:
            self._reported_number, self._is_newest_well = counters.ended, False
            self._last_end_ns = max(self._last_end_ns, gap.until_ns)

    def _read_label(self, label: int) -> str | None:
        offset = label - 1
        if not 0 <= offset < self.layout.label_bytes or len(self._labels) >= _MOST_LABELS:
            return None
        size = min(2 + ring_file.MOST_LABEL_BYTES, self.layout.label_bytes - offset)
        return ring_file.decode_label(self._file.read(size, self.layout.labels_at + offset))


def open_ring(
    folder: int,
    name: str,
    pid: int,
    earliest_ns: int,
    monotonic_ns: Callable[[], int],
    label_room: LabelRoom,
) -> RingReader | None:
    """The ring of this name in the run folder; None where there is none (yet).

    Raises:
        OSError: it cannot be opened.
    """
    file = SharedFile(folder, name, ring_file.MOST_BYTES)
    layout = ring_file.decode_layout(file.read(ring_file.HEADER_BYTES, 0), pid)
    if layout is None or layout.size > file.size:
        file.close()
        return None
    made_ns = int(name.split(".")[_MADE_PART])
    return RingReader(file, layout, earliest_ns, made_ns, monotonic_ns, label_room)


def _running(counters: RingCounters, earliest_ns: int, now_ns: int) -> Running | None:
    since_ns = counters.running_since_ns
    if not earliest_ns <= since_ns <= now_ns or counters.begun == counters.finished:
        return None
    return Running(counters.begun, since_ns, counters.running_label, counters.running_items)


def _sum_of(records: Records) -> _Sum:
    count = len(records.numbers)
    failed = count - sum(map(operator.not_, records.errors))
    return _Sum(count, failed, sum(records.items), sum(records.took_ns))


def _missing(counters: RingCounters, reported: _Sum, most_ns: int) -> _Sum:
    """What the counters say beyond what was reported; they may have been read half written."""
    count = counters.finished - reported.finished
    return _Sum(
        count,
        _between(0, counters.failed - reported.failed, count),
        max(0, counters.items - reported.items),
        _between(0, counters.worked_ns - reported.worked_ns, most_ns),
    )


def _between(lowest: int, value: int, highest: int) -> int:
    return max(lowest, min(value, highest))
