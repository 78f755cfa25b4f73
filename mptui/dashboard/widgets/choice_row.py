"""A choice between a few words in one line; left and right change it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.strips import fitted, strip_of
from mptui.terminal_text import Span, TextStyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click
    from textual.strip import Strip

_OTHER = TextStyle(dim=True)


class ChoiceRow(Widget, can_focus=True):
    """Words side by side, the chosen one marked.

    Args:
        choices: the words, plain ASCII.
        value: the one that is chosen at first.
        id: as every widget has one.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice-row--chosen"}
    DEFAULT_CSS = """
    ChoiceRow { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Choice before", show=False),
        Binding("right,space", "step(1)", "Next choice", show=False),
    ]

    index: reactive[int] = reactive(0)

    def __init__(
        self,
        choices: Sequence[str],
        value: str,
        *,
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        super().__init__(id=id)
        self._choices = tuple(choices)
        self.set_reactive(ChoiceRow.index, max(0, self._choices.index(value)))

    @property
    def value(self) -> str:
        """The chosen word."""
        return self._choices[self.index]

    def render_line(self, y: int) -> Strip:
        """The line."""
        base = self.visual_style.rich_style
        chosen = self.get_visual_style("choice-row--chosen").rich_style
        segments: list[Segment] = []
        for index, choice in enumerate(self._choices if y == 0 else ()):
            is_chosen = index == self.index
            sign = glyphs().chosen if is_chosen else " "
            span = Span(f"{sign} {choice}", None if is_chosen else _OTHER)
            segments += fitted((span,), len(choice) + 2, chosen if is_chosen else base)
            segments.append(Segment("  ", base))
        width = self.size.width
        return strip_of(segments, width, base).crop(0, width)

    def on_click(self, event: Click) -> None:
        """Choose the word under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x = 0
        for index, choice in enumerate(self._choices):
            if x <= offset.x < x + len(choice) + 4:
                self.index = index
            x += len(choice) + 4

    def action_step(self, step: int) -> None:
        """Choose the word beside; after the last comes the first."""
        self.index = (self.index + step) % len(self._choices)
