"""What a person may answer when the dashboard asks before it ends something."""

from __future__ import annotations

from typing import Final

NOTHING: Final = "nothing"
STOP: Final = "stop"
INTERRUPT: Final = "interrupt"
KILL: Final = "kill"
AGAIN: Final = "again"
LEAVE: Final = "leave"
