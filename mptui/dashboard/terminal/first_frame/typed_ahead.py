"""What was typed before there was an app: whoever chose a pane by then sees that one first.

To show the first pane, only to put another in its place at once, would take that much longer.
"""

from __future__ import annotations

import os
from typing import NamedTuple

_MOST_BYTES = 4096


class TypedAhead(NamedTuple):
    """What it comes to."""

    pane: int | None
    """The last pane that was chosen before anything else was typed; None: none was."""
    rest: bytes
    """What was typed after that, for the app."""


def read_typed() -> bytes:
    """What waits on a terminal that has been taken; it is for nobody else from now on."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        keys = os.open("/proc/self/fd/0", flags)
    except OSError:
        return b""
    try:
        return os.read(keys, _MOST_BYTES)
    except OSError:  # Nothing was typed; or the terminal is gone, as the app will see.
        return b""
    finally:
        os.close(keys)


def typed_ahead(typed: bytes, pane_keys: str, pane_count: int) -> TypedAhead:
    """What was typed, taken apart.

    Args:
        typed: all of it.
        pane_keys: the key of each pane, in their order.
        pane_count: how many there are; the key of one that is not there does nothing.
    """
    pane = None
    for position, code in enumerate(typed):
        index = pane_keys.find(chr(code))
        if index < 0:
            return TypedAhead(pane, typed[position:])
        pane = index if index < pane_count else pane
    return TypedAhead(pane, b"")
