"""A recording keeps what was written, also under a failing disk; a reader follows it."""

from __future__ import annotations

import itertools
import os
import resource
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events
from mptui.errors import MptuiError
from mptui.recording import RecordingReader, RecordingWriter, runs_folder
from mptui.recording.runs_folder import create_recording, find_recording, path_of_run

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


def output(text: str, t: float = 1.0) -> events.Output:
    return events.Output(t=t, process=0, stream="stdout", text=text)


def test_what_is_written_comes_back() -> None:
    path, descriptor = create_recording("train.py", NOW)
    writer = RecordingWriter(descriptor)
    written = [output(f"line {number}\n") for number in range(100)]
    for event in written:
        writer.append(event)
    writer.close()
    with RecordingReader(path) as reader:
        assert reader.read() == written


def test_a_reader_gets_each_event_once_as_it_comes() -> None:
    path, descriptor = create_recording("run", NOW)
    writer = RecordingWriter(descriptor)
    with RecordingReader(path) as reader:
        assert reader.read() == []
        for text in ("one", "two"):
            writer.append(output(text))
            writer.flush()
            assert reader.read() == [output(text)]
    writer.close()


def test_what_follows_many_unknown_events_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    unknown = b'{"event":"of_a_later_version","t":1.0}\n'
    path.write_bytes(unknown * 40_000 + events.encode(output("known")))
    with RecordingReader(path) as reader:
        assert reader.read(limit_bytes=1) == [output("known")]
        assert reader.read() == []


@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_a_line_torn_anywhere_is_read_whole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    path = tmp_path_factory.mktemp("torn") / "run.jsonl"
    written = [output("héllo\n"), output("x" * 50), output("\0\x9b")]
    content = b"".join(map(events.encode, written))
    borders = sorted({0, len(content), *(min(cut, len(content)) for cut in cuts)})
    path.touch()
    seen: list[events.Event] = []
    with RecordingReader(path) as reader, path.open("ab", buffering=0) as file:
        for start, end in itertools.pairwise(borders):
            file.write(content[start:end])
            seen += reader.read()
    assert seen == written


