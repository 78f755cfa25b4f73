"""What happened in a lane of the timeline, drawn in cells: blocks are tasks, lines are not.

A task's begin and end are shown within their cell, as far as the signs allow. Where tasks are
shorter than a cell, a block is as high as the cell was busy. Its cost is that of the cells, however
many tasks there are in them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rich.cells import cell_len

from mptui.dashboard.presentation.text.palette import DIM
from mptui.dashboard.presentation.words.waits import wait_style
from mptui.terminal_text import TextStyle, safe_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.timeline.glyphs import TimelineGlyphs
    from mptui.dashboard.presentation.timeline.label_colours import LabelLook, LabelLooks
    from mptui.model import Bar, CellShare, Lane

Cell: TypeAlias = tuple[str, TextStyle | None]
"""One cell: a sign and its style."""
EMPTY: Final[Cell] = (" ", None)

FAILURE: Final = TextStyle(foreground=1, bold=True, reverse=True)
_FULL: Final = 15 / 16
"""As good as the whole cell: what is missing cannot be drawn."""
_HALF: Final = 0.5
_EIGHTHS: Final = 8
_LEAST_GAP: Final = 1 / 8
_LEAST_SECONDS: Final = 1e-9
"""Sums of times are wrong by less than this in a cell."""
_LEAST_CELLS: Final = 1.5
"""The begins and ends of shorter tasks would be all there is to see."""
_LONG_CELLS: Final = 2
"""Tasks of that many cells are parted from the next one; shorter ones would be all gaps."""


class LaneLife(NamedTuple):
    """How long a lane's process or thread lived, and what a gap between bars means."""

    began: float
    ended: float | None
    gap: Cell

    def cell(self, start: float, end: float) -> Cell:
        """A cell in which there is no bar."""
        is_there = end > self.began and (self.ended is None or start < self.ended)
        return self.gap if is_there else EMPTY


class Pen(NamedTuple):
    """What lanes are drawn with."""

    glyphs: TimelineGlyphs
    looks: LabelLooks
    names: Glyphs
    """What names are shortened and processes are marked with."""


class LaneParts(NamedTuple):
    """What the cells of a lane are made from, each for itself: as many cells as shares.

    Each part of a cell rests on what happened in it and beside it, so it stays where nothing did.
    """

    shares: list[CellShare]
    tasks: list[Bar | None]
    """For each edge the task that reaches across it, if its begin and end are drawn."""
    cells: list[Cell]
    """The signs, without what is written over them."""

    def kept(self, start: int, stop: int) -> LaneParts:
        """Those of some cells that stay as they are; the last of them is to be drawn anew."""
        return LaneParts(
            self.shares[start:stop],
            self.tasks[start:stop],
            self.cells[start : max(start, stop - 1)],
        )


NO_PARTS: Final = LaneParts([], [], [])


def lane_cells(lane: Lane, edges: Sequence[float], life: LaneLife, pen: Pen) -> list[Cell]:
    """One cell between each two of these times."""
    return written_cells(lane_parts(lane, edges, life, pen), edges, pen)


def lane_parts(
    lane: Lane, edges: Sequence[float], life: LaneLife, pen: Pen, known: LaneParts = NO_PARTS
) -> LaneParts:
    """The parts of the cells between these times; the first of them may be known."""
    place = len(known.shares)
    shares = known.shares + lane.shares(edges[place:])
    tasks = known.tasks + _tasks_across(lane, edges, shares, known.tasks)
    least_share = _LEAST_SECONDS / (edges[1] - edges[0])
    cells = list(known.cells)
    for column in range(len(cells), len(shares)):
        share, left, right = shares[column], tasks[column], tasks[column + 1]
        if left is not None and left is right and not share.wait_share:
            cells.append(pen.looks.of(left.label).full)
        elif left is not None or right is not None:
            after = shares[column + 1] if column + 1 < len(shares) else None
            around = _Surroundings(left, right, after, edges[column], edges[column + 1])
            cells.append(_task_cell(share, around, pen))
        elif share.task_share > least_share:
            cells.append(_height_cell(share.task_share, pen.looks.of(share.label), pen.glyphs))
        elif share.wait_share > 0:
            cells.append(wait_cell(share.wait, pen.glyphs))
        else:
            cells.append(life.cell(edges[column], edges[column + 1]))
    return LaneParts(shares, tasks, cells)


