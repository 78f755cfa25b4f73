"""The sequences that call a person who looks elsewhere: a bell, a notice, the window's title."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

KEEP_TITLE: Final = "\x1b[22;2t"
"""Lets the terminal remember its title."""
GIVE_TITLE_BACK: Final = "\x1b[23;2t"
_OSC: Final = "\x1b]"
_END: Final = "\x07"
_OF_RXVT: Final = ("rxvt", "foot")
"""Terminals that know the notice of rxvt (777) and not that of iTerm2 (9), as those of GNOME do."""


def call_sequences(
    ways: Collection[str], text: str, environment: Mapping[str, str] = os.environ
) -> str:
    """What to write to the terminal.

    Args:
        ways: any of bell, desktop, title.
        text: one line, made safe; what is not ASCII, or would end a part, is left out of it.
        environment: says which terminal it is.
    """
    plain = "".join(one for one in text if one.isascii() and one.isprintable()).replace(";", ",")
    is_rxvt = environment.get("TERM", "").startswith(_OF_RXVT) or "VTE_VERSION" in environment
    notice = f"777;notify;mptui;{plain}" if is_rxvt else f"9;mptui: {plain}"
    sequences = {
        "title": f"{_OSC}2;mptui: {plain}{_END}",
        "desktop": f"{_OSC}{notice}{_END}",
        "bell": "\a",
    }
    return "".join(sequence for way, sequence in sequences.items() if way in ways)
