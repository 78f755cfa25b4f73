"""Segments of shared memory are watched from the moment when they are made until they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events
from mptui.supervisor.link.probe_records import SegmentMade, decode_record
from mptui.supervisor.processes.watched_process import WatchedProcess
from mptui.supervisor.resources.shared_memory_watch import MOST_SEGMENTS, SharedMemoryWatch
from tests.running import of_type, run_code

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

LEFT = """
import sys, time
from multiprocessing import shared_memory
kept = [shared_memory.SharedMemory(create=True, size=5000) for _ in range(3)]
kept[0].buf[0] = 1
seen = shared_memory.SharedMemory(kept[1].name)
time.sleep(1.2)
kept[2].unlink()
time.sleep(0.8)
for one in kept[:2]:
    one.unlink()
time.sleep(0.8)
"""


class Told:
    """A watch over a folder of the test's own, and what it recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recorded: list[Event] = []
        self.watch = SharedMemoryWatch(self.recorded.append, lambda: 1.0, str(folder))
        self.process = WatchedProcess(0, 77, None, None, "main", "frames.py", instrumented=True)

    def made(self, name: str, place: str | None = "frames.py:3") -> None:
        (self.folder / name).write_bytes(b"x" * 5000)
        self.watch.on_record(SegmentMade(pid=77, name=f"/{name}", place=place), self.process)

    @property
    def last(self) -> events.SharedMemorySampled:
        return of_type(events.SharedMemorySampled, self.recorded)[-1]


def test_segments_of_a_real_program_are_counted_until_they_are_unlinked() -> None:
    seen = of_type(events.SharedMemorySampled, run_code(LEFT))
    assert [one.count for one in seen] == [3, 2, 0]
    assert {one.made for one in seen} == {3}
    assert seen[0].place == "<string>:4"
    assert seen[0].bytes >= 4096
    assert (seen[0].room_bytes or 0) >= (seen[0].free_bytes or 0) > 0


def test_what_is_there_is_counted_and_what_is_gone_is_not(tmp_path: Path) -> None:
    told = Told(tmp_path)
    assert told.watch.next_poll == float("inf")
    told.made("one")
    told.made("two", "frames.py:9")
    told.watch.poll()
    assert (told.last.count, told.last.made, told.last.place) == (2, 2, "frames.py:9")
    told.watch.poll()
    assert len(told.recorded) == 1
    (tmp_path / "one").unlink()
    told.watch.poll()
    assert (told.last.count, told.last.made) == (1, 2)


def test_segments_are_watched_after_the_end_of_their_maker(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.made("one")
    told.watch.on_exit(told.process)
    assert told.last.count == 1
    (tmp_path / "one").unlink()
    assert told.watch.next_poll < float("inf")
    told.watch.poll()
    assert told.last.count == 0
    assert told.watch.next_poll == float("inf")


def test_no_more_are_watched_than_there_is_room_for(tmp_path: Path) -> None:
    told = Told(tmp_path)
    for number in range(MOST_SEGMENTS + 10):
        record = SegmentMade(pid=77, name=f"/s{number}", place=None)
        told.watch.on_record(record, told.process)
    told.watch.poll()
    told.made("one")
    told.watch.poll()
    assert told.last.count == 1


def test_no_name_leads_out_of_the_folder() -> None:
    for name in ("/../secret", "a/b", "", "x" * 300):
        assert decode_record(f'{{"probe":"segment","pid":5,"name":"{name}"}}'.encode()) is None
