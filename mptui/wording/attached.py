"""What is said of a program that nobody started through mptui, in place of what is not seen."""

from __future__ import annotations

from typing import Final

NOT_SEEN: Final = "not seen: not started through mptui"
WENT_ON: Final = "no longer watched, it went on"
OUTPUT_NOT_SEEN: Final = f"Output is {NOT_SEEN}."
OUTPUT_AND_TASKS_NOT_SEEN: Final = f"Output and tasks are {NOT_SEEN}."
