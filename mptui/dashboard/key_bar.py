"""The line at the bottom: the keys worth knowing, from the table of keys; each can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from mptui.dashboard.keys import key_name
from mptui.dashboard.widgets.strips import fitted, strip_of
from mptui.terminal_text import Span, TextStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.events import Click
    from textual.strip import Strip

_KEY: Final = TextStyle(bold=True)
_LABEL: Final = TextStyle(dim=True)
_GAP_CELLS: Final = 2
_ALWAYS_SHOWN: Final = frozenset({"help", "quit"})


class _Hint(NamedTuple):
    key: str
    label: str
    action: str
    is_always_shown: bool

    @property
    def width(self) -> int:
        return len(self.key) + 1 + len(self.label) + _GAP_CELLS


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
        for hint in self._fitting() if y == 0 else ():
            gap = Span(" " * _GAP_CELLS, None)
            spans += [Span(hint.key, _KEY), Span(f" {hint.label}", _LABEL), gap]
        return strip_of(fitted(spans, width, base), width, base)

    def on_click(self, event: Click) -> None:
        """Ask for what the key under the pointer does."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x = 1
        for hint in self._fitting():
            if x <= offset.x < x + hint.width:
                self.post_message(self.Pressed(hint.action))
            x += hint.width

    def _fitting(self) -> list[_Hint]:
        """What fits; the way to the help and the way out stay longest."""
        hints = list(self._hints)
        others = [hint for hint in hints if not hint.is_always_shown]
        while others and sum(hint.width for hint in hints) - _GAP_CELLS + 1 > self.size.width:
            hints.remove(others.pop())
        return hints


def _hints(bindings: Iterable[BindingType]) -> tuple[_Hint, ...]:
    return tuple(
        _Hint(
            key_name(binding.key.split(",")[0]),
            binding.description,
            binding.action,
            binding.id in _ALWAYS_SHOWN,
        )
        for binding in bindings
        if isinstance(binding, Binding) and binding.show
    )
