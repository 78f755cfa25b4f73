"""The signs the dashboard draws with, and what stands for them where only ASCII can be shown."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One sign for each meaning, a single cell wide; those of a tree take two."""

    running: str
    sleeping: str
    waiting: str
    stopped: str
    succeeded: str
    failed: str
    asked: str
    """It ended because it was asked to."""
    unknown: str
    chosen: str
    bookmark: str
    more_left: str
    more_right: str
    continued: str
    """Before what is still the line above."""
    ellipsis: str
    stdout: str
    stderr: str
    column: str
    bar: str
    """From empty to full: the last cell of a bar shows how far it reaches into it."""
    bar_rest: str
    heights: str
    """From the lowest load to the highest."""
    warning: str
    """Something is not as it should be, though nothing failed."""
    note: str
    failed_tasks: str
    """Beside the name of a process of which tasks failed."""
    wrote_stderr: str
    """Beside the name of a process that printed to standard error."""
    descending: str
    """In the head of the column that a table is sorted by, the largest first."""
    ascending: str
    advice: str
    """Before what to do about it."""
    share_on_core: str
    """One cell of a bar that shows what a time was spent on; the four differ without colour."""
    share_ready: str
    share_waiting: str
    share_sleeping: str
    share_starting: str
    share_idle: str
    tree_turn: str
    """Leads from a parent to one of its children; the others are as wide."""
    tree_end: str
    """Leads to the last one."""
    tree_line: str
    """Passes by on the way to a later child."""
    tree_blank: str


UNICODE: Final = Glyphs(
    running="●",
    sleeping="○",
    waiting="◌",
    stopped="‖",
    succeeded="✓",
    failed="✗",
    asked="■",
    unknown="-",
    chosen="▸",
    bookmark="◆",
    more_left="«",
    more_right="»",
    continued="↳",
    ellipsis="…",
    stdout="│",
    stderr="!",
    column="│",
    bar=" ▏▎▍▌▋▊▉█",
    bar_rest="·",
    heights="▁▂▃▄▅▆▇█",
    warning="▲",
    note="•",
    failed_tasks="×",  # noqa: RUF001 - a sign, not a letter
    wrote_stderr="!",
    descending="▼",
    ascending="▲",
    advice="→",
    share_on_core="█",
    share_ready="▓",
    share_waiting="▒",
    share_sleeping="─",
    share_starting="░",
    share_idle="·",
    tree_turn="├─",
    tree_end="└─",
    tree_line="│ ",
    tree_blank="  ",
)
ASCII: Final = Glyphs(
    running="*",
    sleeping=".",
    waiting="~",
    stopped="=",
    succeeded="+",
    failed="x",
    asked="#",
    unknown="-",
    chosen=">",
    bookmark="@",
    more_left="<",
    more_right=">",
    continued="\\",
    ellipsis="~",
    stdout="|",
    stderr="!",
    column="|",
    bar=" #",
    bar_rest=".",
    heights="_.:-=+*#",
    warning="!",
    note="i",
    failed_tasks="f",
    wrote_stderr="e",
    descending="v",
    ascending="^",
    advice=">",
    share_on_core="#",
    share_ready="!",
    share_waiting="~",
    share_sleeping="-",
    share_starting="+",
    share_idle=".",
    tree_turn="|-",
    tree_end="`-",
    tree_line="| ",
    tree_blank="  ",
)


_is_ascii: Final = ContextVar("_is_ascii", default=False)


def draw_with_ascii() -> None:
    """From now on, in this context, there are only signs that every terminal can show."""
    _is_ascii.set(True)


def glyphs() -> Glyphs:
    """The signs to draw with."""
    return ASCII if _is_ascii.get() else UNICODE
