"""What one terminal for all processes would have shown, beside what each of them wrote.

The recording is read again, in a thread, each time it opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import set_cell_size
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from mptui.dashboard.presentation.text.shortening import wrapped
from mptui.dashboard.screens.details import Details
from mptui.dashboard.session.shared_terminal import read_together
from mptui.errors import MptuiError
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mptui.dashboard.session.pane_run import PaneRun

_MOST_LINES: Final = 500
_LINE_CHARACTERS: Final = 2000
_GAP: Final = " │ "


class SharedTerminal(Details):
    """Two columns: the writes of all as they came, and the whole lines of each process.

    Args:
        pane_run: the run that wrote it.
    """

    SUBJECT = "as one terminal"
    HINT = "Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("u", "close_details", show=False)]

    @dataclass
    class Read(Message):
        """The recording was read, or could not be."""

        lines: Sequence[str]
        remark: str

    def __init__(self, pane_run: PaneRun) -> None:
        super().__init__(pane_run)
        self._lines: Sequence[str] = ()
        self._remark = "reading the recording"

    def on_mount(self) -> None:
        """Begin to read, in a thread."""
        recording = self._pane_run.recording
        if recording is None:
            self._remark = "there is no recording to read it from"
        else:
            self.run_worker(lambda: self._read(recording), thread=True)
        self.show()

    @on(Read)
    def show_lines(self, message: Read) -> None:
        """Show what was read, or why not."""
        self._lines, self._remark = message.lines, message.remark
        self.show()

    def text(self, width: int) -> Content:
        """Both columns, each as wide as the other."""
        cells = (width - len(_GAP)) // 2
        merged = self._run.merged
        apart = [line.text for line in merged.lines(merged.end_line - _MOST_LINES, merged.end_line)]
        head = f"{'one terminal would have shown'[:cells]:<{cells}}{_GAP}{'each apart, as here'}"
        parts: list[tuple[str, str] | str] = [(f"{head}\n", "bold")]
        rows = zip_longest(_rows(self._lines, cells), _rows(apart, cells), fillvalue="")
        parts += [f"{set_cell_size(left, cells)}{_GAP}{right}\n" for left, right in rows]
        return Content.assemble(*parts, "\n", (self._remark, "dim"))

    def _read(self, recording: Path) -> None:
        """In a thread: find all writes in the recording."""
        try:
            written = read_together(recording)
        except (OSError, MptuiError) as error:
            self.post_message(self.Read((), safe_text(f"cannot read the recording: {error}")))
            return
        kept = written.lines[-_MOST_LINES:]
        is_whole = written.is_whole and len(kept) == len(written.lines)
        which = "All" if is_whole else "The last"
        remark = f"{which} writes in the order in which they came in; of one moment, about so."
        self.post_message(self.Read(kept, remark))


def _rows(lines: Sequence[str], cells: int) -> list[str]:
    return [row for line in lines for row in wrapped(safe_text(line, _LINE_CHARACTERS), cells)]