def written_cells(
    parts: LaneParts, edges: Sequence[float], pen: Pen, *, has_failures: bool = True
) -> list[Cell]:
    """The cells, with what tasks are and how they ended written over them.

    Args:
        parts: the cells.
        edges: the times between them.
        pen: what to draw with.
        has_failures: whether any task may have failed or been lost.
    """
    cells = list(parts.cells)
    if any(parts.tasks):
        _write_on_tasks(cells, parts.tasks, edges, pen.looks)
    if has_failures:
        _sign_failures(cells, parts.shares, parts.tasks, pen.glyphs)
    return cells


def wait_cell(kind: str | None, glyphs: TimelineGlyphs) -> Cell:
    """A cell of a process that waits."""
    if wait_kind(kind).is_idle:
        return glyphs.idle, DIM
    return glyphs.waiting, wait_style(kind, otherwise=None)


class _Surroundings(NamedTuple):
    """A cell, the tasks that reach across its edges, and what comes after it."""

    left: Bar | None
    right: Bar | None
    after: CellShare | None
    """The cell on the right."""
    start: float
    end: float

    def place(self, t: float) -> float:
        """Where a moment lies in the cell: 0 at its left edge, 1 at its right one."""
        return (t - self.start) / (self.end - self.start)


def _tasks_across(
    lane: Lane,
    edges: Sequence[float],
    shares: Sequence[CellShare],
    known: Sequence[Bar | None],
) -> list[Bar | None]:
    """For each edge the task that reaches across it, if its begin and end can be drawn.

    One look-up a task, not one a cell, and none where the cells say that there cannot be one. Those
    of the first edges may be known.
    """
    least_seconds = _LEAST_CELLS * (edges[1] - edges[0])
    tasks: list[Bar | None] = []
    task = known[-1] if known else None
    for place in range(len(known), len(edges)):
        edge = edges[place]
        if task is None or not _reaches(task, edge):
            # What came before the first cell that is seen is not known.
            can_be = place == 0 or _can_reach_across(
                shares[place - 1], shares[min(place, len(shares) - 1)]
            )
            task = _task_across(lane, edge, least_seconds) if can_be else None
        tasks.append(task)
    return tasks


def _can_reach_across(before: CellShare, after: CellShare) -> bool:
    """Whether a long enough task can be in both cells: one of them it fills with half of itself."""
    one, other = before.task_share, after.task_share
    return one > 0 and other > 0 and (one >= _LEAST_CELLS / 2 or other >= _LEAST_CELLS / 2)


def _task_across(lane: Lane, edge: float, least_seconds: float) -> Bar | None:
    for bar in lane.between(edge, edge):
        if bar.kind != "wait" and bar.count == 1 and bar.began < edge and _reaches(bar, edge):
            is_long = bar.ended is None or bar.ended - bar.began >= least_seconds
            return bar if is_long else None
    return None


def _reaches(bar: Bar, t: float) -> bool:
    return bar.ended is None or bar.ended > t


def _task_cell(share: CellShare, around: _Surroundings, pen: Pen) -> Cell:
    """A cell into which a task reaches that is drawn with its begin and end."""
    look = pen.looks.of(share.label)
    left, right = around.left, around.right
    if left is not None and right is not None and left is not right:
        return _border_cell(left, right, around, pen)
    if share.task_share < _FULL and left is not right:
        return _part_cell(share.task_share, look, pen.glyphs, is_begin=left is None)
    if left is not None and right is None and _is_followed(left, around):
        return _gap_cell(look, 1.0, pen.glyphs)
    # A task that waits is drawn as both.
    return (pen.glyphs.waiting, look.on) if share.wait_share >= _HALF else look.full


def _is_followed(task: Bar, around: _Surroundings) -> bool:
    """Whether a task that ends just here has a follower that looks the same."""
    after = around.after
    is_same = after is not None and after.task_share > 0 and after.label == task.label
    return is_same and _is_long(task, around)


def _part_cell(share: float, look: LabelLook, glyphs: TimelineGlyphs, *, is_begin: bool) -> Cell:
    """A cell that is filled in part, from the side that the task reaches across."""
    if not look.is_solid:
        return _height_cell(share, look, glyphs)
    if not is_begin:
        return glyphs.parts[max(1, round(share * _EIGHTHS))], look.style
    # There are no blocks that are filled from the right: the blank part is drawn instead.
    return glyphs.parts[min(_EIGHTHS - 1, round((1 - share) * _EIGHTHS))], look.on


