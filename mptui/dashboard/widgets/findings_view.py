"""What was found to be wrong with a run: what, how one knows, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.dashboard.presentation.words.findings import FindingsPage
from mptui.dashboard.widgets.page_view import PageView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.page import Page
    from mptui.model.findings import Finding


class FindingsView(PageView):
    """The findings, worst first; those about the chosen process are marked."""

    _findings: Sequence[Finding] = ()
    _laid_out: tuple[tuple[object, ...], FindingsPage] | None = None
    """What the page was made from, and the page."""

    def show(self, findings: Sequence[Finding]) -> None:
        """Show these findings."""
        self._findings = findings
        self._update()

    def page_of(self, width: int) -> Page | None:
        """The findings."""
        selected = self.selected.process
        made_from = (self._findings, selected, width)
        if self._laid_out is None or self._laid_out[0] != made_from:
            page = FindingsPage(self._findings, selected, width, self._glyphs)
            self._laid_out = (made_from, page)
        return self._laid_out[1]
