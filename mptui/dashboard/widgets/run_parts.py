"""What a pane shows of a run: workers, cores, output, views, and where a person types for it.

It takes as long to make as all else of a dashboard that begins, and a program that has not run yet
has nothing to show in it: so it is neither imported nor made before that.
"""

from __future__ import annotations

from textual.containers import Vertical

from mptui.dashboard.widgets.chrome.typing_area import TypingArea
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.findings_view import FindingsView
from mptui.dashboard.widgets.machine.gpu_bars import GpuBars
from mptui.dashboard.widgets.machine.history_strip import HistoryStrip
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.side_by_side.live_area import LiveArea
from mptui.dashboard.widgets.side_by_side.output_columns import OutputColumns
from mptui.dashboard.widgets.tasks_view import TasksView
from mptui.dashboard.widgets.timeline_view import TimelineView
from mptui.dashboard.widgets.worker_table import WorkerTable


class RunParts:
    """The parts, none of them mounted yet."""

    def __init__(self) -> None:
        self.workers = WorkerTable(classes="panel")
        self.cores = CoreGrid(classes="panel")
        self.gpus = GpuBars(classes="panel")
        self.history = HistoryStrip(classes="panel")
        self.output = OutputView(classes="panel")
        self.columns = OutputColumns(self.output.reading.bookmarks, classes="panel")
        use = Vertical(self.gpus, self.history, classes="use")
        self.live = LiveArea((self.workers, self.cores, use), (self.output, self.columns))
        self.timeline = TimelineView(classes="panel")
        self.tasks = TasksView(classes="panel")
        self.findings = FindingsView(classes="panel")
        """These three are for the lower panel."""
        self.typing = TypingArea()
