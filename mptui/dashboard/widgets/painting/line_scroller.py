"""A view that keeps its own place in numbered lines, whatever asks it to move: keys, wheel, bar.

Textual would scroll by itself, animated and in numbers that change when old lines are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from mptui.dashboard.widgets.painting.scroll_bars import place_bar

if TYPE_CHECKING:
    from textual.events import MouseScrollDown, MouseScrollUp
    from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp

_WHEEL_LINES: Final = 3


class LineScroller(ScrollView, can_focus=True):
    """Turns every way to scroll into a number of lines, or of steps sideways."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "A line up, down", show=False),
        Binding("down,j", "scroll_lines(1)", "A line up, down", show=False),
        Binding("pageup,b", "scroll_pages(-1)", "A page up", show=False),
        Binding("pagedown,space", "scroll_pages(1)", "A page down", show=False),
        Binding("left", "scroll_sideways(-1)", "Sideways in long lines", show=False),
        Binding("right", "scroll_sideways(1)", "Sideways in long lines", show=False),
    ]

    _placed: tuple[int, int] | None = None
    """What the scroll bar says: how many lines there are, and which one is at the top."""

    @property
    def page_height(self) -> int:
        """How many lines are seen at once."""
        return max(1, self.scrollable_content_region.height)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up."""
        raise NotImplementedError

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in long lines, or further left."""
        raise NotImplementedError

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll a page down, or up."""
        self.action_scroll_lines(pages * max(1, self.page_height - 1))

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
            self.action_scroll_lines(round(event.y - self.vertical_scrollbar.position))

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

    def place_scrollbar(self, line_count: int, top: int) -> None:
        """Let the scroll bar say how many lines there are, and which one is at the top."""
        # Set directly: a change of the virtual size lays out the whole screen anew, and a
        # view that grows ten times a second must not ask for that.
        self.set_reactive(Widget.virtual_size, Size(0, line_count))
        self._placed = line_count, top
        place_bar(self.vertical_scrollbar, line_count, self.page_height, top)

    def _scroll_update(self, virtual_size: Size) -> None:
        # Textual does so in every layout, and would have the bar say what it knows of it.
        super()._scroll_update(virtual_size)
        if self._placed is not None:
            line_count, top = self._placed
            place_bar(self.vertical_scrollbar, line_count, self.page_height, top)

    def _turn_wheel(self, event: MouseScrollDown | MouseScrollUp, direction: int) -> None:
        event.stop()
        event.prevent_default()
        if event.shift or event.ctrl:
            self.action_scroll_sideways(direction)
        else:
            self.action_scroll_lines(direction * _WHEEL_LINES)
