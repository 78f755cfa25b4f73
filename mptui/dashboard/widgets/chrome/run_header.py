"""The head of a pane: what runs in it and how that fares, in one line or in two."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mptui.dashboard.presentation.chrome.promise import promise_lines
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.session.pane_run import Phase
from mptui.dashboard.widgets.painting.line_painter import LinePainter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.page import Spans
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.findings import Finding


class RunHeader(LinePainter):
    """Says what the state of a pane's run is."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._pane_run: PaneRun | None = None
        self._findings: Sequence[Finding] = ()

    def show(self, pane_run: PaneRun, findings: Sequence[Finding]) -> None:
        """Show this state, and how much there is to say about it."""
        self._pane_run = pane_run
        self._findings = findings
        self._update()

    def on_resize(self) -> None:
        """There may be another number of lines now."""
        self._update()

    def _update(self) -> None:
        if self._pane_run is not None and self.size:
            self.show_lines(self._header(self._pane_run))

    def _header(self, pane_run: PaneRun) -> list[Spans]:
        if pane_run.phase is Phase.NOT_RUN:
            return promise_lines(pane_run, self.size, glyphs())
        # Only now: what is said of runs is a part of what a dashboard begins without.
        from mptui.dashboard.presentation.chrome.header import header_lines  # noqa: PLC0415

        return header_lines(pane_run, self._findings, self.size, glyphs())
