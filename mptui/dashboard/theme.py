"""The look: the terminal's own colours, one accent, nothing painted where nothing is said.

The background stays the terminal's, light or dark; that also spares a slow line most of its bytes.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual import constants
from textual.theme import BUILTIN_THEMES, Theme

from mptui.errors import EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from mptui.settings import Held

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


LIGHT: Final = replace(THEME, name="mptui-light", dark=False)
"""For terminals with a light background."""
COLOUR_BLIND: Final = replace(THEME, name="mptui-colour-blind")
"""Blue and orange in place of green and red, which many cannot tell apart."""
ALL_THEMES: Final = (THEME, LIGHT, COLOUR_BLIND)
"""Those of mptui itself."""
COLOURS: Final[dict[str, dict[int, int]]] = {
    THEME.name: {1: 9, 4: 75, 5: 13, 12: 75},
    LIGHT.name: (
        {1: 124, 2: 28, 3: 94, 4: 25, 5: 90, 6: 24, 7: 240}
        | {9: 160, 10: 28, 11: 94, 12: 25, 13: 90, 14: 24, 15: 16}
        | {32: 25, 136: 94, 169: 162, 34: 28, 99: 56, 166: 130}
        | {68: 26, 172: 130, 70: 28, 134: 127, 37: 23, 163: 161, 244: 242}
    ),
    COLOUR_BLIND.name: (
        {1: 208, 2: 75, 3: 227, 4: 33, 5: 175, 6: 117}
        | {9: 208, 10: 75, 11: 227, 12: 33, 13: 175, 14: 117}
        | {32: 74, 136: 214, 169: 175, 34: 36, 99: 141, 166: 223}
        | {68: 75, 172: 214, 70: 229, 134: 141, 37: 80, 163: 218}
    ),
}
"""Which colours of the terminal's palette become which, so that they can be read.

In the first one blue, magenta and red, which most terminals show too dark on black.
"""


def theme_name(held: Held) -> str:
    """The theme to begin with: as set; where nothing is, that of TEXTUAL_THEME, or ours.

    Where the terminal says by COLORFGBG that its background is light: the one for that.

    Raises:
        MptuiError: there is no such theme.
    """
    if held.origin == "default" and os.environ.get("TEXTUAL_THEME"):
        return constants.DEFAULT_THEME
    if held.origin == "default" and os.environ.get("COLORFGBG", "").endswith((";7", ";15")):
        return LIGHT.name
    available = (*(theme.name for theme in ALL_THEMES), *sorted(BUILTIN_THEMES))
    if held.value not in available:
        raise MptuiError(
            f"{held.origin}: there is no theme {held.value!r}, only {', '.join(available)}",
            EXIT_USAGE,
        )
    return str(held.value)
