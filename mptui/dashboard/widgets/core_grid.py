"""The cores of the machine in one widget: the load of each, and who runs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.widget import Widget

from mptui.dashboard.presentation.processes.cores import (
    HISTORY_KEPT,
    UNWATCHED_LINES,
    core_cells,
    core_lines,
    cores_height,
)
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.strips import fitted, strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size
    from textual.strip import Strip

    from mptui.model import Run
    from mptui.terminal_text import Span


class CoreGrid(Widget):
    """A bar for each core, or one cell where there are too many for bars.

    Args:
        ascii_only: draw with ASCII signs, for a terminal that cannot show others.
    """

    DEFAULT_CSS = """
    CoreGrid { height: 1fr; }
    """

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # as every widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._glyphs = glyphs(ascii_only=ascii_only)
        self._run: Run | None = None
        self._selected: int | None = None
        self._loads: tuple[float, ...] = ()
        self._is_watched = True
        self._seen: tuple[int, int | None, bool] | None = None
        self._core_count = 0
        """Of the machine: it outlives a run, so that the next one does not move anything."""
        self._history: list[list[float]] = []
        self._lines: Sequence[tuple[Span, ...]] = ()

    def show(self, run: Run, selected: int | None, *, is_watched: bool = True) -> None:
        """Show this state of a run, with the core of the selected process marked.

        Loads that nobody watches any more (``is_watched``) are not shown as if they were of now.
        """
        if run is not self._run:
            self._run = run
            self._history = []
            self._seen = None
        # The model makes a new tuple for each look at the machine.
        is_new_look = run.cores is not self._loads
        if is_new_look:
            self._remember(run.cores)
        seen = (run.alive_count, selected, is_watched)
        if is_new_look or seen != self._seen:
            self._seen = seen
            self._selected = selected
            self._is_watched = is_watched
            self._refresh_changed_lines()

    def on_resize(self) -> None:
        """Lay the cores out anew."""
        self._refresh_changed_lines()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the cores take when they are laid out for reading."""
        return cores_height(self._core_count, width)

    def render_line(self, y: int) -> Strip:
        """One line of bars, or of the map."""
        base = self.visual_style.rich_style
        spans = self._lines[y] if y < len(self._lines) else ()
        width = self.size.width
        return strip_of(fitted(spans, width, base), width, base)

    def _remember(self, loads: tuple[float, ...]) -> None:
        self._loads = loads
        while len(self._history) < len(loads):
            self._history.append([])
        if len(loads) != self._core_count:
            self._core_count = len(loads)
            self.refresh(layout=True)
        for past, load in zip(self._history, loads, strict=False):
            past.append(load)
            del past[:-HISTORY_KEPT]

    def _refresh_changed_lines(self) -> None:
        if self._run is None or not self.size:
            return
        width, height = self.size
        old, self._lines = self._lines, self._lines_now(self._run)
        changed = [
            Region(0, y, width, 1)
            for y in range(height)
            if old[y : y + 1] != self._lines[y : y + 1]
        ]
        if changed:
            self.refresh(*changed)

    def _lines_now(self, run: Run) -> Sequence[tuple[Span, ...]]:
        if not self._is_watched:
            return UNWATCHED_LINES
        return core_lines(core_cells(run, self._selected), self._history, self.size, self._glyphs)
