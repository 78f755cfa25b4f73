"""Reads the memory of another process: a few bytes at an address, and what is mapped where.

Everything is bounded and fails softly: the process may end, and the kernel may forbid it. What was
read is what the program made of it, and must not be trusted to be anything.
"""

from __future__ import annotations

import bisect
import contextlib
import os
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

_MOST_BYTES: Final = 4096
_HIGHEST_ADDRESS: Final = 2**63 - _MOST_BYTES
_MOST_MAP_BYTES: Final = 2 * 1024 * 1024
"""Some twenty thousand mappings; the kernel's default limit is three times as many."""
_PIECE_BYTES: Final = 64 * 1024
_MAP_FIELDS: Final = 5


class File(NamedTuple):
    """The identity of a file, the same in every process that maps it."""

    device: bytes
    inode: int


class Mapping(NamedTuple):
    """A range of a process's memory that it shares with all processes that map the same file."""

    start: int
    end: int
    file: File


class ProcessMemory:
    """The memory of a process, open while in the `with` block."""

    def __init__(self, pid: int) -> None:
        self._path = f"/proc/{pid}/mem"
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def read(self, address: int, size: int) -> bytes:
        """This many bytes at this address; none where they cannot be read, or are not all there."""
        if self._descriptor is None or not (
            0 < address < _HIGHEST_ADDRESS and 0 < size <= _MOST_BYTES
        ):
            return b""
        try:
            piece = os.pread(self._descriptor, size, address)
        except OSError:
            return b""
        return piece if len(piece) == size else b""


def shared_mappings(pid: int) -> list[Mapping]:
    """The shared mappings of a process in order of address; none where they cannot be read."""
    mappings: list[Mapping] = []
    for line in read_maps(pid).splitlines():
        # Range, permissions (of which the last says whether it is shared), offset, device, inode.
        fields = line.split(None, _MAP_FIELDS)
        if len(fields) >= _MAP_FIELDS and fields[1].endswith(b"s"):
            start, _, end = fields[0].partition(b"-")
            file = File(fields[3], int(fields[4]))
            mappings.append(Mapping(int(start, 16), int(end, 16), file))
    return mappings


def mapping_at(mappings: Sequence[Mapping], address: int) -> Mapping | None:
    """The one of these, in order of address, that contains this address."""
    place = bisect.bisect_right(mappings, address, key=lambda mapping: mapping.start) - 1
    return mappings[place] if place >= 0 and address < mappings[place].end else None


def read_maps(pid: int) -> bytes:
    """The kernel's list of what a process has mapped, as proc_pid_maps(5); empty where hidden."""
    pieces: list[bytes] = []
    size = 0
    with contextlib.suppress(OSError):
        descriptor = os.open(f"/proc/{pid}/maps", os.O_RDONLY | os.O_CLOEXEC)
        try:
            while size < _MOST_MAP_BYTES and (piece := os.read(descriptor, _PIECE_BYTES)):
                pieces.append(piece)
                size += len(piece)
        finally:
            os.close(descriptor)
    return b"".join(pieces)
