"""The small things that watching a program from outside is made of."""

from __future__ import annotations

import mmap
import os
import resource
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui.supervisor.linux import open_files
from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.linux.process_memory import ProcessMemory, mapping_at, shared_mappings
from mptui.supervisor.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator

GONE = 2**22 - 3
"""A pid that no process has: the kernel's default limit is far below."""


@pytest.fixture
def files() -> Iterator[ProcFiles]:
    kept = ProcFiles()
    yield kept
    kept.close(1)


def open_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_file_is_opened_once_and_closed(files: ProcFiles, tmp_path: Path) -> None:
    path = tmp_path / "file"
    before = open_count()
    for text in b"one", b"two":
        path.write_bytes(text)
        assert files.read(1, str(path)) == text
        assert open_count() == before + 1
    files.close_one(1, str(path))
    assert open_count() == before
    files.close_one(1, str(path))
    files.read(1, str(path))
    files.close(1)
    assert open_count() == before


def test_where_descriptors_are_scarce_none_is_kept(
    files: ProcFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (2, 2))
    path = tmp_path / "file"
    path.write_bytes(b"text")
    before = open_count()
    assert [files.read(1, str(path)) for _ in range(2)] == [b"text"] * 2
    assert open_count() == before
    assert resource.getrlimit(0) == (2, 2)


def test_what_cannot_be_read_leaves_nothing_open(files: ProcFiles, tmp_path: Path) -> None:
    before = open_count()
    with pytest.raises(OSError, match="directory"):
        files.read(1, str(tmp_path))
    assert open_count() == before


def test_polls_are_rarer_the_more_they_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter([0.0, 0.0001, 0.0, 0.004, 0.0, 4.0])
    monkeypatch.setattr("time.thread_time", lambda: next(spent))
    pace = Pace(lambda: 7.0, seconds=0.1, budget=0.01, most_seconds=0.5)
    due = []
    for _ in range(3):
        with pace.poll():
            pass
        due.append(pace.next_poll)
    assert due == pytest.approx([7.1, 7.4, 7.5])
    pace.stop()
    assert pace.next_poll > 1e9


def test_memory_is_read_where_there_is_some() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"spam".ljust(mmap.PAGESIZE, b"!"))
        file.flush()
        with mmap.mmap(file.fileno(), 0) as mapped:
            inode = os.fstat(file.fileno()).st_ino
            (mapping,) = [one for one in shared_mappings(os.getpid()) if one.file.inode == inode]
            with ProcessMemory(os.getpid()) as memory:
                assert memory.read(mapping.start, 4) == mapped[:4] == b"spam"
                for address, size in [(0, 8), (-8, 8), (1, 8), (2**63, 8), (2**80, 8)]:
                    assert memory.read(address, size) == b""
                for size in (-1, 0, 2**40):
                    assert memory.read(mapping.start, size) == b""
            mappings = shared_mappings(os.getpid())
            assert mapping_at(mappings, mapping.start) == mapping
            assert mapping_at(mappings, mapping.end - 1) == mapping
            assert mapping_at(mappings, mapping.start - 1) != mapping
            assert mapping_at(mappings, mapping.end) != mapping
    assert mapping_at(shared_mappings(os.getpid()), mapping.start) != mapping


def test_a_process_that_is_gone_has_nothing() -> None:
    assert shared_mappings(GONE) == []
    with ProcessMemory(GONE) as memory:
        assert memory.read(4096, 8) == b""
    assert open_files.open_file(GONE, 0) == open_files.OpenFile("")
    assert open_files.pid_of_pidfd(GONE, 0) is None
    assert not open_files.holds_write_end(GONE, 1)


def test_kinds_of_descriptors_are_distinguished() -> None:
    reading, writing = os.pipe()
    inode = os.fstat(reading).st_ino
    with subprocess.Popen(["/bin/cat"], stdin=reading, stdout=subprocess.PIPE) as child:
        pidfd = os.pidfd_open(child.pid)
        assert open_files.open_file(child.pid, 0).pipe == inode
        assert open_files.open_file(child.pid, 0).is_channel
        assert not open_files.holds_write_end(child.pid, inode)
        assert open_files.holds_write_end(os.getpid(), inode)
        assert open_files.pid_of_pidfd(os.getpid(), pidfd) == child.pid
        assert open_files.pid_of_pidfd(os.getpid(), reading) is None
        for descriptor in (reading, writing, pidfd):
            os.close(descriptor)
