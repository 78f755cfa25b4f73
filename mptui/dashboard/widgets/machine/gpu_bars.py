"""The GPUs in one widget; hidden as long as the program uses none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.reactive import var

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.use.gpus import gpu_lines
from mptui.dashboard.widgets.painting.line_painter import LinePainter

if TYPE_CHECKING:
    from textual.geometry import Size

    from mptui.model import Run


class GpuBars(LinePainter):
    """A bar for each GPU, or a cell where there are few lines."""

    DEFAULT_CSS = """
    GpuBars { height: auto; display: none; }
    """
    ALLOW_SELECT: ClassVar[bool] = False

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane: the GPUs of that process are marked."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._run: Run | None = None
        self._changes = -1
        self._count = 0

    def on_mount(self) -> None:
        """Name it."""
        self.border_title = Content(" gpus ")

    def show(self, run: Run) -> None:
        """Show this state of a run."""
        is_other = run is not self._run
        self._run = run
        if is_other or run.gpus.changes != self._changes:
            self._changes = run.gpus.changes
            self.display = bool(run.gpus)
            if len(run.gpus.of_number) != self._count:
                self._count = len(run.gpus.of_number)
                self.refresh(layout=True)
            self._update()

    def watch_selected(self) -> None:
        """Mark the GPUs of another process."""
        self._update()

    def on_resize(self) -> None:
        """There may be room for more now."""
        self._update()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A line for each."""
        return max(1, self._count)

    def _update(self) -> None:
        if self._run is not None and self.size:
            self.show_lines(gpu_lines(self._run, self.selected.process, self.size, glyphs()))
