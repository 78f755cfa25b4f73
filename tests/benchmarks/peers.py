"""The tools that are measured beside mptui, where they are installed."""

from __future__ import annotations

import shutil
from typing import Final

NOT_AT_HAND: Final = "not at hand"

HTOP: Final = ("htop",)
HTOP_TWICE_A_SECOND: Final = ("htop", "--delay=5")
BTOP: Final = ("btop", "--utf-force")
PARALLEL: Final = ("parallel", "--will-cite", "--line-buffer")


def is_at_hand(command: tuple[str, ...]) -> bool:
    """Whether the program of this command is installed."""
    return shutil.which(command[0]) is not None
