"""CPU, memory and tasks of the chosen process, or of all, over the run so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.reactive import var

from mptui.dashboard.presentation.processes.names import name_of
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.use.history import history_lines
from mptui.dashboard.terminal.own_write import entitle
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from mptui.model import Run


class HistoryStrip(LinePainter):
    """Shows curves where the stylesheet gives it room; hidden it costs nothing."""

    ALLOW_SELECT: ClassVar[bool] = False

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._run: Run | None = None
        self._now = 0.0
        self._title = ""

    def show(self, run: Run, now: float) -> None:
        """Show this state of a run, at this time of it."""
        self._run, self._now = run, now
        self._update()

    def watch_selected(self) -> None:
        """Show what another process did."""
        self._update()

    def on_resize(self) -> None:
        """There may be room for more bars now."""
        self._update()

    def _update(self) -> None:
        run, process = self._run, self.selected.process
        if run is None or not self.size or not self.display:
            return
        found = history_lines(run, process, self._now, self.size, glyphs())
        self.show_lines(found.lines)
        whose = "all processes" if process is None else name_of(run, process)
        over = f", {since_text(found.seconds)}" if found.seconds else ""
        self._entitle(f" history · {whose}{over} ")

    def _entitle(self, title: str) -> None:
        # Each new title paints the whole widget again.
        if title != self._title:
            self._title = title
            entitle(self, Content(title))
