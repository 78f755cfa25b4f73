"""The signs of the timeline, and what stands for them where only ASCII can be shown.

Blocks are tasks and lines are not, so that a task differs from a wait without colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mptui.dashboard.presentation.text import glyphs as text_glyphs


@dataclass(frozen=True, slots=True)
class TimelineGlyphs:
    """One sign for each meaning, a single cell wide."""

    parts: str
    """From nothing to a full cell, filled from the left; only these two if it has no parts."""
    heights: str
    """From nothing to a full cell, filled from below: how busy a cell of many short tasks was."""
    fills: str
    """A full cell; one for each function where there is no colour, the first one has parts."""
    gap: str
    """Parts two tasks of one function, where the cell cannot be filled in parts."""
    running: str
    """A process that works, but not on tasks that are known one by one."""
    idle: str
    """It waits for work."""
    waiting: str
    """It waits for something else."""
    no_core: str
    """It is ready to run, but without a core."""
    asleep: str
    """It is not on a core and not ready for one, and it is not known what it waits for."""
    failed: str
    lost: str
    """Its process ended while it ran."""
    tick: str
    cursor: str
    line: str
    """The cursor's moment in the row that is looked at."""
    hairline: str
    """The same in the other rows."""
    between: str
    """Stands between the parts of a sentence."""
    held: str
    live: str


UNICODE: Final = TimelineGlyphs(
    parts=" ▏▎▍▌▋▊▉█",
    heights=" ▁▂▃▄▅▆▇█",
    fills="█▓▒▚▞░",
    gap="▏",
    running="━",
    idle="─",
    waiting="┄",
    no_core="╍",
    asleep="·",
    failed="✗",
    lost="╳",  # noqa: RUF001  # the cross, not the letter
    tick="│",
    cursor="▼",
    line="┃",
    hairline="┊",
    between="·",
    held="‖",
    live="●",
)
ASCII: Final = TimelineGlyphs(
    parts=" #",
    heights=" .:+#",
    fills="#%@&$0",
    gap="|",
    running="=",
    idle="-",
    waiting="~",
    no_core="!",
    asleep="_",
    failed="x",
    lost="X",
    tick="|",
    cursor="V",
    line="|",
    hairline=":",
    between=",",
    held="=",
    live="*",
)


def timeline_glyphs() -> TimelineGlyphs:
    """The signs that fit those of the rest of the dashboard."""
    return ASCII if text_glyphs.glyphs() is text_glyphs.ASCII else UNICODE
