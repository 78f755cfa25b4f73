"""The cores of the machine in one widget: the load of each, and which processes run on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.reactive import var

from mptui.dashboard.presentation.machine.cluster_lines import CLUSTER_HEIGHT, cluster_lines
from mptui.dashboard.presentation.machine.core_lines import Machine, core_lines, cores_height
from mptui.dashboard.presentation.machine.core_words import idle_text
from mptui.dashboard.presentation.processes.cores import (
    HISTORY_KEPT,
    UNWATCHED_LINES,
    core_cells,
)
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.line_painter import LinePainter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size

    from mptui.dashboard.presentation.processes.cores import CoreCell
    from mptui.events import ClusterSampled
    from mptui.model import Run
    from mptui.terminal_text import Span


class CoreGrid(LinePainter):
    """A bar for each core, or one cell where there are too many for bars."""

    DEFAULT_CSS = """
    CoreGrid { height: 1fr; }
    """

    ALLOW_SELECT: ClassVar[bool] = False

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane: the core of that process is marked."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._run: Run | None = None
        self._loads: tuple[float, ...] = ()
        self._cluster: ClusterSampled | None = None
        self._is_watched = True
        self._alive_count = 0
        self._cells: tuple[CoreCell, ...] = ()
        """Of the machine: they outlive a run, so that the next one does not move anything."""
        self._history: list[list[float]] = []

    def show(self, run: Run, *, is_watched: bool = True) -> None:
        """Show this state of a run.

        Loads that are no longer watched (``is_watched``) are not shown as if they were of now.
        """
        is_other_run = run is not self._run
        if is_other_run:
            self._run = run
            self._history, self._loads = [], ()
        # The model makes a new tuple for each sample of the machine.
        is_new_sample = run.cores is not self._loads
        seen = (run.alive_count, is_watched)
        is_other_count = run.cluster is not self._cluster
        self._cluster = run.cluster
        if (
            is_other_run
            or is_new_sample
            or is_other_count
            or seen != (self._alive_count, self._is_watched)
        ):
            self._alive_count, self._is_watched = seen
            self._update()

    def watch_selected(self) -> None:
        """Mark the core of another process."""
        self._update()

    def on_resize(self) -> None:
        """Lay the cores out anew."""
        self._update()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the cores take when they are laid out for reading."""
        is_cluster = self._run is not None and self._run.is_cluster
        return CLUSTER_HEIGHT if is_cluster else max(1, cores_height(self._cells, width))

    def _remember(self, loads: tuple[float, ...]) -> None:
        self._loads = loads
        while len(self._history) < len(loads):
            self._history.append([])
        for past, load in zip(self._history, loads, strict=False):
            past.append(load)
            del past[:-HISTORY_KEPT]

    def _update(self) -> None:
        if self._run is None:
            return
        # A new size may come while more was folded than has been shown.
        if self._run.cores is not self._loads:
            self._remember(self._run.cores)
        cells = core_cells(self._run, self.selected.process)
        if cells:
            is_other_machine = len(cells) != len(self._cells)
            self._cells = cells
            if is_other_machine:
                self.refresh(layout=True)
        if self.size:
            self.show_lines(self._lines_now(self._run, cells))

    def _lines_now(self, run: Run, cells: tuple[CoreCell, ...]) -> Sequence[tuple[Span, ...]]:
        if not self._is_watched:
            return UNWATCHED_LINES
        if run.is_cluster:
            return cluster_lines(run)
        machine = Machine(cells, self._history, idle_text(run, cells))
        return core_lines(machine, self.size, self._glyphs)
