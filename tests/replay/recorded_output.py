"""A recording with more output than its run keeps, and the marks by which it is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui import events as ev
from mptui.model import Run
from mptui.replay.older_output import OlderOutput
from mptui.replay.output_marks import OutputMarks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RING_BYTES = 4096
CHUNK_BYTES = 2048
UNBOUNDED = 2**40


class RecordedOutput(NamedTuple):
    """A run that keeps little, and one that keeps all."""

    run: Run
    whole: Run
    older: OlderOutput


def recorded(
    path: Path,
    events: Sequence[ev.Event],
    *,
    chunk_bytes: int = CHUNK_BYTES,
    most_marks: int = 1000,
    batch: int = 3,
) -> RecordedOutput:
    """Write these events, and fold them some at a time, as a front end does."""
    run = Run(merged_bytes=RING_BYTES, process_bytes=RING_BYTES)
    whole = Run(merged_bytes=UNBOUNDED, process_bytes=UNBOUNDED)
    marks = OutputMarks(chunk_bytes, most_marks)
    position = 0
    with path.open("wb") as file:
        for start in range(0, len(events), batch):
            lines = b"".join(map(ev.encode, events[start : start + batch]))
            file.write(lines)
            position += len(lines)
            for one in (run, whole):
                one.apply(events[start : start + batch])
            marks.note(run, position)
    return RecordedOutput(run, whole, OlderOutput(path, marks))
