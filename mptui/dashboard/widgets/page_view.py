"""Lines to read: only those that are seen are made, and only those that changed are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.dashboard.widgets.painting.strips import fitted, strip_of

if TYPE_CHECKING:
    from textual.strip import Strip

    from mptui.dashboard.presentation.text.page import Page
    from mptui.terminal_text import Span


class PageView(LineScroller, inherit_bindings=False):
    """Shows a page of lines; whoever derives from it says which.

    Args:
        ascii_only: draw with ASCII signs, for a terminal that cannot show others.
    """

    DEFAULT_CSS = """
    PageView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "A line up, down", show=False),
        Binding("down,j", "scroll_lines(1)", "A line up, down", show=False),
        Binding("pageup,b", "scroll_pages(-1)", "A page up", show=False),
        Binding("pagedown,space", "scroll_pages(1)", "A page down", show=False),
        Binding("home,g", "scroll_to_line(0)", "First line", show=False),
        Binding("end,G", "scroll_to_last_line", "Last line", show=False),
        Binding("escape", "choose_all", "All processes", show=False),
    ]

    class AllWanted(Message):
        """The person wants to see what concerns all processes."""

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
        self._page: Page | None = None
        self._top = 0
        self._lines: list[tuple[Span, ...]] = []
        self._strips: dict[int, Strip] = {}
        """Of the lines as they are now."""

    def page_of(self, width: int) -> Page | None:
        """What there is to show in so many cells, as it is now; None before there is anything."""
        raise NotImplementedError

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self._update()

    def render_line(self, y: int) -> Strip:
        """One line, as it was at the latest look at the run."""
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != self.size.width:
            base, width = self.visual_style.rich_style, self.size.width
            spans = self._lines[y] if y < len(self._lines) else ()
            strip = self._strips[y] = strip_of(fitted(spans, width, base), width, base)
        return strip

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up."""
        self.action_scroll_to_line(self._top + lines)

    def action_scroll_to_line(self, line: int) -> None:
        """Bring this line to the top."""
        self._top = line
        self._update()

    def action_scroll_to_last_line(self) -> None:
        """Show the end."""
        if self._page is not None:
            self.action_scroll_to_line(self._page.line_count)

    def action_scroll_sideways(self, steps: int) -> None:
        """Lines are as long as there is room for."""

    def action_choose_all(self) -> None:
        """Ask for what concerns all processes."""
        self.post_message(self.AllWanted())

    def scroll_to_top(self) -> None:
        """It is about something else now."""
        self._top = 0

    def _update(self) -> None:
        """Make the lines that are seen now, and paint those that differ."""
        region = self.scrollable_content_region
        if not region or not self.is_mounted:
            return
        page = self._page = self.page_of(region.width)
        line_count = page.line_count if page is not None else 0
        self._top = max(0, min(self._top, line_count - region.height))
        old, self._lines = self._lines, []
        if page is not None:
            self._lines = [page.line(self._top + y) for y in range(region.height)]
        changed = [y for y in range(region.height) if old[y : y + 1] != self._lines[y : y + 1]]
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self.refresh(*(Region(0, y, region.width, 1) for y in changed))
        self.place_scrollbar(line_count, self._top)
