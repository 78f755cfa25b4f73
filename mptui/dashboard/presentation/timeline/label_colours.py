"""The look that each function's tasks keep: a colour, and without colour a pattern.

The first function to be seen gets the first look; a later one changes no other's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.terminal_text import TextStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs

# Middle tones on which dark and light text can be read, and that a terminal with 16 colours turns
# into different ones. None is red, which is kept for what went wrong.
LABEL_COLOURS: Final = (68, 172, 70, 134, 37, 163)
LOOKS_KEPT: Final = 512
"""Functions that come later look like those that are not known."""

_UNKNOWN_COLOUR: Final = 244
_PLAIN_ON: Final = TextStyle(reverse=True)


class LabelLook(NamedTuple):
    """How the tasks of one function are drawn."""

    full: tuple[str, TextStyle | None]
    """A full cell."""
    is_solid: bool
    """Whether a cell can be filled in part, and written on."""
    colour: int | None
    style: TextStyle | None
    on: TextStyle
    """The same the other way round: text on the colour."""


class LabelLooks:
    """The looks of the functions of one run.

    Args:
        glyphs: what to draw with.
        has_colours: whether colours can be shown; functions differ in their pattern where not.
    """

    def __init__(self, glyphs: TimelineGlyphs, *, has_colours: bool) -> None:
        self._fills = glyphs.fills
        self._has_parts = len(glyphs.parts) > len(" #")
        self._has_colours = has_colours
        self._looks: dict[str | None, LabelLook] = {}
        # The last pattern belongs to no function.
        self._unknown = self._look(_UNKNOWN_COLOUR, 0 if has_colours else len(self._fills) - 1)

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The functions that have a look, in the order in which they got it."""
        return tuple(self._looks)

    def learn(self, labels: Iterable[str | None]) -> None:
        """These functions exist, in this order."""
        for label in labels:
            self.of(label)

    def of(self, label: str | None) -> LabelLook:
        """The look of this function's tasks; None: the function is not known."""
        if label is None:
            return self._unknown
        look = self._looks.get(label)
        if look is None and len(self._looks) >= LOOKS_KEPT:
            return self._unknown
        if look is None:
            look = self._looks[label] = self._next()
        return look

    def _next(self) -> LabelLook:
        number = len(self._looks)
        if not self._has_colours:
            return self._look(None, number % (len(self._fills) - 1))
        round_number, place = divmod(number, len(LABEL_COLOURS))
        return self._look(LABEL_COLOURS[place], round_number % (len(self._fills) - 1))

    def _look(self, colour: int | None, fill: int) -> LabelLook:
        is_solid = fill == 0 and self._has_parts
        if colour is None or not self._has_colours:
            return LabelLook((self._fills[fill], None), is_solid, None, None, _PLAIN_ON)
        style, on = TextStyle(foreground=colour), TextStyle(foreground=colour, reverse=True)
        return LabelLook((self._fills[fill], style), is_solid, colour, style, on)
