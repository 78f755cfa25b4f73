"""The line at the bottom: the keys worth knowing, from the table of keys; each can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from mptui.dashboard.keys import key_name
from mptui.dashboard.widgets.painting.strips import fitted, strip_of
from mptui.terminal_text import Span, TextStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.events import Click
    from textual.strip import Strip

_KEY: Final = TextStyle(bold=True, reverse=True)
_LABEL: Final = TextStyle()
_GAPS: Final = (2, 1)
"""Cells after each key; the smaller one where not all of them fit otherwise."""
_RAREST_FIRST: Final = (
    *("palette", "tree", "input", "parameters", "follow", "source", "tasks", "timeline", "zoom"),
    *("find", "output", "findings", "stop", "run"),
)
"""What makes room first, by the names of the keys; help and quit stay."""


class _Hint(NamedTuple):
    key: str
    label: str
    action: str
    name: str | None
    """As the table of keys calls it."""

    @property
    def width(self) -> int:
        return len(self.key) + 1 + len(self.label)


class _Fitting(NamedTuple):
    hints: list[_Hint]
    gap: int


class KeyBar(Widget):
    """One line that never changes; for what does not fit there is the help.

    Args:
        bindings: the table of keys.
    """

    ALLOW_SELECT: ClassVar[bool] = False

    @dataclass
    class Pressed(Message):
        """A key of the bar was clicked."""

        action: str

    def __init__(self, bindings: Iterable[BindingType]) -> None:
        super().__init__()
        self._hints = _hints(bindings)

    def render_line(self, y: int) -> Strip:
        """The line."""
        width, base = self.size.width, self.visual_style.rich_style
        spans = [Span(" ", None)]
        hints, gap = self._fitting()
        for hint in hints if y == 0 else ():
            label = Span(f" {hint.label}", _LABEL)
            spans += [Span(hint.key, _KEY), label, Span(" " * gap, None)]
        return strip_of(fitted(spans, width, base), width, base)

    def on_click(self, event: Click) -> None:
        """Ask for what the key under the pointer does."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x = 1
        hints, gap = self._fitting()
        for hint in hints:
            if x <= offset.x < x + hint.width + gap:
                self.post_message(self.Pressed(hint.action))
            x += hint.width + gap

    def _fitting(self) -> _Fitting:
        """What fits; what one needs most stays longest."""
        hints = list(self._hints)
        for gap in _GAPS:
            if _width(hints, gap) <= self.size.width:
                return _Fitting(hints, gap)
        for name in _RAREST_FIRST:
            if _width(hints, _GAPS[-1]) <= self.size.width:
                break
            hints = [hint for hint in hints if hint.name != name]
        return _Fitting(hints, _GAPS[-1])


def _width(hints: Iterable[_Hint], gap: int) -> int:
    return 1 + sum(hint.width + gap for hint in hints) - gap


def _hints(bindings: Iterable[BindingType]) -> tuple[_Hint, ...]:
    return tuple(
        _Hint(
            key_name(binding.key.split(",")[0]),
            binding.description,
            binding.action,
            binding.id,
        )
        for binding in bindings
        if isinstance(binding, Binding) and binding.show
    )
