"""Lets every colour be one that can be read on the background it stands on.

A theme says which colours of the terminal's palette become which; a faint text becomes a grey that
is dark enough on white and light enough on black, since how faint a terminal shows it is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.color import Color

GREY: Final = 243
"""The one grey with a contrast of 4.5 to black and to white."""
_TERMINALS_OWN: Final = 16
_STYLES_KEPT: Final = 2048
_NOT_FAINT: Final = Style(dim=False)


class ReadableColours(LineFilter):
    """Writes other colours of the palette.

    Args:
        numbers: those that become others.
    """

    def __init__(self, numbers: Mapping[int, int]) -> None:
        super().__init__()
        self._numbers = numbers
        self._others: dict[int, tuple[Style | None, Style | None]] = {}
        """Styles and what they become, by the identity of the first: to hash one costs more."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same line in other colours."""
        others = self._others
        applied: list[Segment] = []
        for segment in segments:
            style = segment[1]
            _, other = others.get(id(style)) or self._learn(style)
            applied.append(segment if other is style else Segment(segment[0], other, segment[2]))
        return applied

    def _learn(self, style: Style | None) -> tuple[Style | None, Style | None]:
        if len(self._others) >= _STYLES_KEPT:
            self._others.clear()
        # With the style itself, so that no other one gets its identity.
        known = self._others[id(style)] = (style, style and self._other_style(style))
        return known

    def _other_style(self, style: Style) -> Style:
        if style.dim and not style.reverse:
            plain = style.color is None or style.color.is_default
            grey = RichColor.from_ansi(GREY) if plain else style.color
            style = style + _NOT_FAINT + Style.from_color(grey)
        if _is_of_terminal(style.bgcolor):
            # Both are of one palette, made to go together.
            return style
        color, background = self._other(style.color), self._other(style.bgcolor)
        if color is style.color and background is style.bgcolor:
            return style
        return style + Style.from_color(color, background)

    def _other(self, color: RichColor | None) -> RichColor | None:
        if color is None or color.number is None or color.type is ColorType.TRUECOLOR:
            return color
        number = self._numbers.get(color.number)
        return color if number is None else RichColor.from_ansi(number)


def _is_of_terminal(color: RichColor | None) -> bool:
    """Whether it is one of the sixteen colours that each terminal has its own of."""
    return color is not None and color.number is not None and color.number < _TERMINALS_OWN
