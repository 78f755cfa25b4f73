"""`mptui run --headless`: every whole line after the name of the process that wrote it.

Into a file or a pipe a line goes byte by byte as it was written. On a terminal it is made safe
first: what a program prints must not drive the terminal past its prefix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events
from mptui.headless.leftover_lines import LeftoverLines
from mptui.headless.line_assembly import LineAssembly
from mptui.headless.process_names import ProcessNames
from mptui.headless.safe_lines import safe_lines
from mptui.wording.attached import OUTPUT_AND_TASKS_NOT_SEEN
from mptui.wording.durations import since_text
from mptui.wording.endings import ending_text
from mptui.wording.gaps import gap_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import Event
    from mptui.headless.standard_streams import StandardStreams


class PrefixedLines:
    """Turns events into lines on the two standard streams.

    Args:
        streams: where the lines go.
    """

    def __init__(self, streams: StandardStreams) -> None:
        self._streams = streams
        self._names = ProcessNames()
        self._assembly = LineAssembly()
        self._leftovers = LeftoverLines()
        self._is_at_limit = False

    def show(self, batch: Iterable[Event]) -> None:
        """Print what these events complete."""
        for event in batch:
            self._names.learn(event)
            self._leftovers.learn(event)
            if isinstance(event, events.Output):
                self._print(event.process, event.stream, self._assembly.add(event))
            elif isinstance(event, events.ProcessExited):
                self._print_unfinished(event.process)
                self._explain(event)
            elif (note := self._note_of(event)) is not None:
                self._streams.write("stderr", f"mptui: {note}\n".encode())
            elif isinstance(event, events.RunFinished):
                for process in self._assembly.processes:
                    self._print_unfinished(process)
                self._streams.write("stderr", self._leftovers.at_end())
        self._streams.flush()

    def _note_of(self, event: Event) -> str | None:
        """What is to be said of a run beside what it prints."""
        if isinstance(event, events.StopRequested) and event.reason == "limit":
            self._is_at_limit = True
            return f"stopped at its limit, after {since_text(event.t)}"
        if isinstance(event, events.EventsDropped) and event.what == "output":
            return f"{gap_text(event.what, event.count)} here"
        if isinstance(event, events.RunStarted) and event.attached_after is not None:
            return OUTPUT_AND_TASKS_NOT_SEEN
        return None

    def _print_unfinished(self, process: int) -> None:
        for stream, rest in self._assembly.take_unfinished(process).items():
            self._print(process, stream, rest + b"\n")

    def _print(self, process: int, stream: str, lines: bytes) -> None:
        if lines:
            prefix = f"{self._names[process]} | ".encode()
            # A later version may name a stream that there is not here.
            stream = "stderr" if stream == "stderr" else "stdout"
            if self._streams.is_terminal(stream):
                lines = safe_lines(lines, has_colour=self._streams.has_colour)
            # A prefix after every line feed but the last.
            prefixed = prefix + lines[:-1].replace(b"\n", b"\n" + prefix) + b"\n"
            self._streams.write(stream, prefixed)

    def _explain(self, event: events.ProcessExited) -> None:
        """Say why a process died, unless the program, its limit or mptui by itself ended it."""
        is_by_limit = self._is_at_limit and event.stopping
        is_told_later = is_by_limit or self._leftovers.is_stopped_leftover(event)
        if event.signal is None or event.terminated_by is not None or is_told_later:
            return
        reason = ending_text(event.exitcode, event.signal)
        memory = ", as memory ran out" if event.oom else ""
        note = f"mptui: {self._names[event.process]} was {reason}{memory}\n"
        self._streams.write("stderr", note.encode())