def test_about_as_much_is_read_at_once_as_was_asked_for(tmp_path: Path) -> None:
    """Who reads on tells by that whether more is there."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(events.encode(output("x" * events.MAX_OUTPUT_BYTES)) * 40)
    wanted = 512 * 1024
    with RecordingReader(path) as reader:
        while (begin := reader.position) + wanted < reader.size:
            assert reader.read_lines(wanted)
            assert wanted / 2 < reader.position - begin < wanted * 2


def test_a_torn_last_line_waits_and_an_unknown_event_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"event":"of_the_future","t":1.0,"x":[]}\nno json\n{"event":"out')
    with RecordingReader(path) as reader:
        assert reader.read() == []


def test_only_its_owner_can_read_a_recording() -> None:
    path, descriptor = create_recording("run", NOW)
    os.close(descriptor)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_name_from_outside_stays_in_the_folder() -> None:
    path, descriptor = create_recording("../../etc/pass wd\n\x1b[2J", NOW)
    os.close(descriptor)
    assert path.name == "20260301T123005-etc-pass-wd-2J.jsonl"


def test_two_runs_of_the_same_second_have_files_of_their_own() -> None:
    first, one = create_recording("run", NOW)
    second, other = create_recording("run", NOW)
    os.close(one)
    os.close(other)
    assert first != second


def test_a_folder_that_cannot_be_made_is_named_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(MptuiError, match=r"cannot write the recording in .*XDG_STATE_HOME"):
        create_recording("run", NOW)


def test_the_oldest_recordings_go_but_none_that_is_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs_folder, "KEPT_RECORDINGS", 2)
    live, held = create_recording("live", NOW.replace(year=2020))
    for year in (2021, 2022, 2023):
        _, descriptor = create_recording("old", NOW.replace(year=year))
        os.close(descriptor)
    _, descriptor = create_recording("new", NOW)
    os.close(descriptor)
    kept = sorted(path.name[:4] for path in live.parent.iterdir())
    os.close(held)
    assert kept == ["2020", "2023", "2026"]


def recorded_in(year: int, size: int) -> Path:
    path, descriptor = create_recording("sized", NOW.replace(year=year))
    os.write(descriptor, b"x" * size)
    os.close(descriptor)
    return path


def test_the_newest_recording_stays_whatever_its_size_and_takes_no_room_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs_folder, "KEPT_BYTES", 1000)
    small, large = recorded_in(2021, 900), recorded_in(2022, 5000)
    newer = recorded_in(2023, 10)
    assert small.exists()
    assert large.exists(), "the newest that is over when the next one begins"
    recorded_in(2024, 10)
    assert not large.exists(), "it is not the newest any more, and is above the limit"
    assert small.exists(), "a small one stays, though a large one newer than it had to go"
    assert newer.exists()


class _FullDisk:
    """A file-size limit: the kernel refuses to write beyond it, as a full disk does."""

    def __init__(self, limit_bytes: int) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, self.before[1]))

    def give_room(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


def test_a_full_disk_is_reported_and_loses_nothing_that_fits_in_memory() -> None:
    path, descriptor = create_recording("run", NOW)
    writer = RecordingWriter(descriptor)
    written = [output("x" * 1000) for _ in range(50)]
    disk = _FullDisk(limit_bytes=5_500)
    try:
        for event in written:
            writer.append(event)
            writer.flush()
        assert writer.trouble is not None
    finally:
        disk.give_room()
    assert writer.flush()
    assert writer.trouble is None
    writer.close()
    with RecordingReader(path) as reader:
        assert reader.read() == written


def test_what_does_not_fit_in_memory_either_is_counted() -> None:
    path, descriptor = create_recording("run", NOW)
    writer = RecordingWriter(descriptor, waiting_bytes=10_000)
    disk = _FullDisk(limit_bytes=1)
    try:
        for number in range(50):
            writer.append(output("x" * 1000, t=float(number)))
            writer.flush()
    finally:
        disk.give_room()
    end = events.RunFinished(t=60.0, exitcode=0, signal=None, seconds=60.0, stopped=None)
    writer.flush()
    writer.append(end)
    writer.close()
    with RecordingReader(path) as reader:
        read = reader.read()
    kept = sum(isinstance(event, events.Output) for event in read)
    gaps = [event for event in read if isinstance(event, events.EventsDropped)]
    assert [(gap.what, gap.count) for gap in gaps] == [("output", 50 - kept)]
    assert 0 < kept < 50
    assert read[-1] == end


def test_events_that_cannot_be_dispensed_with_do_not_fill_the_memory_either() -> None:
    path, descriptor = create_recording("run", NOW)
    writer = RecordingWriter(descriptor, waiting_bytes=10_000)
    disk = _FullDisk(limit_bytes=1)
    try:
        for number in range(1000):
            writer.append(events.ProcessExited(t=1.0, process=number, exitcode=0, signal=None))
            writer.flush()
        assert sum(map(len, writer._waiting)) < 2.1 * 10_000
    finally:
        disk.give_room()
    end = events.RunFinished(t=60.0, exitcode=0, signal=None, seconds=60.0, stopped=None)
    writer.append(end)
    writer.close()
    with RecordingReader(path) as reader:
        read = reader.read()
    kept = sum(isinstance(event, events.ProcessExited) for event in read)
    gaps = [event for event in read if isinstance(event, events.EventsDropped)]
    assert [(gap.what, gap.count) for gap in gaps] == [("events", 1000 - kept)]
    assert 100 < kept < 500
    assert end in read


def test_a_recording_of_twice_the_limit_takes_nothing_but_the_end() -> None:
    path, descriptor = create_recording("run", NOW)
    writer = RecordingWriter(descriptor, recording_bytes=5_000)
    for number in range(1000):
        writer.append(events.ProcessExited(t=1.0, process=number, exitcode=0, signal=None))
        writer.flush()
    end = events.RunFinished(t=60.0, exitcode=0, signal=None, seconds=60.0, stopped=None)
    writer.append(end)
    writer.close()
    assert path.stat().st_size < 11_000
    with RecordingReader(path) as reader:
        read = reader.read()
    assert read[-1] == end
    assert isinstance(read[-2], events.EventsDropped)
    assert read[-2].what == "events"
    assert read[-2].count + len(read) - 2 == 1000


def test_output_beyond_the_limit_of_a_recording_is_counted_but_ends_are_kept() -> None:
    path, descriptor = create_recording("run", NOW)
    writer = RecordingWriter(descriptor, recording_bytes=5_000)
    for _ in range(20):
        writer.append(output("x" * 1000))
        writer.flush()
    assert writer.trouble is not None
    exited = events.ProcessExited(t=2.0, process=0, exitcode=0, signal=None)
    writer.append(exited)
    writer.close()
    with RecordingReader(path) as reader:
        read = reader.read()
    gap = read[-2]
    assert isinstance(gap, events.EventsDropped)
    assert gap.count + sum(isinstance(event, events.Output) for event in read) == 20
    assert read[-1] == exited


def test_one_that_goes_on_can_be_meant_before_newer_ones() -> None:
    older, held = create_recording("train.py", NOW)
    newer, descriptor = create_recording("train.py", NOW.replace(hour=13))
    os.close(descriptor)
    assert find_recording("tr") == newer
    assert find_recording("tr", prefers_live=True) == older
    os.close(held)
    assert find_recording("tr", prefers_live=True) == newer


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000, "a/../../b", ""])
def test_what_can_be_no_file_is_no_run_either(name: str) -> None:
    with pytest.raises(MptuiError, match="no such file, and no run in"):
        path_of_run(name)


def test_a_recording_is_found_by_its_name_or_how_it_begins_the_newest_first() -> None:
    later = NOW.replace(hour=13)
    made = {}
    for name, now in (("train.py", NOW), ("train.py", later), ("train.py.bak", later)):
        made[name, now], descriptor = create_recording(name, now)
        os.close(descriptor)
    assert find_recording("20260301T123005-train.py") == made["train.py", NOW]
    assert find_recording("20260301T12") == made["train.py", NOW]
    assert find_recording("train.py") == made["train.py", later]
    assert find_recording("train.py.b") == made["train.py.bak", later]
    for unknown in ("rain.py", "../train.py", "*", ""):
        assert find_recording(unknown) is None
