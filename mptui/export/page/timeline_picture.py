"""The timeline as a picture: a row for each process, and for threads that ran tasks.

Bounded however long the run: so many rows and so many cells in each. Must not place any text from
outside unescaped, nor style anything by an attribute: the page forbids that.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from mptui.export.report import process_name
from mptui.terminal_text import safe_text
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model import Run
    from mptui.model.timeline.bar import CellShare
    from mptui.model.timeline.lane import Lane

ROWS: Final = 200
CELLS: Final = 800
ROW_HEIGHT: Final = 18
_NAME_WIDTH: Final = 170
_NAME_CHARACTERS: Final = 23
_AXIS_HEIGHT: Final = 20
_TICKS: Final = 8
_BAR_HEIGHT: Final = ROW_HEIGHT - 4
_UNKEPT: Final = (
    "Striped: more tasks and waits than this page draws; a trace (--to perfetto) has all of them."
)
_STRIPES: Final = (
    '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path class="stripe" d="M0 6L6 0"/></pattern></defs>\n'
)


def timeline_picture(run: Run) -> Iterator[str]:
    """The picture, some at a time; nothing where nothing happened."""
    lanes = [lane for lane in run.timeline.lanes.values() if lane.process in run.processes]
    if not lanes or run.now <= 0.0:
        return
    shown = lanes[:ROWS]
    height = _AXIS_HEIGHT + ROW_HEIGHT * len(shown)
    # A picture of its own, so that the names stay in sight however far the bars are scrolled.
    yield '<div class="timeline">\n'
    yield f'<svg class="names" viewBox="0 0 {_NAME_WIDTH} {height}" width="{_NAME_WIDTH}" '
    yield f'height="{height}" role="img">\n'
    for row, lane in enumerate(shown):
        yield _name(run, lane, _AXIS_HEIGHT + ROW_HEIGHT * row)
    yield f'</svg>\n<svg viewBox="{_NAME_WIDTH} 0 {CELLS} {height}" width="{CELLS}" '
    yield f'height="{height}" role="img">\n'
    yield _STRIPES
    yield from _axis(run.now, height)
    edges = [run.now * place / CELLS for place in range(CELLS + 1)]
    for row, lane in enumerate(shown):
        yield from _row(run, lane, edges, _AXIS_HEIGHT + ROW_HEIGHT * row)
    yield "</svg>\n</div>\n"
    if any(lane.dropped_until is not None for lane in shown):
        yield f"<p>{_UNKEPT}</p>\n"
    if len(lanes) > len(shown):
        yield f"<p>{len(lanes) - len(shown)} more rows are not shown.</p>\n"


def _axis(seconds: float, height: int) -> Iterator[str]:
    for tick in range(_TICKS + 1):
        x = _NAME_WIDTH + CELLS * tick // _TICKS
        anchor = "end" if tick == _TICKS else "start"
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{height}"/>'
        text = since_text(seconds * tick / _TICKS)
        yield f'<text class="tick" text-anchor="{anchor}" x="{x}" y="12">{escape(text)}</text>\n'


def _name(run: Run, lane: Lane, y: int) -> str:
    name = safe_text(process_name(run, lane.process), _NAME_CHARACTERS)
    if lane.thread is not None:
        name = f"  thread {lane.thread}"
    return f'<text class="name" x="0" y="{y + 13}">{escape(name)}</text>\n'


def _row(run: Run, lane: Lane, edges: list[float], y: int) -> Iterator[str]:
    yield from _life(run, lane, y)
    if lane.dropped_until is not None:
        width = _x(lane.dropped_until, run.now) - _NAME_WIDTH
        yield f'<rect class="unkept" x="{_NAME_WIDTH}" width="{width:.1f}" y="{y + 2}" '
        yield f'height="{_BAR_HEIGHT}" fill="url(#stripes)"><title>{_UNKEPT}</title></rect>'
    place = 0
    for key, cells in groupby(lane.shares(edges), _looks):
        same = list(cells)
        if key is not None:
            yield _bar(same[0], place, len(same), y, edges)
        place += len(same)
    yield "\n"


def _life(run: Run, lane: Lane, y: int) -> Iterator[str]:
    process = run.processes[lane.process]
    if lane.thread is None:
        end = run.now if process.ended_at is None else process.ended_at
        x = _x(process.started_at, run.now)
        width = max(_x(end, run.now) - x, 1.0)
        yield f'<rect class="life" x="{x:.1f}" width="{width:.1f}" y="{y + 8}" height="2"/>'


def _x(t: float, seconds: float) -> float:
    return _NAME_WIDTH + CELLS * min(max(t / seconds, 0.0), 1.0)


def _looks(cell: CellShare) -> tuple[object, ...] | None:
    """The same for cells that are drawn as one bar; None where nothing went on."""
    if cell.kind is None:
        return None
    return cell.kind, cell.label, cell.ok, cell.wait, _shade(cell)


def _shade(cell: CellShare) -> int:
    """How full it is, from 1 to 4."""
    share = cell.wait_share if cell.kind == "wait" else max(cell.task_share, 0.01)
    return min(max(round(share * 4), 1), 4)


def _bar(cell: CellShare, place: int, count: int, y: int, edges: list[float]) -> str:
    if cell.kind == "wait":
        kind = wait_kind(cell.wait)
        look = f"wait {kind.state}"
        words = kind.in_words(cell.label)
    else:
        look = "task" if cell.ok else "task failed"
        words = cell.label or "tasks"
        if not cell.ok:
            words += " (failed or lost)"
    span = f"{since_text(edges[place])} to {since_text(edges[place + count])}"
    title = escape(f"{safe_text(words)}, {span}")
    return (
        f'<rect class="{look} s{_shade(cell)}" x="{_NAME_WIDTH + place}" y="{y + 2}" '
        f'width="{count}" height="{_BAR_HEIGHT}"><title>{title}</title></rect>'
    )
