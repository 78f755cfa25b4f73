"""The line of tabs: which panes there are, and how each one fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from mptui.dashboard.presentation.chrome.tabs import PlacedTab, Tab, placed_tabs, tab_at, tab_key
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.strips import fitted, strip_of, styled
from mptui.terminal_text import Span, TextStyle

if TYPE_CHECKING:
    from rich.segment import Segment
    from textual.events import Click

_NEWS = TextStyle(bold=True, underline=True)
_FRONT = TextStyle(bold=True, reverse=True)
_KEY = TextStyle(dim=True)
_BLANK = Span(" ", None)


class TabBar(Widget):
    """One line; a tab that is not in front is underlined when something happened behind it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-bar--front"}
    ALLOW_SELECT: ClassVar[bool] = False

    tabs: reactive[tuple[Tab, ...]] = reactive(())
    front: reactive[int] = reactive(0)

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        index: int

    def render_line(self, y: int) -> Strip:
        """The line."""
        width, base = self.size.width, self.visual_style.rich_style
        if y:
            return Strip.blank(width, base)
        segments = [segment for tab in self._placed() for segment in self._segments(tab)]
        return strip_of(segments, width, base).crop(0, width)

    def on_click(self, event: Click) -> None:
        """Ask for the pane whose tab is under the pointer."""
        offset = event.get_content_offset(self)
        index = tab_at(self._placed(), offset.x) if offset is not None else None
        if index is not None:
            self.post_message(self.Chosen(index))

    def _placed(self) -> tuple[PlacedTab, ...]:
        return placed_tabs(self.tabs, self.front, self.size.width, glyphs())

    def _segments(self, placed: PlacedTab) -> list[Segment]:
        tab = self.tabs[placed.number]
        if placed.is_sign:
            return fitted((Span(placed.title, _KEY),), placed.width, self.visual_style.rich_style)
        is_front = placed.number == self.front
        base = self.visual_style.rich_style
        if is_front:
            # Reversed here: a style sheet's "reverse" ends before a painted line.
            base = styled(self.get_visual_style("tab-bar--front").rich_style, _FRONT)
        key = Span(f" {tab_key(placed.number)}", None if is_front else _KEY)
        mark = Span(tab.mark.text, None if is_front else tab.mark.style)
        title = Span(placed.title, _NEWS if tab.has_news else None)
        spans = (key, mark, title) if placed.is_dense else (key, _BLANK, title, _BLANK, mark)
        return fitted(spans, placed.width, base)
