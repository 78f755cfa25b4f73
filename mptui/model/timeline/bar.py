"""What a lane of the timeline shows: single bars, and how full a cell of the screen is."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

BarKind: TypeAlias = Literal["task", "wait", "lost"]


class Bar(msgspec.Struct, frozen=True, gc=False):
    """A span of time in which one thing went on."""

    began: float
    ended: float | None
    """None: it still goes on."""
    kind: BarKind
    label: str | None
    """The function of a task (None: several or unknown), what a wait is for; not safe to show."""
    ok: bool = True
    """False where a task failed or was lost."""
    count: int = 1
    """Above 1: so many tasks or waits, too short to be recorded one by one."""
    busy_seconds: float = 0.0
    """In tasks or waits that ended; less than the span where it stands for many and the gaps
    between."""
    detail: str | None = None
    """The task's argument, where it is known; not safe to show."""
    wait: str | None = None


class CellShare(msgspec.Struct, frozen=True, gc=False):
    """How one cell of a lane was spent. A task may wait, so the shares may add up to above 1."""

    label: str | None
    """The label of the bar of this kind that fills most of it."""
    kind: BarKind | None
    """A lost task before any other, a task before a wait; None: nothing went on."""
    ok: bool
    """False where a task in it failed or was lost."""
    task_share: float
    wait_share: float
    wait: str | None = None
    """The kind of wait that fills most of it."""


EMPTY_CELL: Final = CellShare(None, None, ok=True, task_share=0.0, wait_share=0.0)
