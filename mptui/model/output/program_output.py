"""Everything a program wrote: one log for all of it, one for each process.

Cuts what came into lines and hands each to both logs. Must not know processes beyond their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.output.line_cutter import LineCutter, byte_length
from mptui.model.output.output_log import OutputLog

if TYPE_CHECKING:
    from mptui.events import Output

MERGED_BYTES: Final = 4 * 1024 * 1024
PROCESS_BYTES: Final = 1024 * 1024


class ProgramOutput:
    """The logs of a run.

    Args:
        merged_bytes: the limit of the log of the whole program.
        process_bytes: the limit of the log of each process.
    """

    def __init__(
        self, merged_bytes: int = MERGED_BYTES, process_bytes: int = PROCESS_BYTES
    ) -> None:
        self.merged = OutputLog(merged_bytes)
        self.logs: dict[int, OutputLog] = {}
        self.byte_counts: dict[int, int] = {}
        """Bytes written so far by each process."""
        self.byte_count = 0
        self.speaker_count = 0
        """How many processes have written anything."""
        self._process_bytes = process_bytes
        self._cutters: dict[tuple[int, str], LineCutter] = {}

    def open(self, process: int) -> OutputLog:
        """The log of this process, made when it is first asked for."""
        log = self.logs.get(process)
        if log is None:
            log = self.logs[process] = OutputLog(self._process_bytes)
            self.byte_counts[process] = 0
        return log

    def write(self, output: Output) -> None:
        """Take what one stream carried."""
        process = output.process
        log = self.open(process)
        size = byte_length(output.text or "") if output.data is None else len(output.data)
        self.byte_count += size
        if size and not self.byte_counts[process]:
            self.speaker_count += 1
        self.byte_counts[process] += size
        cutter = self._cutters.get((process, output.stream))
        if cutter is None:
            cutter = self._cutters[process, output.stream] = LineCutter(process, output.stream)
        had_pending = cutter.has_pending
        for lines in cutter.cut(output):
            log.append(lines)
            self.merged.append(lines)
        if had_pending or cutter.has_pending:
            log.note_pending(cutter)
            self.merged.note_pending(cutter)

    def close(self, process: int) -> None:
        """The process ended: its unfinished lines become lines."""
        for stream in ("stdout", "stderr"):
            cutter = self._cutters.pop((process, stream), None)
            if cutter is None:
                continue
            for lines in cutter.close():
                self.logs[process].append(lines)
                self.merged.append(lines)
            self.logs[process].note_pending(cutter)
            self.merged.note_pending(cutter)

    def close_all(self) -> None:
        """The run ended: every unfinished line becomes a line."""
        for process in list(self.logs):
            self.close(process)
