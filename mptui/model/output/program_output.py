"""What a program wrote: one log for all of it, one for each process.

Cuts what came into lines and adds each to both logs. Bounded over all processes together, also
those that nothing else is known of. Must not know processes beyond their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mptui.model.output.line_cutter import LineCutter, byte_length
from mptui.model.output.output_log import OutputLog

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mptui.events import Output
    from mptui.model.output.line_cutter import WholeLines

MERGED_BYTES: Final = 4 * 1024 * 1024
PROCESS_BYTES: Final = 1024 * 1024
ALL_PROCESSES_BYTES: Final = 64 * 1024 * 1024
"""When the logs of all processes take more together, the largest one drops its oldest lines."""
PENDING_CHARACTERS: Final = 4 * 1024 * 1024
"""When all unfinished lines are longer together, the one that grows is cut."""
STREAMS_KEPT: Final = 8
"""What else a process writes is taken for the last of so many streams."""
STRANGERS_KEPT: Final = 64
"""So many processes may have a log before they are known to have begun."""


class Written(NamedTuple):
    """How much a process has written."""

    line_count: int = 0
    byte_count: int = 0


class _Writer:
    """The output of one process."""

    __slots__ = ("byte_count", "cutters", "log", "wrote_stderr")

    def __init__(self, log: OutputLog) -> None:
        self.log = log
        self.byte_count = 0
        self.cutters: dict[str, LineCutter] = {}
        """By stream."""
        self.wrote_stderr = False


class ProgramOutput:
    """The logs of a run.

    Args:
        merged_bytes: the limit of the log of the whole program.
        process_bytes: the limit of the log of each process.
        first_line: the number of the first line of all, where earlier ones are somewhere else.
    """

    def __init__(
        self,
        merged_bytes: int = MERGED_BYTES,
        process_bytes: int = PROCESS_BYTES,
        first_line: int = 0,
    ) -> None:
        self.merged = OutputLog(merged_bytes, first_line)
        self.logs: dict[int, OutputLog] = {}
        self.byte_count = 0
        """Bytes written so far by the whole program."""
        self.speaker_count = 0
        """How many processes have written anything."""
        self.has_stderr = False
        """Whether any process has written to standard error."""
        self._process_bytes = process_bytes
        self._writers: dict[int, _Writer] = {}
        self._strangers: dict[int, None] = {}
        """Those that wrote and are not known to have begun, in the order of their first output."""
        self._now = 0.0
        self._kept_bytes = 0
        """What the logs of all processes take together."""
        self._pending_characters = 0

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As it was, but its logs may have been shortened meanwhile."""
        vars(self).update(state)
        self._kept_bytes = sum(log.size for log in self.logs.values())

    def open(self, process: int) -> None:
        """A process began; what it wrote before counts for it."""
        self._writer(process)
        self._strangers.pop(process, None)

    def take_up(self, process: int, first_line: int, cutters: Iterable[LineCutter]) -> None:
        """Go on with what a process writes, of which the lines before this one are elsewhere."""
        log = self.logs[process] = OutputLog(self._process_bytes, first_line)
        writer = self._writers[process] = _Writer(log)
        for cutter in cutters:
            writer.cutters[cutter.origin.stream] = cutter
            self._pending_characters += cutter.pending_length
            self._note_pending(log, cutter)

    def cutters(self, process: int) -> Collection[LineCutter]:
        """What keeps the unfinished lines of a process, one for each of its streams."""
        writer = self._writers.get(process)
        return writer.cutters.values() if writer is not None else ()

    def written(self, process: int) -> Written:
        """How much a process has written so far."""
        writer = self._writers.get(process)
        return Written() if writer is None else Written(writer.log.end_line, writer.byte_count)

    def has_written_stderr(self, process: int) -> bool:
        """Whether a process has written anything to standard error."""
        writer = self._writers.get(process)
        return writer is not None and writer.wrote_stderr

    def write(self, output: Output, t: float = 0.0) -> None:
        """Take what one stream carried.

        Args:
            output: what it was.
            t: when; never less than at the call before.
        """
        self._now = t
        process = output.process
        writer = self._writers.get(process) or self._add_stranger(process)
        size = byte_length(output.text or "") if output.data is None else len(output.data)
        self.byte_count += size
        if size and not writer.byte_count:
            self.speaker_count += 1
        writer.byte_count += size
        cutter = writer.cutters.get(output.stream) or self._cutter(process, output.stream)
        pending = cutter.pending_length
        had_pending = cutter.has_pending
        lines = cutter.cut(output)
        self._pending_characters += cutter.pending_length - pending
        if self._pending_characters > PENDING_CHARACTERS:
            self._pending_characters -= cutter.pending_length
            lines += cutter.cut_pending()
        self._append(writer.log, lines)
        if had_pending or cutter.has_pending:
            self._note_pending(writer.log, cutter)

    def close(self, process: int) -> None:
        """The process ended: its unfinished lines become lines."""
        writer = self._writers.get(process)
        if writer is None:
            return
        for cutter in writer.cutters.values():
            self._pending_characters -= cutter.pending_length
            self._append(writer.log, cutter.close())
            self._note_pending(writer.log, cutter)
        writer.cutters.clear()

    def close_all(self) -> None:
        """The run ended: every unfinished line becomes a line."""
        for process in self._writers:
            self.close(process)

    def forget(self, process: int) -> Written:
        """Forget the log of a process; gives how much it wrote. The merged log stays as it is."""
        self.close(process)
        written = self.written(process)
        if self._writers.pop(process, None) is not None:
            self._kept_bytes -= self.logs.pop(process).size
        self._strangers.pop(process, None)
        return written

    def _writer(self, process: int) -> _Writer:
        writer = self._writers.get(process)
        if writer is None:
            log = self.logs[process] = OutputLog(self._process_bytes)
            writer = self._writers[process] = _Writer(log)
        return writer

    def _add_stranger(self, process: int) -> _Writer:
        if len(self._strangers) >= STRANGERS_KEPT:
            self.forget(next(iter(self._strangers)))
        self._strangers[process] = None
        return self._writer(process)

    def _cutter(self, process: int, stream: str) -> LineCutter:
        writer = self._writers[process]
        if stream == "stderr":
            self.has_stderr = writer.wrote_stderr = True
        cutters = writer.cutters
        if len(cutters) >= STREAMS_KEPT:
            return next(reversed(cutters.values()))
        cutters[stream] = LineCutter(process, stream)
        return cutters[stream]

    def _append(self, log: OutputLog, lines: list[WholeLines]) -> None:
        size, now, merged = log.size, self._now, self.merged
        for one in lines:
            log.append(one, now)
            merged.append(one, now)
        self._kept_bytes += log.size - size
        while self._kept_bytes > ALL_PROCESSES_BYTES:
            largest = max(self.logs.values(), key=lambda log: log.size)
            self._kept_bytes -= largest.size
            largest.drop_oldest()
            self._kept_bytes += largest.size

    def _note_pending(self, log: OutputLog, cutter: LineCutter) -> None:
        log.note_pending(cutter)
        self.merged.note_pending(cutter)
