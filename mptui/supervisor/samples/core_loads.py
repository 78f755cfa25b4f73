"""How busy each core of the machine is, from the kernel's counts of what it spent its time on.

Read from `/proc/stat`: to have a library do it would cost more, in time and memory, than all the
rest of a sample. Must not know of processes.
"""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATH: Final = "/proc/stat"
_PIECE_BYTES: Final = 64 * 1024
_COUNTS: Final = 8
"""The time of guests, which comes after these, is in that of users already."""
_IDLE: Final = (3, 4)
"""Idle, and idle until a device answers."""


class _Ticks(NamedTuple):
    """What was counted of one core: how long in all, and how long it had nothing to do."""

    counts: tuple[int, ...]

    def busy_percent_since(self, before: _Ticks) -> float:
        # A count may go backwards for a moment.
        passed = [max(now - then, 0) for now, then in zip(self.counts, before.counts, strict=False)]
        total, idle = sum(passed), sum(passed[place] for place in _IDLE)
        return round(100.0 * (total - idle) / total, 1) if total else 0.0


class CoreLoads:
    """The loads of all cores, each time since the time before."""

    def __init__(self) -> None:
        self._before: list[_Ticks] = []

    def read(self) -> list[float]:
        """The load of each core in percent; none the first time, or where it cannot be read."""
        before, self._before = self._before, _read()
        pairs = zip(self._before, before, strict=False)
        return [now.busy_percent_since(then) for now, then in pairs]


def _read() -> list[_Ticks]:
    try:
        text = _content()
        _, *lines = itertools.takewhile(_is_of_core, text.splitlines())
        return [_Ticks(_counts_in(line.split())) for line in lines]
    except (OSError, ValueError):
        return []


def _is_of_core(line: bytes) -> bool:
    """Whether a line tells of all cores, as the first one does, or of one."""
    return line.startswith(b"cpu")


def _counts_in(fields: Sequence[bytes]) -> tuple[int, ...]:
    counts = tuple(map(int, fields[1 : _COUNTS + 1]))
    if len(counts) <= max(_IDLE):
        raise ValueError(fields)
    return counts


def _content() -> bytes:
    """The lines of the cores, and whatever of the others came with them."""
    descriptor = os.open(_PATH, os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = piece = os.read(descriptor, _PIECE_BYTES)
        # The cores come first: what follows them is of no use here.
        while piece and all(map(_is_of_core, text.splitlines()[-2:-1])):
            piece = os.read(descriptor, _PIECE_BYTES)
            text += piece
    finally:
        os.close(descriptor)
    return text
