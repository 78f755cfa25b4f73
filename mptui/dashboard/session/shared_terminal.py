"""What one terminal for all processes would have shown: their writes in the order they came in.

The panes show each process apart, so that no line is torn. What would have become of the lines
otherwise is read back from the recording when a person asks for it. Must not know Textual.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events as ev
from mptui.recording import RecordingReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_BYTES: Final = 64 * 1024
"""So much of what was written last."""


class Written(NamedTuple):
    """The last writes of a program, one after the other."""

    lines: tuple[str, ...]
    """Not safe to show."""
    is_whole: bool
    """Whether nothing was written before these."""


def written_together(events: Iterable[ev.Event], most_bytes: int = MOST_BYTES) -> Written:
    """Join what all processes wrote, as it came.

    Args:
        events: of the run; all but outputs are passed over.
        most_bytes: how much to keep of the end.
    """
    pieces: deque[bytes] = deque()
    size, is_whole = 0, True
    for event in events:
        if not isinstance(event, ev.Output):
            continue
        pieces.append(event.data if event.data is not None else (event.text or "").encode())
        size += len(pieces[-1])
        while size > most_bytes and len(pieces) > 1:
            size -= len(pieces.popleft())
            is_whole = False
    text = b"".join(pieces)[-most_bytes:].decode(errors="backslashreplace")
    lines = text.split("\n")
    return Written(tuple(lines if lines[-1] else lines[:-1]), is_whole and size <= most_bytes)


def read_together(recording: Path) -> Written:
    """The same of a recording as far as it is by now.

    Raises:
        OSError: the recording cannot be read.
        MptuiError: it is of a version that is not known here.
    """
    with RecordingReader(recording) as reader:
        return written_together(event for batch in iter(reader.read, []) for event in batch)
