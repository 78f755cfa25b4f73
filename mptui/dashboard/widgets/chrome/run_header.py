"""The head of a pane: what runs in it and how that fares, in one line or in two."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from mptui.dashboard.presentation.chrome.header import header_lines
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.widgets.painting.strips import fitted, strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip

    from mptui.dashboard.presentation.text.page import Spans
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.findings import Finding


class RunHeader(Widget):
    """Says what the state of a pane's run is; painted again only when it says something else."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._pane: PaneRun | None = None
        self._findings: Sequence[Finding] = ()
        self._lines: list[Spans] = []

    def show(self, pane: PaneRun, findings: Sequence[Finding]) -> None:
        """Show this state, and how much there is to say about it."""
        self._pane = pane
        self._findings = findings
        self._refresh_if_changed()

    def on_resize(self) -> None:
        """There may be another number of lines now."""
        self._refresh_if_changed()

    def render_line(self, y: int) -> Strip:
        """One line of the header."""
        spans = self._lines[y] if y < len(self._lines) else ()
        width, base = self.size.width, self.visual_style.rich_style
        return strip_of(fitted(spans, width, base), width, base)

    def _refresh_if_changed(self) -> None:
        if self._pane is None or not self.size:
            return
        lines = header_lines(self._pane, self._findings, self.size, UNICODE)
        if lines != self._lines:
            self._lines = lines
            self.refresh()
