"""Where all processes are, printed when somebody asks by SIGQUIT, while the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events
from mptui.headless.process_names import ProcessNames
from mptui.model.stacks.report import stack_report
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event, StackSampled
    from mptui.headless.standard_streams import StandardStreams

_LONGEST_LINE = 1000
_KNOWN_BY = (b'{"event":"process_', b'{"event":"stack_')
"""How the lines begin of the events that matter here."""


class StackDump:
    """Gathers the stacks that were asked for, and prints them together on standard error.

    Args:
        streams: where to print.
    """

    def __init__(self, streams: StandardStreams) -> None:
        self._streams = streams
        self._names = ProcessNames()
        self._is_asked = False
        self._samples: dict[int, StackSampled] = {}

    def ask(self) -> None:
        """From now on, print the stacks that come; safe in the handler of a signal."""
        self._is_asked = True

    def note(self, batch: Iterable[Event]) -> None:
        """Take note of events; print once the last stacks are there."""
        for event in batch:
            self._names.learn(event)
            if isinstance(event, events.StackSampled) and event.why == "asked":
                self._note_sample(event)

    def note_lines(self, lines: bytes) -> None:
        """The same of events as lines, most of which do not matter and need not be read."""
        known = (line for line in lines.split(b"\n") if line.startswith(_KNOWN_BY))
        self.note(event for line in known if (event := events.decode(line)) is not None)

    def _note_sample(self, sample: StackSampled) -> None:
        if not self._is_asked:
            return
        self._samples[sample.process] = sample
        if sample.left == 0:
            self._is_asked = False
            self._streams.write(
                "stderr", dump_text(self._samples.values(), self._names.__getitem__)
            )
            self._streams.flush()
            self._samples.clear()


def dump_text(samples: Iterable[StackSampled], name_of: Callable[[int], str]) -> bytes:
    """The stacks as text that is safe on a terminal, an empty line before each group."""
    lines = []
    for line in stack_report(samples, name_of):
        text = safe_text(line.text, _LONGEST_LINE)
        lines.append(f"\n{text}\n" if line.is_head else f"    {text}\n")
    return "".join(lines).encode()
