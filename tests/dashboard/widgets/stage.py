"""An app with nothing but the widgets under test, and a look at what they paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import App, ComposeResult
from textual.reactive import var

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.widgets.messages import Chosen, Stepped

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.widget import Widget


class Stage(App[None]):
    """Shows widgets one below the other; what is chosen in them it decides as a pane does."""

    selected: var[Selection] = var(ALL)

    def __init__(self, *widgets: Widget, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self.choices: list[Selection] = []
        """What the person chose in the widgets."""
        self.steps: list[int] = []
        """The steps among the workers, of which there is no table here."""
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        for widget in self._widgets:
            if hasattr(type(widget), "selected"):
                widget.data_bind(Stage.selected)
            yield widget

    @on(Chosen)
    def take_choice(self, message: Chosen) -> None:
        self._choose(message.selection)

    @on(Stepped)
    def take_step(self, message: Stepped) -> None:
        if message.view is None:
            self.steps.append(message.rows)
        else:
            self._choose(message.view.choice_beside(message.rows))

    def _choose(self, selection: Selection) -> None:
        if selection != self.selected:
            self.choices.append(selection)
            self.selected = selection


def line_of(widget: Widget, y: int) -> str:
    return widget.render_line(y).text


def lines_of(widget: Widget) -> list[str]:
    """What the widget paints, line by line, without what is right of the text."""
    return [line_of(widget, y).rstrip() for y in range(widget.size.height)]


def painted_lines(widget: Widget) -> set[int]:
    """The lines that wait to be painted again, and from now on do so no longer."""
    return {y for region in widget._exchange_repaint_regions() for y in region.line_range}
