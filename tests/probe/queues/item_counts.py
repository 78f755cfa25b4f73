"""Reads the counts of processes and the records about their queues, as the probe writes them."""

from __future__ import annotations

import struct
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.probe.collector import Collector, Outcome, Record

_HEADER = struct.Struct("@8sIII")
_SLOT = struct.Struct("@QQQQ")
_ROOM = 126


class Counts(NamedTuple):
    put: int
    got: int


def counts_by_process(collector: Collector, outcome: Outcome) -> dict[int, dict[int, Counts]]:
    """By process, then by the identity of the queue."""
    found: dict[int, dict[int, Counts]] = defaultdict(dict)
    for record in outcome.of("counts"):
        content = (collector.folder / record["file"]).read_bytes()
        magic, pid, room, used = _HEADER.unpack_from(content)
        assert (magic, pid, room) == (b"mptcount", record["pid"], _ROOM)
        assert len(content) == 64 + room * _SLOT.size
        assert used <= room
        slots = [_SLOT.unpack_from(content, 64 + number * _SLOT.size) for number in range(room)]
        for identity, put, got, _ in slots[:used]:
            assert identity not in found[pid]
            found[pid][identity] = Counts(put, got)
        assert not any(identity for identity, *_ in slots[used:])
    return found


def totals(collector: Collector, outcome: Outcome) -> dict[int, Counts]:
    """By the identity of the queue, of all processes together."""
    summed: dict[int, Counts] = defaultdict(lambda: Counts(0, 0))
    for counts in counts_by_process(collector, outcome).values():
        for identity, (put, got) in counts.items():
            before = summed[identity]
            summed[identity] = Counts(before.put + put, before.got + got)
    return summed


def totals_by_name(collector: Collector, outcome: Outcome) -> dict[str | None, Counts]:
    """The same by what the queues are called."""
    found = totals(collector, outcome)
    return {queue.get("name"): found[identity] for identity, queue in queues(outcome).items()}


def queues(outcome: Outcome) -> dict[int, Record]:
    """The last record about each queue, of the process that made it."""
    reported: dict[int, Record] = {}
    for record in outcome.of("queue"):
        if record["id"] not in reported or reported[record["id"]]["pid"] == record["pid"]:
            reported[record["id"]] = record
    return reported
