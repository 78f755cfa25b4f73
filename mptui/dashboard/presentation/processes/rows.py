"""The rows of the table: what it says of a process, a thread, a group of ended ones, and of all.

A row is a value: two equal rows look the same, so only a row that differs need be painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.dashboard.presentation.processes.columns import AllSubject, Room
from mptui.dashboard.presentation.processes.status import process_status, thread_status
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.dashboard.presentation.processes.column_choice import PlacedColumn
    from mptui.dashboard.presentation.processes.columns import CellSpans, Subject, ThreadSubject
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import EndedGroup


class WorkerRow(NamedTuple):
    """What the table says of a process, a thread of it, a group, or of all (nothing is set)."""

    process: int | None
    lead: Span
    cells: tuple[CellSpans, ...]
    is_faint: bool
    thread: int | None = None
    group: str | None = None


def process_row(subject: Subject, columns: Sequence[PlacedColumn], glyphs: Glyphs) -> WorkerRow:
    """What the table says of one process."""
    state = subject.state
    is_task_beside = _has_tasks(columns)
    status = process_status(state, glyphs, subject.doing.wait)
    return WorkerRow(
        process=state.process,
        lead=Span(status.glyph, status.style),
        cells=tuple(
            column.of_process(subject, Room(width, glyphs, is_task_beside))
            for column, width in columns
        ),
        is_faint=state.role == "helper" or (not state.is_alive and not status.is_failure),
    )


def _has_tasks(columns: Iterable[PlacedColumn]) -> bool:
    return any(column.key == "task" for column, _ in columns)


def thread_row(
    subject: ThreadSubject, columns: Sequence[PlacedColumn], glyphs: Glyphs
) -> WorkerRow:
    """What the table says of one thread; its number in the system is that of the thread."""
    status = thread_status(subject.thread, glyphs)
    is_task_beside = _has_tasks(columns)
    return WorkerRow(
        process=subject.process.process,
        lead=Span(status.glyph, status.style),
        cells=tuple(
            column.of_thread(subject, Room(width, glyphs, is_task_beside))
            for column, width in columns
        ),
        is_faint=False,
        thread=subject.number,
    )


def group_row(group: EndedGroup, columns: Iterable[PlacedColumn], glyphs: Glyphs) -> WorkerRow:
    """What the table says of processes that ended long ago, all together."""
    return WorkerRow(
        process=None,
        lead=Span(glyphs.ellipsis, None),
        cells=tuple(column.of_group(group, Room(width, glyphs)) for column, width in columns),
        is_faint=True,
        group=group.name,
    )


def all_row(subject: AllSubject, columns: Iterable[PlacedColumn], glyphs: Glyphs) -> WorkerRow:
    """The first row, which stands for all processes together."""
    return WorkerRow(
        process=None,
        lead=Span(" ", None),
        cells=tuple(column.of_all(subject, Room(width, glyphs)) for column, width in columns),
        is_faint=False,
    )
