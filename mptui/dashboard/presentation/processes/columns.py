"""The table of processes: its columns as rows of a table, and what each cell of it says.

A row is a value: two equal rows look the same, so only a row that differs need be painted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

from mptui.dashboard.presentation.processes.status import process_status, thread_status
from mptui.dashboard.presentation.text.bars import bar_text
from mptui.dashboard.presentation.text.palette import DIM, STRONG, process_style
from mptui.dashboard.presentation.text.shortening import shorten_keeping_number, shortened
from mptui.dashboard.presentation.words.tasks import Doing, doing_text, has_tasks, tasks_text
from mptui.terminal_text import Span, safe_text
from mptui.wording.counts import about_text, count_text, percent_text
from mptui.wording.durations import duration_text, running_time_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import ThreadSample
    from mptui.model import ProcessState, Run

BAR_WIDTH: Final = 5
LEAD_WIDTH: Final = 3
"""The marker of the chosen row, the sign of its status, and a gap."""

CellSpans: TypeAlias = tuple[Span, ...]

_NOTHING: Final = Doing()


class Subject(NamedTuple):
    """Of whom a row speaks."""

    state: ProcessState
    now: float
    """The time of the run."""
    branch: str = ""
    """The lines of a tree that lead to its name."""
    doing: Doing = _NOTHING


class ThreadSubject(NamedTuple):
    """Of which thread a row speaks."""

    process: ProcessState
    number: int
    """Its native id."""
    thread: ThreadSample
    now: float
    branch: str
    doing: Doing


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, how wide it is and what it says of a process."""

    key: str
    title: str
    width: int
    """At least; a column that may grow gets more where there is room."""
    alignment: Literal["left", "right"]
    meaning: str
    """For the help."""
    importance: int
    """The column with the smallest one is left out first."""
    says: Callable[[Subject, Glyphs, int], CellSpans]
    """From the process, the signs and the width."""


class PlacedColumn(NamedTuple):
    """A column as wide as the table at hand lets it be."""

    column: Column
    width: int


class WorkerRow(NamedTuple):
    """What the table says of one process, of one of its threads, or of all (both are None)."""

    process: int | None
    lead: Span
    cells: tuple[CellSpans, ...]
    is_faint: bool
    thread: int | None = None


def _plain(text: str) -> CellSpans:
    return (Span(text, None),) if text else ()


