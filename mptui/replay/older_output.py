"""Lines of output that are not kept in memory, read back from the recording a chunk at a time.

The same bytes cut into the same lines with the same numbers as when they came. A few chunks are
remembered, so that whoever reads on finds what comes next. Must not paint, and must not search.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from mptui.events import Output, ProcessExited, RunFinished
from mptui.model.output.program_output import ProgramOutput
from mptui.model.plausible import LATEST_SECONDS
from mptui.recording.part_reader import PartReader
from mptui.replay.frozen_state import DamagedStateError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mptui.events import Event
    from mptui.model import Line, OutputLog, Run
    from mptui.replay.output_marks import Chunk, Gap, OutputMarks

CHUNKS_KEPT: Final = 6
_WITHOUT_BOUND: Final = 2**60
_AS_MPTUI_WRITES: Final = b'{"event":"'
_OF_OUTPUT: Final = tuple(
    _AS_MPTUI_WRITES + name for name in (b'output"', b'process_exited"', b'run_finished"')
)
"""How the lines of events begin by which lines of output become whole."""


class OlderOutput:
    """All lines of the runs that one recording holds, as far as its marks reach.

    Args:
        recording: its file.
        marks: where in it the lines stand.
        chunks_kept: so many of its chunks are remembered.
    """

    def __init__(
        self, recording: Path, marks: OutputMarks, *, chunks_kept: int = CHUNKS_KEPT
    ) -> None:
        self.recording = recording
        self.marks = marks
        self.problem: str | None = None
        """Why it could not be read the last time."""
        self._chunks_kept = chunks_kept
        self._chunks: OrderedDict[tuple[int | None, int], OutputLog] = OrderedDict()
        """By whose lines they hold, and where they begin."""
        self._reader: PartReader | None = None

    @property
    def kept_bytes(self) -> int:
        """About how many bytes of lines are remembered."""
        return sum(log.size for log in self._chunks.values())

    def reaches(self, run: Run, kept: OutputLog) -> bool:
        """Whether all lines can be read back that a log of this state of the run does not keep."""
        return self.marks.reach(run, kept)

    def lines(self, log: int | None, start: int, stop: int) -> list[Line]:
        """The lines with these numbers of a process, or of all together (None).

        Fewer where they cannot be read. All of them must have become whole.
        """
        lines: list[Line] = []
        while start < stop:
            chunk = self._chunk_log(log, self.marks.chunk_with(log, start), start)
            more = chunk.lines(start, stop) if chunk is not None else ()
            if not more or more[0].number != start:
                break
            lines += more
            start = lines[-1].number + 1
        return lines

    def time_of(self, log: int | None, number: int) -> float | None:
        """When a line became whole, in seconds since the run began; None where it is not known."""
        chunk = self._chunk_log(log, self.marks.chunk_with(log, number), number)
        return chunk.time_of(number) if chunk is not None else None

    def line_at(self, log: int | None, t: float) -> int | None:
        """The number of the first line that became whole at this time or later; None: unknown."""
        chunk = self._chunk_log(log, self.marks.chunk_at(t))
        return chunk.line_at(t) if chunk is not None else None

    def gap_between(self, start: int, stop: int) -> Gap | None:
        """Output that is missing in the recording somewhere between lines of all together."""
        gaps = (one for one in self.marks.gaps if one.first_line <= stop and start <= one.end_line)
        return next(gaps, None)

    def close(self) -> None:
        """Read nothing any more."""
        self._chunks.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _chunk_log(
        self, log: int | None, chunk: Chunk, line: int | None = None
    ) -> OutputLog | None:
        """What became whole in a chunk, up to this line at least; None where that is unknown."""
        key = (log, chunk.begin)
        known = self._chunks.get(key)
        # The last chunk grows, and what was read of it is not read again for every new line.
        if known is not None and (line is None or line < known.end_line):
            self._chunks.move_to_end(key)
            return known
        try:
            if self._reader is None:
                self._reader = PartReader(self.recording)
            made = refolded(self._reader, chunk, log)
        except OSError as error:
            self.problem = f"cannot read {self.recording}: {error.strerror or error}"
            return None
        except DamagedStateError:
            return None
        self._chunks[key] = made
        while len(self._chunks) > self._chunks_kept:
            self._chunks.popitem(last=False)
        return made


def refolded(reader: PartReader, chunk: Chunk, log: int | None) -> OutputLog:
    """The lines of a process, or of all together (None), that became whole in a chunk.

    Args:
        reader: reads the recording.
        chunk: where.
        log: whose.

    Raises:
        OSError: the recording cannot be read.
        DamagedStateError: it is not known how the output stood where the chunk begins.
    """
    output = ProgramOutput(_WITHOUT_BOUND, _WITHOUT_BOUND, chunk.first_line)
    for process, standing in chunk.standings.items():
        if log is None or log == process:
            output.take_up(process, standing.end_line, standing.cutters(process))
    lines = _lines_of_output(reader.read(chunk.begin, chunk.end), log)
    now = chunk.t
    for event in map(reader.decode, lines):
        if event is None:
            continue
        if now < event.t <= LATEST_SECONDS:
            now = event.t
        _write(output, event, log, now)
    if log is None:
        return output.merged
    output.open(log)
    return output.logs[log]


def _write(output: ProgramOutput, event: Event, log: int | None, now: float) -> None:
    if isinstance(event, RunFinished):
        output.close_all()
    elif isinstance(event, (Output, ProcessExited)) and log in (None, event.process):
        if isinstance(event, ProcessExited):
            output.close(event.process)
        else:
            # Known, or it would be taken for a stranger of whom there may only be some.
            output.open(event.process)
            output.write(event, now)


def _lines_of_output(data: bytes, log: int | None) -> Iterable[bytes]:
    lines = data.split(b"\n")
    if log is None:
        return (line for line in lines if may_be_of_output(line))
    # Elsewhere in the line it may stand too; then the event tells.
    process = re.compile(rb'"process":\s*%d[,}]' % log)
    return (
        line
        for line in lines
        if may_be_of_output(line)
        and (process.search(line) is not None or not line.startswith(_OF_OUTPUT[:2]))
    )


def may_be_of_output(line: bytes) -> bool:
    """Whether this line is an event by which lines of output may become whole."""
    return line.startswith(_OF_OUTPUT) or (line[:1] == b"{" and line[:10] != _AS_MPTUI_WRITES)
