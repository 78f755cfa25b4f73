"""The bytes of a ring: the file into which one thread of the program writes its tasks.

Numbers are in the machine's byte order. A task's number counts from 1; the record of task n is in
slot (n - 1) modulo the room, so that a new one overwrites the oldest.

======  ==========================================================================================
offset  what is there
======  ==========================================================================================
0       8s `mptring1`, I pid, I room for records, I room for texts, I bytes for labels, I of these
        used, I reserved
64      Q tasks begun, Q since when (ns) the last of them runs (0: none does), I its label, I its
        items, Q reserved
96      Q tasks finished, Q of these failed, Q items finished, Q ns worked
128     records: Q began (ns), Q ended (ns), I label, I items, I label of the error (0: none),
        I number modulo 2**32
then    texts: I number, B length of the item, B of the result, B of the error's message,
        B reserved, and 120 bytes UTF-8, one after the other. Only some tasks have one
then    labels: H length and UTF-8; a label is known by its offset + 1, and 0 is none
======  ==========================================================================================

The end of a task is written as its record first, then that none runs, then the counters. A task may
begin without ever finishing, and the newest may turn out to have failed after it had finished well.
Times are those of the monotonic clock. A ring is read while it is being written, and the program
can write nonsense: no number is trusted. Nothing here reads a file.
"""

from __future__ import annotations

import operator
import struct
from array import array
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.events import LARGEST_COUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HEADER_BYTES: Final = 128
TEXT_BYTES: Final = 128
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_LABEL_BYTES: Final = 512
"""How much of a label is read."""

_RECORD_BYTES: Final = 32
_LAYOUT: Final = struct.Struct("=8s4I")
_COUNTERS: Final = struct.Struct("=QQII8xQQQQ")
_COUNTERS_AT: Final = 64
_TEXT: Final = struct.Struct("=I3Bx120s")
_LABEL_LENGTH: Final = struct.Struct("=H")


