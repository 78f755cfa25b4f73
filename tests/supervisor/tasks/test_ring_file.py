"""A ring is read while it is written, and the program can write anything there."""

from __future__ import annotations

import os
import re
import struct
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mptui.supervisor.link.shared_files import SharedFile
from mptui.supervisor.tasks import ring_file
from mptui.supervisor.tasks.ring_file import RingLayout
from mptui.supervisor.tasks.ring_reader import UNNAMED, LabelRoom, News, RingReader, open_ring
from mptui.supervisor.tasks.task_counts import histogram
from tests.supervisor.tasks.written_rings import LAYOUT, WrittenRing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL = RingLayout(room=8, text_room=4, label_bytes=256)
PID = 4321


class Folder:
    """A run folder with rings, and their readers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        self.began_ns = time.monotonic_ns()
        self.label_room = LabelRoom()

    def ring(self, layout: RingLayout = SMALL) -> WrittenRing:
        return WrittenRing(self.path, PID, layout=layout)

    def open(self, ring: WrittenRing) -> RingReader:
        now = lambda: ring.now_ns + 10**9  # noqa: E731 - a clock
        reader = open_ring(self.descriptor, ring.name, PID, self.began_ns, now, self.label_room)
        assert reader is not None
        return reader


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    os.close(folder.descriptor)


def read(reader: RingReader) -> News:
    news = reader.read()
    assert news is not None
    return news


def test_finished_tasks_are_read_once_in_their_order(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(3, took_ns=2_000)
    news = read(reader)
    assert list(news.records.numbers) == [1, 2, 3]
    assert list(news.records.took_ns) == [2_000] * 3
    assert (news.gap, news.finished, news.items) == (None, 3, 3)
    assert reader.read() is None
    ring.do(7)
    assert list(read(reader).records.numbers) == [4, 5, 6, 7, 8, 9, 10]


def test_what_was_overwritten_is_known_from_the_counters(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    for number in range(20):
        ring.begin(items=2)
        ring.finish(1_000, error="ValueError" if number < 5 else None)
    news = read(reader)
    assert list(news.records.numbers) == list(range(13, 21))
    assert news.gap is not None
    assert news.gap[:4] == (12, 5, 24, 12_000)
    assert (news.finished, news.items) == (20, 40)


def test_the_record_that_the_next_task_writes_over_is_not_trusted(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(8)
    ring.begin()
    assert list(read(reader).records.numbers) == list(range(2, 9))


def test_a_task_that_began_and_never_finished_is_no_gap(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(2)
    ring.begin()
    ring.do(3)
    news = read(reader)
    assert list(news.records.numbers) == [1, 2, 4, 5, 6]
    assert news.gap is None
    ring.do(1)
    assert list(read(reader).records.numbers) == [7]


def test_a_record_that_is_not_counted_yet_waits_for_its_count(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(2)
    ring.write_number(96, 1)
    assert list(read(reader).records.numbers) == [1]
    ring.write_number(96, 2)
    news = read(reader)
    assert (list(news.records.numbers), news.gap) == ([2], None)


def test_a_task_that_fails_after_its_end_was_reported_is_known(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(2)
    read(reader)
    ring.fail_newest("PicklingError")
    news = read(reader)
    assert (list(news.failed_after.numbers), news.finished) == ([2], 0)
    assert reader.read() is None


@pytest.mark.parametrize(("offset", "number"), [(96, 3), (96, 2**63), (64, 2**60), (104, 2**40)])
def test_counters_that_cannot_be_are_not_believed(folder: Folder, offset: int, number: int) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(5)
    read(reader)
    ring.write_number(offset, number)
    assert reader.read() is None
    ring.do(1)
    ring.write_number(64, 6)
    ring.write_number(104, 0)
    assert read(reader).finished == 1


def test_times_that_cannot_be_are_counted_and_not_reported(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(6, took_ns=1_000)
    ring.write_number(ring.record_at(2), 0)
    ring.write_number(ring.record_at(3) + 8, 2**62)
    ring.write_number(ring.record_at(4) + 8, 1)
    news = read(reader)
    assert list(news.records.numbers) == [1, 5, 6]
    assert news.gap is not None
    assert (news.gap.tasks, news.gap.items) == (3, 3)


def test_texts_belong_to_their_task_or_to_none(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.begin(item="3")
    ring.finish(text=("3", "ni‌ne", ""))
    assert reader.text(1) == ("3", "ni‌ne", "")
    assert reader.text(2) is None
    ring.do(3)
    # The fourth after it may be writing its text at this moment.
    assert reader.text(1) is None
    ring.write_number(ring.layout.text_at(2), 2, "=I")
    ring.write_number(ring.layout.text_at(2) + 4, 200, "=B")
    assert reader.text(2) is None


@pytest.mark.parametrize("label", [0, 2, 250, 255, 256, 257, 2**32 - 1])
def test_a_label_that_leads_nowhere_is_no_name(folder: Folder, label: int) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.label("work")
    ring.write_number(ring.layout.labels_at + 1, 0xFFFF, "=H")
    assert reader.label(label) == UNNAMED


def test_a_file_that_is_cut_short_is_not_touched_behind_its_end(folder: Folder) -> None:
    ring = folder.ring()
    reader = folder.open(ring)
    ring.do(8)
    os.truncate(ring.path, 200)
    news = read(reader)
    assert (len(news.records.numbers), news.finished) == (2, 8)
    os.truncate(ring.path, 0)
    assert reader.read() is None
    assert reader.label(1) == UNNAMED
    assert reader.text(8) is None
    assert not reader.is_complete


@pytest.mark.parametrize(
    ("offset", "number"), [(0, 0), (8, 1), (12, 0), (12, 2**31), (16, 0), (20, 2**30), (12, 100)]
)
def test_what_is_no_ring_is_not_read(folder: Folder, offset: int, number: int) -> None:
    ring = folder.ring()
    ring.write_number(offset, number, "=I")
    clock, room = time.monotonic_ns, LabelRoom()
    assert open_ring(folder.descriptor, ring.name, PID, 0, clock, room) is None


def test_only_a_plain_file_of_this_user_is_opened(folder: Folder) -> None:
    (folder.path / "folder").mkdir()
    os.mkfifo(folder.path / "fifo")
    (folder.path / "link").symlink_to("/etc/passwd")
    (folder.path / "large").write_bytes(b"x" * 100)
    for name in ("folder", "fifo", "link", "large", "../x", "/etc/passwd", "missing"):
        with pytest.raises(OSError, match=re.escape(name) + "|not a file of the program's"):
            SharedFile(folder.descriptor, name, 99)
    (folder.path / "plain").write_bytes(b"abc")
    file = SharedFile(folder.descriptor, "plain", 99)
    assert (file.read(9, 1), file.read(9, 50), file.read(9, 2**60)) == (b"bc", b"", b"")
    file.remove()
    assert not (folder.path / "plain").exists()


def test_descriptors_are_left_for_output(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.path / "plain").write_bytes(b"abc")
    monkeypatch.setattr("resource.getrlimit", lambda _: (folder.descriptor, folder.descriptor))
    with pytest.raises(OSError, match="scarce"):
        SharedFile(folder.descriptor, "plain", 99)


@given(
    damage=st.lists(st.tuples(st.integers(8, SMALL.size - 1), st.binary(min_size=1, max_size=24)))
    | st.lists(st.tuples(st.integers(60, 127), st.binary(min_size=1, max_size=8))),
    cut=st.integers(0, SMALL.size),
)
@settings(max_examples=300, deadline=None)
def test_damaged_bytes_never_make_it_fail_or_tell_nonsense(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, bytes]], cut: int
) -> None:
    folder = Folder(tmp_path_factory.mktemp("ring"))
    ring = folder.ring()
    reader = folder.open(ring)
    reported = 0
    for offset, piece in damage:
        ring.do(2)
        if news := reader.read():
            reported += news.finished
            expect_sense(news, reader, folder.began_ns, ring.now_ns + 10**9)
        ring.memory[offset : offset + len(piece)] = piece[: SMALL.size - offset]
    if damage:
        os.truncate(ring.path, max(cut, ring_file.HEADER_BYTES))
    if news := reader.read():
        reported += news.finished
        expect_sense(news, reader, folder.began_ns, ring.now_ns + 10**9)
    assert reported <= 10_000_000 * 2 * (len(damage) + 1) + SMALL.room
    os.close(folder.descriptor)
    reader.remove()


def expect_sense(news: News, reader: RingReader, began_ns: int, now_ns: int) -> None:
    records = news.records
    assert all(took >= 0 for took in records.took_ns)
    assert all(began >= began_ns for began in records.began_ns)
    assert all(ended <= now_ns for ended in records.ended_ns)
    assert list(records.numbers) == sorted(set(records.numbers))
    assert len(records.numbers) + (news.gap.tasks if news.gap else 0) == news.finished
    if news.gap is not None:
        assert news.gap.tasks > 0
        assert 0 <= news.gap.failed <= news.gap.tasks
        assert 0 <= news.gap.worked_ns <= news.gap.until_ns - news.gap.since_ns
    for number, label in zip(records.numbers, records.labels, strict=True):
        reader.text(number)
        assert reader.label(label)
    if reader.running is not None:
        assert began_ns <= reader.running.since_ns <= now_ns


@given(piece=st.binary(max_size=400), first=st.integers(1, 2**53))
def test_any_bytes_are_records_or_none(piece: bytes, first: int) -> None:
    records = ring_file.decode_records(piece, first, 0, 2**63)
    assert len({len(column) for column in records}) == 1
    ring_file.decode_layout(piece, PID)
    ring_file.decode_counters(piece)
    ring_file.decode_text(piece, first)
    ring_file.decode_label(piece)


@given(st.lists(st.integers(0, 2**63)))
def test_a_histogram_counts_each_task_once_where_it_belongs(took: list[int]) -> None:
    counts = histogram(sorted(took))
    assert sum(counts.values()) == len(took)
    for key, count in counts.items():
        assert count > 0
        lowest, highest = 1000 * 2 ** (key / 4), 1000 * 2 ** ((key + 1) / 4)
        inside = sum(lowest <= one < highest or (one < lowest and key == -40) for one in took)
        assert inside == count


def test_record_numbers_go_on_when_their_mark_begins_anew() -> None:
    first = 2**32 - 1
    piece = b"".join(
        struct.pack("=QQ4I", 5, 6, 1, 1, 0, number & 0xFFFFFFFF)
        for number in range(first, first + 4)
    )
    records = ring_file.decode_records(piece, first, 0, 10)
    assert list(records.numbers) == list(range(first, first + 4))


def test_the_layout_of_the_probe_s_rings_is_understood(folder: Folder) -> None:
    assert folder.open(folder.ring(LAYOUT)).layout == LAYOUT
