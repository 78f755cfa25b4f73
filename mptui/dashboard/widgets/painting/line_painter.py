"""A widget made of lines that are values: two equal lines look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.geometry import Region

from mptui.dashboard.terminal.own_write import OwnWrite, Written
from mptui.dashboard.widgets.painting.strips import line_strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.strip import Strip
    from textual.widget import Widget


class LinePainter(Written):
    """Paints again only the lines that differ from those before, and makes the strip of each once.

    Where a widget also scrolls, `ScrollView` comes first among its bases: Textual takes the default
    style sheet of the first one alone.

    A subclass hands over the lines that are seen by `show_lines`; where a line is more than spans
    it overrides `make_strip`. What a strip depends on beside its line (focus, width of a column)
    is for the subclass to know: when that changes it calls `paint_anew` or `paint_again`.
    """

    def __init__(self, *children: Widget, **options: Any) -> None:
        super().__init__(*children, **options)
        self._lines: list[Any] = []
        self._strips: dict[int, Strip] = {}
        """Of the lines as they are now, by their place."""

    def show_lines(self, lines: Sequence[Any]) -> None:
        """Show these lines, from the top of the widget."""
        old, self._lines = self._lines, list(lines)
        line_count = max(len(old), len(self._lines))
        changed = [y for y in range(line_count) if old[y : y + 1] != self._lines[y : y + 1]]
        if not changed:
            return
        # A line that only moved keeps its strip.
        moved = {id(old[y]): strip for y, strip in self._strips.items() if y < len(old)}
        for y in changed:
            self._strips.pop(y, None)
            strip = moved.get(id(self._lines[y])) if y < len(self._lines) else None
            if strip is not None:
                self._strips[y] = strip
        self._refresh_lines(changed)

    def paint_again(self, places: Iterable[int]) -> None:
        """Paint the lines in these places, which look different though they are equal."""
        places = list(places)
        for y in places:
            self._strips.pop(y, None)
        self._refresh_lines(places)

    def paint_anew(self) -> None:
        """Paint all lines: something changed that they have in common."""
        self._strips.clear()
        self.refresh()

    def make_strip(self, line: Any) -> Strip:
        """A line as a strip, as wide as the widget; None is a place below the last line."""
        return line_strip(line or (), self.size.width, self.visual_style.rich_style)

    def render_line(self, y: int) -> Strip:
        """One line, as it was when the lines were last handed over."""
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != self.size.width:
            line = self._lines[y] if y < len(self._lines) else None
            strip = self._strips[y] = self.make_strip(line)
        return strip

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._strips.clear()

    def _refresh_lines(self, places: Iterable[int]) -> None:
        width, height = self.size
        seen = [y for y in places if y < height]
        app = self.app
        if not seen:
            return
        if isinstance(app, OwnWrite) and self.is_mounted:
            app.write_lines(self, seen)
        else:
            self.refresh(*(Region(0, y, width, 1) for y in seen))
