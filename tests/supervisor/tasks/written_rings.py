"""Writes rings and counts files byte by byte as the probe does, but as quickly as a test likes."""

from __future__ import annotations

import mmap
import os
import struct
import time
from typing import TYPE_CHECKING, Final

from mptui.supervisor.tasks.ring_file import RingLayout

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT: Final = RingLayout(room=4096, text_room=256, label_bytes=32768)


class WrittenRing:
    """A ring of a thread of process `pid`, whose times begin at `now_ns`."""

    def __init__(
        self, folder: Path, pid: int, *, thread: int = 0, layout: RingLayout = LAYOUT
    ) -> None:
        self.layout = layout
        self.name = f"{pid}.{thread or pid}.{time.monotonic_ns()}.ring"
        self.path = folder / self.name
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.posix_fallocate(descriptor, 0, layout.size)
        self.memory = mmap.mmap(descriptor, layout.size)
        os.close(descriptor)
        struct.pack_into("=8s4I", self.memory, 0, b"mptring1", pid, *layout)
        self.now_ns = time.monotonic_ns()
        self.begun = self.finished = self.failed = self.items = self.worked_ns = 0
        self._began_ns = self._label = self._items = 0
        self._labels: dict[str, int] = {}
        self._used = 0

    def label(self, name: str) -> int:
        """The number of a label, written if it is new; 0 for none."""
        if not name:
            return 0
        if name not in self._labels:
            letters = name.encode()
            self._labels[name] = self._used + 1
            at = self.layout.labels_at + self._used
            struct.pack_into(f"=H{len(letters)}s", self.memory, at, len(letters), letters)
            self._used += 2 + len(letters)
            struct.pack_into("=I", self.memory, 24, self._used)
        return self._labels[name]

    def begin(self, task: str = "work", *, items: int = 1, item: str | None = None) -> None:
        """A task begins, now."""
        self.begun += 1
        if item is not None:
            self._write_text(item)
        self._began_ns, self._label, self._items = self.now_ns, self.label(task), items
        struct.pack_into("=QQII", self.memory, 64, self.begun, self._began_ns, self._label, items)

    def finish(
        self,
        took_ns: int = 10_000,
        *,
        error: str | None = None,
        text: tuple[str, str, str] | None = None,
    ) -> None:
        """The task that runs ends after so long."""
        self.now_ns += took_ns
        if text is not None:
            self._write_text(*text)
        self._write_record(self.label(error) if error else 0)
        self.finished += 1
        self.failed += error is not None
        self.items += self._items
        self.worked_ns += took_ns
        struct.pack_into("=Q", self.memory, 72, 0)
        self._write_counters()

    def do(self, count: int = 1, task: str = "work", took_ns: int = 10_000) -> None:
        """So many tasks begin and end, one after the other."""
        for _ in range(count):
            self.begin(task)
            self.finish(took_ns)

    def fail_newest(self, error: str) -> None:
        """The task that ended last turns out to have failed."""
        self.failed += 1
        self._write_record(self.label(error))
        self._write_counters()

    def write_number(self, offset: int, number: int, form: str = "=Q") -> None:
        """Put a number where it does not belong."""
        struct.pack_into(form, self.memory, offset, number)

    def record_at(self, number: int) -> int:
        """Where the record of this task is."""
        return 128 + (number - 1) % self.layout.room * 32

    def _write_record(self, error: int) -> None:
        struct.pack_into(
            "=QQ4I",
            self.memory,
            self.record_at(self.begun),
            self._began_ns,
            self.now_ns,
            self._label,
            self._items,
            error,
            self.begun & 0xFFFFFFFF,
        )

    def _write_counters(self) -> None:
        counters = (self.finished, self.failed, self.items, self.worked_ns)
        struct.pack_into("=4Q", self.memory, 96, *counters)

    def _write_text(self, *texts: str) -> None:
        pieces = [text.encode() for text in (*texts, "", "", "")[:3]]
        at = self.layout.text_at(self.begun)
        lengths = map(len, pieces)
        struct.pack_into(
            "=I3Bx120s", self.memory, at, self.begun & 0xFFFFFFFF, *lengths, b"".join(pieces)
        )


class WrittenCounts:
    """The counts file of process `pid`."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.name = f"{pid}.{time.monotonic_ns()}.counts"
        self.path = folder / self.name
        self._places: list[int] = []
        self.path.write_bytes(struct.pack("=8s3I", b"mptcount", pid, 126, 0).ljust(4096, b"\0"))

    def write(self, queue: int, *, put: int = 0, got: int = 0) -> None:
        """So much went through a queue in this process, all in all."""
        if queue not in self._places:
            self._places.append(queue)
        with self.path.open("r+b") as file:
            file.seek(16)
            file.write(struct.pack("=I", len(self._places)))
            file.seek(64 + 32 * self._places.index(queue))
            file.write(struct.pack("=4Q", queue, put, got, 0))
