"""The look: the terminal's own colours, one accent, nothing painted where nothing is said.

The background stays the terminal's, light or dark; that also spares a slow line most of its bytes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from textual import constants
from textual.theme import Theme

from mptui.errors import EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from collections.abc import Collection

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


ALL_THEMES: Final = (THEME,)
"""Those of mptui itself."""


def theme_name(held: Held, available: Collection[str]) -> str:
    """The theme to begin with: as set; where nothing is, ours or that of TEXTUAL_THEME.

    Raises:
        MptuiError: there is no such theme.
    """
    if held.origin == "default" and os.environ.get("TEXTUAL_THEME"):
        return constants.DEFAULT_THEME
    if held.value not in available:
        raise MptuiError(
            f"{held.origin}: there is no theme {held.value!r}, only {', '.join(sorted(available))}",
            EXIT_USAGE,
        )
    return str(held.value)
