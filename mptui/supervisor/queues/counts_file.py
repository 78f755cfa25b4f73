"""The bytes of a counts file: what one process put into queues and got from them.

Numbers are in the machine's byte order: 8s `mptcount`, I pid, I room, I used, and from 64 on one
entry for each queue: Q what it is known by, Q put, Q got, Q reserved. The program can write
nonsense: no number is trusted. Nothing here reads a file.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from mptui.events import LARGEST_COUNT

MOST_BYTES: Final = 4096
"""The size that the probe makes them of: of a larger one no more is believed."""

_HEADER: Final = struct.Struct("=8s3I")
_HEADER_BYTES: Final = 64
_ENTRY: Final = struct.Struct("=3Q8x")


class QueueCounts(NamedTuple):
    """What one process put into a queue and got from it."""

    put: int = 0
    got: int = 0


def decode_counts(content: bytes, pid: int) -> dict[int, QueueCounts]:
    """The counts of each queue; none where this is not (yet) a counts file of this process."""
    if len(content) < _HEADER_BYTES:
        return {}
    magic, writer, room, used = _HEADER.unpack_from(content)
    if magic != b"mptcount" or writer != pid or used > room:
        return {}
    entries = content[_HEADER_BYTES:][: used * _ENTRY.size]
    whole = entries[: len(entries) // _ENTRY.size * _ENTRY.size]
    return {
        queue: QueueCounts(put, got)
        for queue, put, got in _ENTRY.iter_unpack(whole)
        if queue and put <= LARGEST_COUNT and got <= LARGEST_COUNT
    }