def _name(subject: Subject, glyphs: Glyphs, width: int) -> CellSpans:
    state = subject.state
    # However deep the tree is, half of the room is for the name.
    branch = subject.branch[-(width // 4 * 2) :]
    name = shorten_keeping_number(process_name(state), width - cell_len(branch), glyphs)
    return (Span(branch, DIM), Span(name, process_style(state.process, state.role)))


def _status(subject: Subject, glyphs: Glyphs, width: int) -> CellSpans:
    status = process_status(subject.state, glyphs, subject.doing.wait, subject.now)
    return (Span(status.within(width), status.style),)


def _cpu(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    sample = subject.state.sample
    return _plain(percent_text(sample.cpu_percent) if sample else "")


def _bar(subject: Subject, glyphs: Glyphs, width: int) -> CellSpans:
    state = subject.state
    if state.sample is None:
        return ()
    bar, rest = bar_text(state.sample.cpu_percent, width, glyphs)
    return (Span(bar, process_style(state.process, state.role)), Span(rest, DIM))


def _memory(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    state = subject.state
    size = state.sample.rss_bytes if state.sample else state.peak_rss_bytes
    return _plain(bytes_text(size) if size else "")


def _core(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    sample = subject.state.sample
    return _plain(str(sample.core) if sample else "")


def _threads(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    sample = subject.state.sample
    return _plain(str(sample.threads) if sample else "")


def _time(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    return _plain(lifetime_text(subject.state, subject.now))


def _pid(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    return _plain(str(subject.state.pid))


def _lines(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    line_count = subject.state.line_count
    return _plain(count_text(line_count) if line_count else "")


def _task(subject: Subject, glyphs: Glyphs, width: int) -> CellSpans:
    doing = subject.doing
    said = doing_text(doing, subject.now, width, glyphs)
    return (Span(said, None if doing.running else DIM),) if said else ()


def _target(subject: Subject, _glyphs: Glyphs, _width: int) -> CellSpans:
    target = subject.state.target
    return _plain(safe_text(target) if target else "")


COLUMNS: Final = (
    Column("name", "NAME", 16, "left", "name of the process, in its colour", 11, _name),
    Column("status", "STATUS", 8, "left", "what it is doing, or how it ended", 10, _status),
    Column("cpu", "CPU", 5, "right", "share of one core; above 100% it uses several", 9, _cpu),
    Column("bar", "", BAR_WIDTH, "left", "the same as a bar, full at 100%", 6, _bar),
    Column("memory", "MEM", 6, "right", "memory it occupies, or at most did", 7, _memory),
    Column("core", "CORE", 4, "right", "the core it last ran on", 5, _core),
    Column("time", "TIME", 6, "right", "how long it has been running, or ran", 4, _time),
    Column("pid", "PID", 7, "right", "its number in the system", 3, _pid),
    Column("lines", "LINES", 5, "right", "lines it printed", 2, _lines),
    Column("threads", "THR", 3, "right", "its threads", 1, _threads),
    Column("task", "TASK", 15, "left", "what it works on, or how much it did", 8, _task),
    Column("target", "RUNS", 12, "left", "the function it was started with", 0, _target),
)


def process_name(state: ProcessState) -> str:
    """What a process is called: its name, made safe, or its pid where it has none."""
    return safe_text(state.name) or f"pid {state.pid}"


def thread_name(number: int, thread: ThreadSample) -> str:
    """What a thread is called: its name, made safe, or its number where it has none."""
    return safe_text(thread.name) or f"thread {number}"


def lifetime_text(state: ProcessState, now: float) -> str:
    """How long a process has been running, or ran."""
    if state.ended_at is None:
        return running_time_text(now - state.started_at)
    return duration_text(state.ended_at - state.started_at)


def process_row(subject: Subject, columns: Iterable[PlacedColumn], glyphs: Glyphs) -> WorkerRow:
    """What the table says of one process."""
    state = subject.state
    status = process_status(state, glyphs, subject.doing.wait)
    return WorkerRow(
        process=state.process,
        lead=Span(status.glyph, status.style),
        cells=tuple(placed.column.says(subject, glyphs, placed.width) for placed in columns),
        is_faint=state.role == "helper" or (not state.is_alive and not status.is_failure),
    )


def thread_row(
    subject: ThreadSubject, columns: Iterable[PlacedColumn], glyphs: Glyphs
) -> WorkerRow:
    """What the table says of one thread; its number in the system is that of the thread."""
    thread = subject.thread
    status = thread_status(thread, glyphs)
    cells: list[CellSpans] = []
    for column, width in columns:
        branch = subject.branch[-(width // 4 * 2) :]
        name = shortened(thread_name(subject.number, thread), width - cell_len(branch), glyphs)
        bar, rest = bar_text(thread.cpu_percent, width, glyphs)
        said: dict[str, CellSpans] = {
            "name": (Span(branch + name, DIM),),
            "status": (Span(status.within(width), status.style),),
            "cpu": _plain(percent_text(thread.cpu_percent)),
            "bar": (Span(bar, None), Span(rest, DIM)),
            "core": _plain(str(thread.core)),
            "pid": _plain(str(subject.number)),
            "task": _plain(doing_text(subject.doing, subject.now, width, glyphs)),
        }
        cells.append(said.get(column.key, ()))
    lead = Span(status.glyph, status.style)
    process = subject.process.process
    return WorkerRow(process, lead, tuple(cells), is_faint=False, thread=subject.number)


def all_row(run: Run, now: float, columns: Iterable[PlacedColumn]) -> WorkerRow:
    """The first row, which stands for all processes together.

    Memory is only about so much: what processes share is counted once for each of them.
    """
    started_at = run.started.t if run.started else 0.0
    ended_at = run.finished.t if run.finished else None
    count, alive_count = len(run.processes), run.alive_count
    size = run.rss_bytes or run.peak_rss_bytes
    columns = tuple(columns)
    name_width = columns[0].width if columns else 0
    name = f"all {count} processes" if count != 1 else "all processes"
    said = {
        "name": name if len(name) <= name_width else f"all {count}",
        "status": f"{alive_count} alive" if alive_count or not run.finished else "ended",
        "cpu": percent_text(run.cpu_percent) if alive_count else "",
        "memory": about_text(bytes_text(size)) if size else "",
        "time": running_time_text(now - started_at)
        if ended_at is None
        else duration_text(ended_at - started_at),
        "lines": count_text(run.line_count) if run.line_count else "",
        "task": tasks_text(run.tasks.finished_count) if has_tasks(run) else "",
    }
    return WorkerRow(
        process=None,
        lead=Span(" ", None),
        cells=tuple(
            (
                Span(
                    said.get(placed.column.key, ""), STRONG if placed.column.key == "name" else None
                ),
            )
            for placed in columns
        ),
        is_faint=False,
    )
