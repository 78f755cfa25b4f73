"""Reads what threads wrote of their tasks, as the probe writes it."""

from __future__ import annotations

import io
import struct
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.probe.collector import Collector, Outcome

_HEADER = struct.Struct("@8sIIIIII")
_RUNNING = struct.Struct("@QQII")
_TOTALS = struct.Struct("@QQQQ")
_RECORD = struct.Struct("@QQIIII")
_TEXT = struct.Struct("@IBBBx120s")
_RECORDS, _TEXTS, _LABEL_BYTES = 4096, 256, 32768
_RUNNING_AT, _TOTALS_AT, _RECORDS_AT = 64, 96, 128
_TEXTS_AT = _RECORDS_AT + _RECORDS * _RECORD.size
_LABELS_AT = _TEXTS_AT + _TEXTS * _TEXT.size
_LOW_BITS = 0xFFFFFFFF


class Texts(NamedTuple):
    item: str
    result: str
    message: str


class Task(NamedTuple):
    number: int
    label: str | None
    items: int
    error: str | None
    seconds: float
    texts: Texts | None


@dataclass(frozen=True)
class Ring:
    pid: int
    begun: int
    running: str | None
    finished: int
    failed: int
    items_finished: int
    seconds_worked: float
    labels: list[str]
    tasks: list[Task]


def read_ring(path: Path) -> Ring:
    content = path.read_bytes()
    magic, pid, *rooms, labels_used, _ = _HEADER.unpack_from(content)
    assert magic == b"mptring1"
    assert rooms == [_RECORDS, _TEXTS, _LABEL_BYTES]
    assert len(content) == _LABELS_AT + _LABEL_BYTES
    begun, since, running, _ = _RUNNING.unpack_from(content, _RUNNING_AT)
    finished, failed, items, worked = _TOTALS.unpack_from(content, _TOTALS_AT)
    numbers = range(max(1, finished - _RECORDS + 1), finished + 1)
    return Ring(
        pid,
        begun,
        _read_label(content, running) if since else None,
        finished,
        failed,
        items,
        worked / 1e9,
        list(_read_labels(content, labels_used)),
        [_read_task(content, number) for number in numbers],
    )


def _read_task(content: bytes, number: int) -> Task:
    at = _RECORDS_AT + (number - 1) % _RECORDS * _RECORD.size
    began, ended, label, items, error, low = _RECORD.unpack_from(content, at)
    assert low == number & _LOW_BITS
    assert 0 < began <= ended
    name, error_name = _read_label(content, label), _read_label(content, error)
    return Task(
        number, name, items, error_name, (ended - began) / 1e9, _read_texts(content, number)
    )


def _read_texts(content: bytes, number: int) -> Texts | None:
    at = _TEXTS_AT + (number - 1) % _TEXTS * _TEXT.size
    of, *sizes, text = _TEXT.unpack_from(content, at)
    if of != number & _LOW_BITS:
        return None
    assert all(size <= 40 for size in sizes)
    stream = io.BytesIO(text)
    return Texts(*(stream.read(size).decode() for size in sizes))


def _read_label(content: bytes, number: int) -> str | None:
    if not number:
        return None
    (length,) = struct.unpack_from("@H", content, _LABELS_AT + number - 1)
    at = _LABELS_AT + number + 1
    return content[at : at + length].decode()


def _read_labels(content: bytes, used: int) -> Iterator[str]:
    assert used <= _LABEL_BYTES
    at = 0
    while at < used:
        label = _read_label(content, at + 1)
        assert label is not None
        yield label
        at += 2 + len(label.encode())


def rings(collector: Collector, outcome: Outcome, by: str | None = None) -> list[Ring]:
    """All rings that were reported, or those of workers of the kind of executor called `by`."""
    found = []
    for record in outcome.of("ring"):
        ring = read_ring(collector.folder / record["file"])
        assert ring.pid == record["pid"]
        assert record["serves"] > 0 or record["by"] in ("pytest", "threads")
        if by in (None, record["by"]):
            found.append(ring)
    return found


def finished_items(found: list[Ring]) -> dict[str | None, int]:
    """How many items of work were done of each function."""
    items: dict[str | None, int] = defaultdict(int)
    for ring in found:
        assert ring.finished == len(ring.tasks)
        assert ring.items_finished == sum(task.items for task in ring.tasks)
        assert ring.failed == sum(task.error is not None for task in ring.tasks)
        for task in ring.tasks:
            items[task.label] += task.items
    return dict(items)


def failures(found: list[Ring]) -> list[tuple[str | None, str | None, int]]:
    """What failed: function, error, and number of items, in order."""
    tasks = [task for ring in found for task in ring.tasks if task.error is not None]
    return sorted((task.label, task.error, task.items) for task in tasks)
