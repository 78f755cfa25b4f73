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

    def show(self, run: Run) -> None:
        """Show this state of a run."""
        if run is not self._run:
            self._run = run
            self._splits = SteadySplits(run)
            self.scroll_to_top()
        self._update()

    def watch_selected(self) -> None:
        """Show the tasks of another process, from the top."""
        self.scroll_to_top()
        super().watch_selected()

    def page_of(self, width: int) -> Page | None:
        """The tasks."""
        if self._run is None or self._splits is None:
            return None
        words = TaskWords(self._run, self._splits, self.selected.process, self._glyphs)
        return task_page(words, width)
