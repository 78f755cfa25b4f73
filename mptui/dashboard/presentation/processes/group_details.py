"""All that is known of a group of ended processes: its sums, and those that ended last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.processes.columns import lifetime_text
from mptui.dashboard.presentation.processes.details import Detail
from mptui.dashboard.presentation.processes.names import group_name, process_name
from mptui.dashboard.presentation.text.column_widths import Growth
from mptui.dashboard.presentation.text.text_table import TextColumn, TextTable
from mptui.terminal_text import Span
from mptui.wording.counts import count_text, counted
from mptui.wording.durations import duration_text
from mptui.wording.endings import exit_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import EndedGroup, ProcessState

_COLUMNS: Final = (
    TextColumn("name", "NAME", 16, "left", 6),
    TextColumn("pid", "PID", 7, "right", 4),
    TextColumn("ended", "ENDED", 10, "left", 5),
    TextColumn("time", "TIME", 6, "right", 1),
    TextColumn("tasks", "TASKS", 6, "right", 3),
    TextColumn("lines", "LINES", 6, "right", 2),
)
_GROWTHS: Final = (Growth("ended", 16), Growth("name", 32))


def group_details(group: EndedGroup) -> list[Detail]:
    """The sums over the processes of a group."""
    failed = f", {count_text(group.failed_task_count)} failed" if group.failed_task_count else ""
    started, ended = duration_text(group.first_started_at), duration_text(group.last_ended_at)
    return [
        Detail("name", group_name(group.name)),
        Detail("role", group.role),
        Detail("ended", counted(group.count, "process", "processes")),
        Detail("when", f"from {started} to {ended} after the run began"),
        Detail("done", counted(group.task_count, "task") + failed),
        Detail("printed", f"{counted(group.line_count, 'line')}, {bytes_text(group.byte_count)}"),
    ]


def member_lines(
    members: Sequence[tuple[ProcessState, int]], width: int, glyphs: Glyphs
) -> list[str]:
    """Processes, each with the number of its tasks, as a table of text with a head above them."""
    table = TextTable(_COLUMNS, _GROWTHS, width, glyphs)
    lines = [table.head(), *(table.line(_cells(*member)) for member in members)]
    return ["".join(span.text for span in line) for line in lines]


def _cells(state: ProcessState, task_count: int) -> dict[str, tuple[Span, ...]]:
    is_asked = state.was_terminated
    texts = {
        "name": process_name(state),
        "pid": str(state.pid),
        "ended": exit_text(state.exitcode, state.signal, is_asked=is_asked),
        "time": lifetime_text(state, state.started_at),
        "tasks": count_text(task_count),
        "lines": count_text(state.line_count),
    }
    return {key: (Span(text, None),) for key, text in texts.items()}