class RingLayout(NamedTuple):
    """Where things are in a ring."""

    room: int
    text_room: int
    label_bytes: int

    @property
    def texts_at(self) -> int:
        """Where the texts begin."""
        return HEADER_BYTES + self.room * _RECORD_BYTES

    @property
    def labels_at(self) -> int:
        """Where the labels begin."""
        return self.texts_at + self.text_room * TEXT_BYTES

    @property
    def size(self) -> int:
        """How large the file is."""
        return self.labels_at + self.label_bytes

    def record_spans(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Size and offset of each piece of the file that holds the records of these tasks."""
        slot, count = (first - 1) % self.room, last - first + 1
        before_wrap = min(count, self.room - slot)
        yield before_wrap * _RECORD_BYTES, HEADER_BYTES + slot * _RECORD_BYTES
        if count > before_wrap:
            yield (count - before_wrap) * _RECORD_BYTES, HEADER_BYTES

    def text_at(self, number: int) -> int:
        """Where the text of this task is, if it has one."""
        return self.texts_at + (number - 1) % self.text_room * TEXT_BYTES


class RingCounters(NamedTuple):
    """How far the writer is."""

    begun: int
    running_since_ns: int
    """When the task began that is running; 0 if none is."""
    running_label: int
    running_items: int
    finished: int
    failed: int
    items: int
    worked_ns: int

    @property
    def ended(self) -> int:
        """The number of the newest task that does not run any more."""
        return self.begun - (self.running_since_ns > 0)


class Records(NamedTuple):
    """Finished tasks, a column for each thing known of them."""

    numbers: Sequence[int]
    began_ns: Sequence[int]
    ended_ns: Sequence[int]
    took_ns: Sequence[int]
    labels: Sequence[int]
    items: Sequence[int]
    errors: Sequence[int]
    """The label of the error, 0 for none."""

    def first(self, count: int) -> Records:
        """The oldest ones, this many."""
        return Records(*(column[:count] for column in self))

    def only(self, chosen: Sequence[object]) -> Records:
        """The records for which the value at their place is true."""
        return Records(*(list(compress(column, chosen)) for column in self))

    def without(self, places: Iterable[int]) -> Records:
        """All records but those at these places."""
        chosen = bytearray(b"\1") * len(self.numbers)
        for place in places:
            chosen[place] = 0
        return self.only(chosen)

    def at(self, places: Sequence[int]) -> Records:
        """The records at these places."""
        return Records(*([column[place] for place in places] for column in self))


NO_RECORDS: Final = Records((), (), (), (), (), (), ())


class TaskText(NamedTuple):
    """What the probe wrote about a task as text; "" for what it did not."""

    item: str
    result: str
    message: str


def decode_layout(header: bytes, pid: int) -> RingLayout | None:
    """Where things are; None where this is not (yet) a ring of this process."""
    if len(header) < HEADER_BYTES:
        return None
    magic, writer, room, text_room, label_bytes = _LAYOUT.unpack_from(header)
    layout = RingLayout(room, text_room, label_bytes)
    is_one = magic == b"mptring1" and writer == pid and room and text_room
    return layout if is_one and layout.size <= MOST_BYTES else None


def decode_counters(header: bytes) -> RingCounters | None:
    """How far the writer is; None where the numbers cannot be true: read half written, maybe."""
    if len(header) < HEADER_BYTES:
        return None
    counters = RingCounters(*_COUNTERS.unpack_from(header, _COUNTERS_AT))
    is_sound = counters.finished <= counters.ended and counters.failed <= counters.begun
    return counters if is_sound and max(counters.begun, counters.items) <= LARGEST_COUNT else None


def decode_records(piece: bytes, first: int, earliest_ns: int, latest_ns: int) -> Records:
    """The records in this piece of a ring, without those that cannot be true.

    Args:
        piece: whole records, and maybe a part of one.
        first: the number of the task whose record should be the first.
        earliest_ns: no task began before.
        latest_ns: no task ended after.
    """
    count = len(piece) // _RECORD_BYTES
    if not count:
        return NO_RECORDS
    whole = piece[: count * _RECORD_BYTES]
    wide, narrow = array("Q", whole), array("I", whole)
    began, ended, marks = wide[0::4], wide[1::4], narrow[7::8].tolist()
    numbers = range(first, first + count)
    expected = [number & 0xFFFFFFFF for number in numbers]
    took = list(map(operator.sub, ended, began))
    records = Records(numbers, began, ended, took, narrow[4::8], narrow[5::8], narrow[6::8])
    in_time = min(took) >= 0 and min(began) >= earliest_ns and max(ended) <= latest_ns
    if marks == expected and in_time:
        return records
    return records.only(
        [
            mark == right and earliest_ns <= start <= end <= latest_ns
            for mark, right, start, end in zip(marks, expected, began, ended, strict=True)
        ]
    )


def decode_text(slot: bytes, number: int) -> TaskText | None:
    """The text of this task; None where the slot holds that of another, or nonsense."""
    if len(slot) < TEXT_BYTES:
        return None
    mark, item, result, message, letters = _TEXT.unpack_from(slot)
    if mark != number & 0xFFFFFFFF or item + result + message > len(letters):
        return None
    ends = (0, item, item + result, item + result + message)
    return TaskText(*(letters[a:b].decode(errors="replace") for a, b in pairwise(ends)))


def decode_label(piece: bytes) -> str | None:
    """The label that begins here, what is there of a long one; None where there is none."""
    if len(piece) < _LABEL_LENGTH.size:
        return None
    (length,) = _LABEL_LENGTH.unpack_from(piece)
    letters = piece[_LABEL_LENGTH.size :][: min(length, MOST_LABEL_BYTES)]
    is_whole = length > 0 and len(letters) == min(length, MOST_LABEL_BYTES)
    return letters.decode(errors="replace") if is_whole else None
