"""Where every process of a run is, equal stacks together; over the dashboard, and as live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.dashboard.presentation.processes.stacks import all_stacks
from mptui.dashboard.screens.details import StackDetails, stacks_text

if TYPE_CHECKING:
    from textual.content import Content


class AllStacks(StackDetails):
    """The stacks of all processes."""

    SUBJECT = "stacks"

    def read_stacks(self, *, native: bool) -> None:
        """Have the stacks of all read."""
        self._pane_run.read_stacks(native=native)

    def text(self, width: int) -> Content:
        """Who is where."""
        return stacks_text(all_stacks(self._run, is_live=self._pane_run.is_live), width)
