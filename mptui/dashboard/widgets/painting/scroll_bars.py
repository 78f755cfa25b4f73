"""Scroll bars that follow what grows without a new layout, and are painted only when they differ.

Textual lays out the whole screen when a view gets longer, and paints a bar for each line.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from textual.geometry import Size
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from mptui.dashboard.terminal.own_write import OwnWrite, forget_rendered

if TYPE_CHECKING:
    from textual.scroll_view import ScrollView

_PARTS: Final = 8
"""Of a cell, in which a bar begins or ends."""


def place_bar(bar: ScrollBar, line_count: int, page_height: int, top: float) -> None:
    """Let a bar say how many lines there are, how many are seen, and which one is at the top."""
    before = _picture(bar)
    for name, value in (
        ("window_virtual_size", line_count),
        ("window_size", page_height),
        ("position", int(top * _PARTS) / _PARTS),
    ):
        bar.set_reactive(getattr(ScrollBar, name), value)
    forget_rendered(bar)
    if _picture(bar) != before:
        app = bar.app
        if isinstance(app, OwnWrite) and bar.is_mounted and bar.size:
            app.write_widget(bar)
        else:
            bar.refresh()


def set_line_count(view: ScrollView, line_count: int) -> None:
    """Let a view have so many lines; a new layout only where its bar comes or goes by that."""
    if view.virtual_size.height == line_count:
        return
    if view.show_vertical_scrollbar == (line_count > view.container_size.height):
        view.set_reactive(Widget.virtual_size, Size(0, line_count))
        view.scroll_y = view.validate_scroll_y(view.scroll_y)
    else:
        view.virtual_size = Size(0, line_count)


def _picture(bar: ScrollBar) -> tuple[int, int] | None:
    """Where the bar begins and ends, in parts of a cell; None where all is seen."""
    size, lines, page = bar.size.height, bar.window_virtual_size, bar.window_size
    if not (size and page) or page >= lines or size == lines:
        return None
    thumb = max(1.0, page / (lines / size))
    start = int((size - thumb) * (bar.position / (lines - page)) * _PARTS)
    return start, start + math.ceil(thumb * _PARTS)
