"""The tasks of a run: totals of each function, those that stand out, what each process spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.dashboard.presentation.tasks.page import task_page
from mptui.dashboard.presentation.tasks.rows import TaskWords
from mptui.dashboard.presentation.words.time_shares import SteadySplits
from mptui.dashboard.widgets.page_view import PageView

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.page import Page
    from mptui.model import Run


class TasksView(PageView):
    """What there is to say of the tasks of all processes, or of the chosen one."""

    _run: Run | None = None
    _splits: SteadySplits | None = None
    _selected: int | None = None

    def show(self, run: Run, selected: int | None) -> None:
        """Show this state of a run; the selected process is the one to speak of (None: all)."""
        if run is not self._run:
            self._run = run
            self._splits = SteadySplits(run)
            self.scroll_to_top()
        if selected != self._selected:
            self._selected = selected
            self.scroll_to_top()
        self._update()

    def page_of(self, width: int) -> Page | None:
        """The tasks."""
        if self._run is None or self._splits is None:
            return None
        return task_page(TaskWords(self._run, self._splits, self._selected, self._glyphs), width)
