"""An app with nothing but the widgets under test, and a look at what they paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App, ComposeResult

if TYPE_CHECKING:
    from textual.widget import Widget


class Stage(App[None]):
    """Shows one widget over the whole screen."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def line_of(widget: Widget, y: int) -> str:
    return widget.render_line(y).text


def lines_of(widget: Widget) -> list[str]:
    """What the widget paints, line by line, without what is right of the text."""
    return [line_of(widget, y).rstrip() for y in range(widget.size.height)]


def painted_lines(widget: Widget) -> set[int]:
    """The lines that wait to be painted again, and from now on do so no longer."""
    return {y for region in widget._exchange_repaint_regions() for y in region.line_range}
