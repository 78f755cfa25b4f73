"""Whoever prints a run reads all of it, whatever becomes of the recording, and each event once."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.recording import RecordingWriter
from mptui.recording.overflow import WAITING_BYTES, Overflow
from mptui.recording.whole_reader import WholeReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mptui.events import Event

WHOLE = 20_000


def output(number: int) -> events.Output:
    return events.Output(t=float(number), process=0, stream="stdout", text=f"{number} {'x' * 400}")


class Pair:
    """A writer and the one who reads everything."""

    def __init__(self, path: Path, **sizes: int) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        reading, writing = os.pipe()
        self.announced: list[int] = []
        self.overflow = Overflow(writing, self.announced.append)
        self.writer = RecordingWriter(descriptor, overflow=self.overflow, **sizes)
        self.reader = WholeReader(path, reading, lambda: next(iter(self.announced), None))
        self.read: list[Event] = []
        self.said: list[events.Output] = []

    def say(self, count: int, *, is_read: bool) -> None:
        for _ in range(count):
            self.said.append(output(len(self.said)))
            self.writer.append(self.said[-1])
            self.writer.flush()
            if is_read:
                self.read += self.reader.read()

    def end(self) -> list[Event]:
        self.writer.close()
        while self.writer.has_overflow:
            self.writer.flush_overflow()
            self.read += self.reader.read()
        self.read += self.reader.read()
        self.writer.close_overflow()
        self.reader.close()
        return self.read


@pytest.fixture
def full_disk() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (WHOLE, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("is_read", [True, False], ids=["as it comes", "at the end"])
def test_a_full_disk_loses_nothing_for_who_reads_along(tmp_path: Path, is_read: bool) -> None:
    pair = Pair(tmp_path / "run.jsonl", waiting_bytes=5_000)
    pair.say(500, is_read=is_read)
    assert pair.end() == pair.said
    assert pair.announced == [WHOLE]


def test_neither_does_a_recording_that_has_reached_its_largest_size(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "run.jsonl", recording_bytes=10_000)
    pair.say(300, is_read=True)
    assert pair.end() == pair.said


def test_nothing_is_read_twice_though_the_disk_has_room_again(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "run.jsonl", waiting_bytes=5_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (WHOLE, before[1]))
    pair.say(100, is_read=False)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    pair.say(100, is_read=False)
    assert pair.end() == pair.said
    assert (tmp_path / "run.jsonl").stat().st_size > WHOLE, "it was written to again"


def test_nothing_goes_around_while_all_is_well(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "run.jsonl")
    pair.say(50, is_read=True)
    assert pair.end() == pair.said
    assert pair.announced == []


@pytest.mark.usefixtures("full_disk")
def test_a_reader_that_stopped_holds_up_the_program_instead_of_filling_the_memory(
    tmp_path: Path,
) -> None:
    pair = Pair(tmp_path / "run.jsonl")
    piece = events.Output(t=0.0, process=0, stream="stdout", text="x" * 60_000)
    count = 0
    while not pair.writer.must_wait:
        pair.writer.append(piece)
        pair.writer.flush()
        count += 1
    assert count < 1.2 * WAITING_BYTES / 60_000 + 40
    pair.reader.close()
    pair.writer.flush()
    assert not pair.writer.must_wait, "nobody reads any more, so nobody is waited for"
    pair.writer.close()


def test_a_large_recording_keeps_its_output_and_one_sample_in_ten(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    writer = RecordingWriter(descriptor, recording_bytes=300_000)
    for number in range(450):
        writer.append(output(number))
        if number > 449 - 30:
            writer.append(events.Sampled(t=float(number), cores=[1.0], processes={}))
        writer.flush()
    writer.append(events.RunFinished(t=451.0, exitcode=0, signal=None, seconds=1.0, stopped=None))
    writer.close()
    recorded = [event for line in path.read_bytes().splitlines() if (event := events.decode(line))]
    kinds = [type(event) for event in recorded]
    assert kinds.count(events.Output) == 450
    gaps = [event for event in recorded if isinstance(event, events.EventsDropped)]
    assert [(gap.what, gap.count) for gap in gaps] == [("samples", 27)]
    assert kinds.count(events.Sampled) == 3
    assert kinds[-1] is events.RunFinished
