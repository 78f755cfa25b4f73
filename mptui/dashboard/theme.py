"""The look: the terminal's own colours, one accent, nothing painted where nothing is said.

The background stays the terminal's, light or dark; that also spares a slow line most of its bytes.
Workarounds for this version of Textual (8.2.8) live here and nowhere else.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from textual import constants
from textual.filter import LineFilter, Monochrome, NoColor
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The mouse would be reported for each pixel.
constants.SMOOTH_SCROLL = False  # type: ignore[misc]

THEME: Final = Theme(
    name="mptui",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border": "ansi_cyan",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "block-cursor-text-style": "none",
        "input-cursor-background": "ansi_cyan",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_cyan",
        "screen-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_bright_black",
        "scrollbar-active": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
    },
)


def theme_name() -> str:
    """The theme to begin with: ours, unless the person has a wish."""
    return constants.DEFAULT_THEME if os.environ.get("TEXTUAL_THEME") else THEME.name


def colourless(filters: Iterable[LineFilter]) -> list[LineFilter]:
    """The filters of an app, with the one for NO_COLOR that fits the terminal's own colours.

    Textual chooses it before there is a theme, and its choice would paint black on black.
    """
    return [NoColor() if isinstance(one, Monochrome) else one for one in filters]


@contextmanager
def empty_no_color_ignored() -> Iterator[None]:
    """Let an empty NO_COLOR count as none, as its rule says; Textual looks whether it is there.

    Only while the app is made: the programs that are run get the environment as it was.
    """
    is_empty = os.environ.get("NO_COLOR") == ""
    if is_empty:
        del os.environ["NO_COLOR"]
    try:
        yield
    finally:
        if is_empty:
            os.environ["NO_COLOR"] = ""
