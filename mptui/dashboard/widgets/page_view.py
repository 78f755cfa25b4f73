"""Lines to read: only those that are seen are made, and only those that changed are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import var

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.terminal.quick_keys.telling import tell_above
from mptui.dashboard.widgets.messages import Chosen, Stepped
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.page import Page


class PageView(LineScroller, LinePainter, inherit_bindings=False):
    """Shows a page of lines; a subclass says which."""

    DEFAULT_CSS = """
    PageView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Process above, below", show=False),
        Binding("down", "choose(1)", "Process above, below", show=False),
        Binding("k", "scroll_lines(-1)", "A line up, down", show=False),
        Binding("j", "scroll_lines(1)", "A line up, down", show=False),
        Binding("pageup,b", "scroll_pages(-1)", "A page up", show=False),
        Binding("pagedown,space", "scroll_pages(1)", "A page down", show=False),
        Binding("home,g", "scroll_to_line(0)", "First line", show=False),
        Binding("end,G", "scroll_to_last_line", "Last line", show=False),
        Binding("escape", "choose_all", "All processes", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane: the page may be about that process."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._page: Page | None = None
        self._top = 0

    def page_of(self, width: int) -> Page | None:
        """What there is to show in so many cells, as it is now; None before there is anything."""
        raise NotImplementedError

    def watch_selected(self) -> None:
        """The page is about another process, or marks another."""
        self._update()

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self._update()

    def action_choose(self, step: int) -> None:
        """Choose the process so many rows below in the table of workers."""
        tell_above(self, Stepped(None, step))

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
        tell_above(self, Chosen(ALL))

    def scroll_to_top(self) -> None:
        """It is about something else now."""
        self._top = 0

    def _update(self) -> None:
        """Make the lines that are seen now."""
        region = self.scrollable_content_region
        if not region or not self.is_mounted or not self.display:
            return
        page = self._page = self.page_of(region.width)
        line_count = page.line_count if page is not None else 0
        self._top = max(0, min(self._top, line_count - region.height))
        if page is not None:
            self.show_lines([page.line(self._top + y) for y in range(region.height)])
        else:
            self.show_lines([])
        self.place_scrollbar(line_count, self._top)