def _height_cell(share: float, look: LabelLook, glyphs: TimelineGlyphs) -> Cell:
    """A cell of tasks too short to be drawn, as high as it was busy."""
    if share >= _FULL or (not look.is_solid and share >= _HALF):
        return look.full
    last = len(glyphs.heights) - 1
    return glyphs.heights[max(1, min(round(share * last), last))], look.style


def _border_cell(left: Bar, right: Bar, around: _Surroundings, pen: Pen) -> Cell:
    """A cell in which one task ends and another one begins."""
    ends = around.place(around.end if left.ended is None else left.ended)
    before, after = pen.looks.of(left.label), pen.looks.of(right.label)
    if around.place(right.began) - ends >= _LEAST_GAP:
        return _part_cell(max(ends, 0.0), before, pen.glyphs, is_begin=False)
    if before == after:
        is_parted = _is_long(left, around) or _is_long(right, around)
        return _gap_cell(before, ends, pen.glyphs) if is_parted else before.full
    if before.is_solid and after.is_solid:
        return pen.glyphs.parts[round(max(0.0, min(ends, 1.0)) * _EIGHTHS)], _both(before, after)
    return before.full if ends >= _HALF else after.full


def _gap_cell(look: LabelLook, place: float, glyphs: TimelineGlyphs) -> Cell:
    """A full cell but for a narrow gap, about there."""
    if not look.is_solid:
        return glyphs.gap, look.style
    if place < _HALF:
        return glyphs.parts[1], look.on
    return glyphs.parts[_EIGHTHS - 1], look.style


def _is_long(bar: Bar, around: _Surroundings) -> bool:
    length = _LONG_CELLS * (around.end - around.start)
    return bar.ended is None or bar.ended - bar.began >= length


@lru_cache(maxsize=64)
def _both(before: LabelLook, after: LabelLook) -> TextStyle:
    return TextStyle(foreground=before.colour, background=after.colour)


def _sign_failures(
    cells: list[Cell],
    shares: Sequence[CellShare],
    tasks: Sequence[Bar | None],
    glyphs: TimelineGlyphs,
) -> None:
    """Mark the cells in which a task failed or was lost: where it ended, not all the way there."""
    for column, share in enumerate(shares):
        if share.ok:
            continue
        left, right = tasks[column], tasks[column + 1]
        goes_on = right is not None and not right.ok
        is_other = left is not None and not left.ok and left is not right
        if not goes_on or is_other:
            sign = glyphs.lost if share.kind == "lost" else glyphs.failed
            cells[column] = (sign, FAILURE)


def _write_on_tasks(
    cells: list[Cell], tasks: Sequence[Bar | None], edges: Sequence[float], looks: LabelLooks
) -> None:
    """What each task is, on its bar, where there is room for it."""
    column, count = 0, min(len(tasks), len(cells))
    while column < count:
        task, first = tasks[column], column
        column += 1
        while column < count and tasks[column] == task:
            column += 1
        if task is not None:
            # Into the cell behind the last edge it only reaches.
            last = column if tasks[column] is task else column - 1
            # One that begins at an edge fills also the cell before the first edge it crosses.
            first -= first > 0 and task.began <= edges[first - 1]
            _write(cells, first, last - first, task, looks.of(task.label))


def _write(cells: list[Cell], first: int, room: int, task: Bar, look: LabelLook) -> None:
    # In a pattern the text stands by itself, and the pattern on both sides of it.
    margin = 0 if look.is_solid else 2
    text = text_on_bar(task.label, task.detail, room - 2 * margin)
    if text and margin:
        text = f" {text} "
    style = look.on if look.is_solid else None
    start = first + margin // 2
    cells[start : start + len(text)] = [(character, style) for character in text]


@lru_cache(maxsize=4096)
def text_on_bar(label: str | None, item: str | None, room: int) -> str:
    """The most that can be said of a task in so many cells; each character takes one."""
    if room <= 0:
        return ""
    name = safe_text(label or "", 80)
    short = name.rpartition(".")[2]
    said = safe_text(item, 80) if item else ""
    choices = (f"{name}({said})", f"{short}({said})", said) if said else (name, short)
    for text in choices:
        if len(text) <= room and all(cell_len(character) == 1 for character in text):
            return text
    return ""
