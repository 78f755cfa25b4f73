"""What the processes print: lines made into strips only where they are seen.

However much arrives, a frame costs as many lines as the view is high. The view keeps its own place
in the logs, by absolute line numbers: what is scrolled back stays still while new lines arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from mptui.dashboard.presentation.glyphs import glyphs
from mptui.dashboard.presentation.output_lines import OutputCell, notice, prefix_width
from mptui.dashboard.presentation.output_window import (
    Columns,
    OutputMode,
    columns_of,
    empty_text,
    extent_of,
    heads_of,
    left_out_text,
    log_of,
    visible_cells,
)
from mptui.dashboard.presentation.scroll_position import Extent, ScrollPosition
from mptui.dashboard.widgets.output_painter import Geometry, OutputPainter
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from textual.events import MouseScrollDown, MouseScrollUp
    from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp

    from mptui.model import Run
    from mptui.terminal_text import Span

_WHEEL_LINES: Final = 3
_SIDEWAYS_CELLS: Final = 8
_NOTHING: Final = Columns((), 0, 0)


class OutputView(ScrollView, can_focus=True):
    """The output of a run: merged, of the chosen process, or in a column for each process.

    Args:
        ascii_only: draw with ASCII signs, for a terminal that cannot show others.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"output-view--header"}

    DEFAULT_CSS = """
    OutputView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        & > .output-view--header { text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "A line up", show=False),
        Binding("down,j", "scroll_lines(1)", "A line down", show=False),
        Binding("pageup,b", "scroll_pages(-1)", "A page up", show=False),
        Binding("pagedown,space", "scroll_pages(1)", "A page down", show=False),
        Binding("home,g", "scroll_to_oldest", "Oldest line", show=False),
        Binding("end,G", "follow", "Newest line, and follow", show=False),
        Binding("left", "scroll_sideways(-1)", "Left in long lines", show=False),
        Binding("right", "scroll_sideways(1)", "Right in long lines", show=False),
    ]

    mode: var[OutputMode] = var("merged", init=False)
    is_following: var[bool] = var(default=True, init=False)
    """Whether the newest line is kept in view."""
    placeholder: var[str] = var("", init=False)
    """What to say while there is nothing to show; without it, why there is nothing."""

    @dataclass
    class FollowChanged(Message):
        """The view began or ceased to follow the newest line."""

        is_following: bool

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
        self._columns = _NOTHING
        self._cells_left = 0
        self._position = ScrollPosition()
        self._heads: list[tuple[Span, ...]] = []
        self._lines: list[tuple[OutputCell | None, ...]] = []
        self._painter = OutputPainter(self._glyphs)

    def show(self, run: Run, selected: int | None) -> None:
        """Show this state of a run; the selected process is the chosen one (None: all)."""
        is_other = run is not self._run or (self.mode == "chosen" and selected != self._selected)
        self._run = run
        self._selected = selected
        if is_other:
            self._start_over()
        self._update()

    def watch_mode(self) -> None:
        """Other logs are shown now."""
        self._start_over()
        self._update()

    def watch_placeholder(self) -> None:
        """Say so, if there is nothing else to show."""
        self._update()

    def watch_is_following(self, is_following: bool) -> None:  # noqa: FBT001  # Textual calls it
        """Go to the newest line, or stay where the view is."""
        if is_following:
            self._position.follow()
        else:
            self._position.hold(self._extents())
        self._update()
        self.post_message(self.FollowChanged(is_following))

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._painter.forget()

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self._update()

    def render_line(self, y: int) -> Strip:
        """One line of the view, as it was at the latest look at the run."""
        base = self.visual_style.rich_style
        line = y - self._header_height
        if line < 0:
            head = self.get_visual_style("output-view--header").rich_style
            strip = self._painter.header(self._heads, left_out_text(self._columns.left_out), head)
            return strip.adjust_cell_length(self.size.width, head)
        strip = (
            self._painter.line(self._lines[line], base) if line < len(self._lines) else Strip([])
        )
        return strip.adjust_cell_length(self.size.width, base)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up."""
        self._scroll(lines)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll a page down, or up."""
        self._scroll(pages * max(1, self._body_height - 1))

    def action_scroll_to_oldest(self) -> None:
        """Go to the oldest line that is kept."""
        self._scroll(-max((extent.end for extent in self._extents().values()), default=0))

    def action_follow(self) -> None:
        """Go to the newest line, and keep it in view."""
        self.is_following = True

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in long lines, or further left."""
        furthest = max(self._cells_left, self._painter.overhang)
        self._cells_left = max(0, min(self._cells_left + steps * _SIDEWAYS_CELLS, furthest))
        self._update()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll down with the wheel, or right with Shift or Ctrl held."""
        self._turn_wheel(event, 1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll up with the wheel, or left with Shift or Ctrl held."""
        self._turn_wheel(event, -1)

    def on_scroll_to(self, event: ScrollTo) -> None:
        """The scroll bar was dragged."""
        event.stop()
        event.prevent_default()
        if event.y is not None:
            self._scroll(round(event.y - self.vertical_scrollbar.position))

    def on_scroll_up(self, event: ScrollUp) -> None:
        """The scroll bar was clicked above its grip."""
        event.stop()
        event.prevent_default()
        self.action_scroll_pages(-1)

    def on_scroll_down(self, event: ScrollDown) -> None:
        """The scroll bar was clicked below its grip."""
        event.stop()
        event.prevent_default()
        self.action_scroll_pages(1)

    @property
    def _header_height(self) -> int:
        return 1 if self._heads else 0

    @property
    def _body_height(self) -> int:
        return max(1, self.scrollable_content_region.height - self._header_height)

    def _turn_wheel(self, event: MouseScrollDown | MouseScrollUp, direction: int) -> None:
        event.stop()
        event.prevent_default()
        if event.shift or event.ctrl:
            self.action_scroll_sideways(direction)
        else:
            self._scroll(direction * _WHEEL_LINES)

    def _scroll(self, lines: int) -> None:
        self._position.scroll(lines, self._extents(), self._body_height)
        self.is_following = self._position.is_following
        self._update()

    def _start_over(self) -> None:
        self._cells_left = 0
        self._position.follow()
        self.is_following = True

    def _extents(self) -> dict[int | None, Extent]:
        if self._run is None:
            return {}
        return {log: extent_of(log_of(self._run, log)) for log in self._columns.logs}

    def _update(self) -> None:
        """Find the lines that are seen now, and paint those that differ."""
        region = self.scrollable_content_region
        if not region or not self.is_mounted:
            return
        old_heads, old_lines = self._heads, self._lines
        is_other_geometry = self._lay_out(region.width)
        self._lines = self._visible_lines()
        self._painter.keep(self._lines)
        self._place_scrollbar()
        if is_other_geometry or len(old_heads) != len(self._heads):
            self.refresh()
            return
        changed = [
            Region(0, y + self._header_height, region.width, 1)
            for y in range(self._body_height)
            if old_lines[y : y + 1] != self._lines[y : y + 1]
        ]
        if old_heads != self._heads:
            changed.append(Region(0, 0, region.width, 1))
        if changed:
            self.refresh(*changed)

    def _lay_out(self, width: int) -> bool:
        run, selected = self._run, self._selected
        if run is None:
            self._columns = _NOTHING
            return self._painter.arrange(Geometry(width, 0, 0))
        self._columns = columns_of(run, self.mode, selected, width)
        self._heads = heads_of(run, self.mode, self._columns, selected, self._glyphs)
        names = prefix_width(run, width)
        return self._painter.arrange(Geometry(self._columns.width, names, self._cells_left))

    def _visible_lines(self) -> list[tuple[OutputCell | None, ...]]:
        run, height = self._run, self._body_height
        if run is None or not self._columns.logs:
            said = empty_text(run, self.mode, self._selected) if run else ""
            return [(notice(safe_text(self.placeholder or said)),)]
        columns = []
        for log, extent in self._extents().items():
            top = self._position.top(log, extent, height)
            numbers = range(top, top + height)
            columns.append(visible_cells(run, log, numbers, self._selected, self._glyphs))
        return list(zip_longest(*columns))

    def _place_scrollbar(self) -> None:
        # The scroll bar is told directly: a change of the virtual size lays out the whole screen
        # anew, and a view that grows ten times a second must not ask for that.
        log, extent = max(
            self._extents().items(),
            key=lambda item: item[1].end - item[1].first,
            default=(None, Extent(0, 0)),
        )
        count, height = extent.end - extent.first, self._body_height
        self.set_reactive(Widget.virtual_size, Size(0, count))
        bar = self.vertical_scrollbar
        bar.window_virtual_size = count
        bar.window_size = height
        bar.position = self._position.top(log, extent, height) - extent.first
