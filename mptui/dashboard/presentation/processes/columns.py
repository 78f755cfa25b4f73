"""The table of processes, a row of `COLUMNS` for each of its columns; nothing else knows a column.

A row says how wide the column is, when it is shown, and how its cell is made for a process, for a
thread, for a group of ended processes and for all processes together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

from mptui.dashboard.presentation.processes.names import group_name, process_name, thread_name
from mptui.dashboard.presentation.processes.sorting import (
    Measure,
    by_core,
    by_cpu,
    by_gpu,
    by_gpu_memory,
    by_lines,
    by_marks,
    by_memory,
    by_name,
    by_pid,
    by_ready,
    by_target,
    by_tasks,
    by_threads,
    by_time,
    by_wait,
    by_waited,
)
from mptui.dashboard.presentation.processes.status import (
    Status,
    process_status,
    thread_status,
)
from mptui.dashboard.presentation.text.bars import bar_text
from mptui.dashboard.presentation.text.palette import BAD, DIM, STRONG, WARNING, process_style
from mptui.dashboard.presentation.text.shortening import short_name, shortened
from mptui.dashboard.presentation.words.findings import severity_mark
from mptui.dashboard.presentation.words.tasks import (
    Doing,
    call_within,
    doing_text,
    has_tasks,
    tasks_text,
)
from mptui.terminal_text import Span, safe_text
from mptui.wording.counts import about_text, count_text, counted, percent_text
from mptui.wording.durations import duration_text, running_time_text
from mptui.wording.endings import exit_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import ThreadSample
    from mptui.model import EndedGroup, ProcessState, Run
    from mptui.model.findings import Severity

CellSpans: TypeAlias = tuple[Span, ...]

READY_PERCENT: Final = 20.0
"""Who is ready without a core for longer has to wait for one: that is worth a column."""
_BAR_WIDTH: Final = 5
_NOTHING: Final = Doing()


class Figures(NamedTuple):
    """What is known of a process beside its state and what it does now."""

    failed_tasks: int = 0
    waited_seconds: int = 0
    """In all; whole seconds, so that a row is not made anew more often than that."""
    gpu_percent: float | None = None
    gpu_bytes: int | None = None


_NO_FIGURES: Final = Figures()


class Subject(NamedTuple):
    """A process, as a row shows it."""

    state: ProcessState
    now: float
    """The time of the run."""
    branch: str = ""
    """The lines of a tree that lead to its name."""
    doing: Doing = _NOTHING
    severity: Severity | None = None
    """Of the worst that was found about it."""
    figures: Figures = _NO_FIGURES


class ThreadSubject(NamedTuple):
    """A thread, as a row shows it."""

    process: ProcessState
    number: int
    """Its native id."""
    thread: ThreadSample
    now: float
    branch: str
    doing: Doing


class AllSubject(NamedTuple):
    """All processes together, as the first row shows them."""

    run: Run
    now: float


class Room(NamedTuple):
    """What a cell is made for."""

    width: int
    glyphs: Glyphs
    is_task_beside: bool = True
    """Whether there is a column that says what task a process works on."""


class Known(NamedTuple):
    """What is known of a run, beside what is known of every run."""

    has_tasks: bool = False
    has_waits: bool = False
    has_findings: bool = False
    """Whether there is or was one that names a process."""
    has_failed_tasks: bool = False
    has_stderr: bool = False
    """Whether a process has printed to standard error."""
    has_gpus: bool = False
    """Whether a process uses a GPU."""
    has_ready: bool = False
    """Whether a process was ready for a good part of the time, but without a core."""


class Claim(NamedTuple):
    """More cells that a column would like to have for its content."""

    importance: float
    """Among the columns and claims; the one with the largest is met first."""
    width: int
    is_made: Callable[[Known], bool]
    """Whether there is content that needs them."""


class Growth(NamedTuple):
    """Cells that a column gets where all columns are shown and room is left."""

    turn: int
    """The growth with the smallest one is met first."""
    width: int
    """How wide the column is at most, then."""


def _nothing(_subject: object, _room: Room) -> CellSpans:
    return ()


def _always(_known: Known) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    key: str
    title: str
    explanation: str
    """For the help; at most 24 characters, so that it fits in one line there."""
    width: int
    """At least."""
    importance: float
    """The column with the smallest one is left out first."""
    alignment: Literal["left", "right"]
    measure: Measure | None = None
    """What the processes are sorted by, where this column is chosen for that."""
    is_largest_first: bool = True
    """Which way round, as long as nobody wants it the other way."""
    is_shown: Callable[[Known], bool] = _always
    tells_time: bool = False
    """Whether what it says of a process that lives is another each second, whatever it does."""
    claims: tuple[Claim, ...] = ()
    growths: tuple[Growth, ...] = ()
    of_process: Callable[[Subject, Room], CellSpans]
    of_thread: Callable[[ThreadSubject, Room], CellSpans] = _nothing
    of_group: Callable[[EndedGroup, Room], CellSpans] = _nothing
    of_all: Callable[[AllSubject, Room], CellSpans] = _nothing


def lifetime_text(state: ProcessState, now: float) -> str:
    """How long a process has been running, or ran."""
    return _lasting_text(state.started_at, state.ended_at, now)


def _lasting_text(started_at: float, ended_at: float | None, now: float) -> str:
    if ended_at is None:
        return running_time_text(now - started_at)
    return duration_text(ended_at - started_at)


def _plain(text: str) -> CellSpans:
    return (Span(text, None),) if text else ()


def _branch(subject: Subject | ThreadSubject, room: Room) -> str:
    """The lines of the tree; however deep it is, half of the room is for the name."""
    return subject.branch[-(room.width // 4 * 2) :]


def _marks(subject: Subject, room: Room) -> CellSpans:
    """A finding, failed tasks, standard error: as many signs as there is room for."""
    marks: list[Span] = []
    if subject.severity is not None:
        marks.append(severity_mark(subject.severity, room.glyphs))
    if subject.figures.failed_tasks:
        marks.append(Span(room.glyphs.failed_tasks, BAD))
    if subject.state.wrote_stderr:
        marks.append(Span(room.glyphs.wrote_stderr, WARNING))
    return tuple(marks[: room.width])


def _has_marks(known: Known) -> bool:
    return known.has_findings or known.has_failed_tasks or known.has_stderr


def _mark_kinds(known: Known) -> int:
    """How many signs there may be beside one name."""
    return known.has_findings + known.has_failed_tasks + known.has_stderr


def _name(subject: Subject, room: Room) -> CellSpans:
    state, branch = subject.state, _branch(subject, room)
    name = short_name(process_name(state), room.width - cell_len(branch), room.glyphs)
    return (Span(branch, DIM), Span(name, process_style(state.process, state.role)))


def _thread_name(subject: ThreadSubject, room: Room) -> CellSpans:
    branch = _branch(subject, room)
    name = shortened(
        thread_name(subject.number, subject.thread), room.width - cell_len(branch), room.glyphs
    )
    return (Span(branch + name, DIM),)


def _group_name(group: EndedGroup, room: Room) -> CellSpans:
    count = f"{count_text(group.count)} x "
    return _plain(count + shortened(group_name(group.name), room.width - len(count), room.glyphs))


def _all_name(subject: AllSubject, room: Room) -> CellSpans:
    count = subject.run.process_count
    name = f"all {count} processes" if count != 1 else "all processes"
    return (Span(name if len(name) <= room.width else f"all {count}", STRONG),)


def _status(subject: Subject, room: Room) -> CellSpans:
    status = process_status(subject.state, room.glyphs, subject.doing.wait, subject.now)
    return _task_or_status(subject.doing, status, room)


def _task_or_status(doing: Doing, status: Status, room: Room) -> CellSpans:
    """What it does; where no other column has its task and it runs, the task says more."""
    said = status.within(room.width)
    if doing.running and status.glyph == room.glyphs.running and not room.is_task_beside:
        # The sign before the name says that it runs.
        task = max(doing.running, key=lambda one: one.started_at)
        said = call_within(task, room.width, room.glyphs)
    return (Span(said, status.style),)


def _thread_status(subject: ThreadSubject, room: Room) -> CellSpans:
    status = thread_status(subject.thread, room.glyphs)
    return _task_or_status(subject.doing, status, room)


def _group_status(_group: EndedGroup, _room: Room) -> CellSpans:
    return _plain(exit_text(None, None))


def _all_status(subject: AllSubject, _room: Room) -> CellSpans:
    run = subject.run
    return _plain(f"{run.alive_count} alive" if run.alive_count or not run.finished else "ended")


def _cpu(subject: Subject, _room: Room) -> CellSpans:
    sample = subject.state.sample
    return _plain(percent_text(sample.cpu_percent) if sample else "")


def _thread_cpu(subject: ThreadSubject, _room: Room) -> CellSpans:
    return _plain(percent_text(subject.thread.cpu_percent))


def _all_cpu(subject: AllSubject, _room: Room) -> CellSpans:
    run = subject.run
    return _plain(percent_text(run.cpu_percent) if run.alive_count else "")


def _ready(subject: Subject, _room: Room) -> CellSpans:
    sample = subject.state.sample
    return _ready_cell(sample.ready_percent) if sample else ()


def _thread_ready(subject: ThreadSubject, _room: Room) -> CellSpans:
    return _ready_cell(subject.thread.ready_percent)


def _all_ready(subject: AllSubject, _room: Room) -> CellSpans:
    samples = (state.sample for state in subject.run.alive)
    return _ready_cell(sum(sample.ready_percent for sample in samples if sample))


def _ready_cell(percent: float) -> CellSpans:
    """Nothing where it rounds to nothing: most of the time nobody has to wait for a core."""
    text = percent_text(percent)
    return (Span(text, BAD if percent >= READY_PERCENT else None),) if text != "0%" else ()


def _bar(subject: Subject, room: Room) -> CellSpans:
    state = subject.state
    if state.sample is None:
        return ()
    bar, rest = bar_text(state.sample.cpu_percent, room.width, room.glyphs)
    return (Span(bar, process_style(state.process, state.role)), Span(rest, DIM))


def _thread_bar(subject: ThreadSubject, room: Room) -> CellSpans:
    bar, rest = bar_text(subject.thread.cpu_percent, room.width, room.glyphs)
    return (Span(bar, None), Span(rest, DIM))


def _memory(subject: Subject, _room: Room) -> CellSpans:
    state = subject.state
    size = state.sample.rss_bytes if state.sample else state.peak_rss_bytes
    return _plain(bytes_text(size) if size else "")


def _all_memory(subject: AllSubject, _room: Room) -> CellSpans:
    # Only about so much: what processes share is counted once for each of them.
    size = subject.run.rss_bytes or subject.run.peak_rss_bytes
    return _plain(about_text(bytes_text(size)) if size else "")


def _core(subject: Subject, _room: Room) -> CellSpans:
    sample = subject.state.sample
    return _plain(str(sample.core) if sample and sample.core >= 0 else "")


def _thread_core(subject: ThreadSubject, _room: Room) -> CellSpans:
    return _plain(str(subject.thread.core))


def _time(subject: Subject, _room: Room) -> CellSpans:
    return _plain(lifetime_text(subject.state, subject.now))


def _all_time(subject: AllSubject, _room: Room) -> CellSpans:
    started, finished = subject.run.started, subject.run.finished
    ended_at = finished.t if finished else None
    return _plain(_lasting_text(started.t if started else 0.0, ended_at, subject.now))


def _pid(subject: Subject, _room: Room) -> CellSpans:
    return _plain(str(subject.state.pid))


def _thread_pid(subject: ThreadSubject, _room: Room) -> CellSpans:
    return _plain(str(subject.number))


def _lines(subject: Subject, _room: Room) -> CellSpans:
    line_count = subject.state.line_count
    return _plain(count_text(line_count) if line_count else "")


def _group_lines(group: EndedGroup, _room: Room) -> CellSpans:
    return _plain(count_text(group.line_count) if group.line_count else "")


def _all_lines(subject: AllSubject, _room: Room) -> CellSpans:
    line_count = subject.run.line_count
    return _plain(count_text(line_count) if line_count else "")


def _threads(subject: Subject, _room: Room) -> CellSpans:
    sample = subject.state.sample
    return _plain(str(sample.threads) if sample else "")


def _gpu(subject: Subject, _room: Room) -> CellSpans:
    percent = subject.figures.gpu_percent
    return _plain(percent_text(percent) if percent is not None else "")


def _gpu_memory(subject: Subject, _room: Room) -> CellSpans:
    size = subject.figures.gpu_bytes
    return _plain(bytes_text(size) if size is not None else "")


def _all_gpu_memory(subject: AllSubject, _room: Room) -> CellSpans:
    gpus = subject.run.gpus
    sizes = [size for process in gpus.of_process if (size := gpus.memory_bytes(process))]
    return _plain(bytes_text(sum(sizes)) if sizes else "")


def _waited(subject: Subject, _room: Room) -> CellSpans:
    seconds = subject.figures.waited_seconds
    return _plain(running_time_text(seconds) if seconds else "")


def _task(subject: Subject, room: Room) -> CellSpans:
    doing = subject.doing
    text = doing_text(doing, subject.now, room.width, room.glyphs)
    return (Span(text, None if doing.running else DIM),) if text else ()


def _thread_task(subject: ThreadSubject, room: Room) -> CellSpans:
    return _plain(doing_text(subject.doing, subject.now, room.width, room.glyphs))


def _group_tasks(group: EndedGroup, room: Room) -> CellSpans:
    if not group.task_count:
        return ()
    tasks = counted(group.task_count, "task")
    failed = f", {count_text(group.failed_task_count)} failed" if group.failed_task_count else ""
    return _plain(tasks + failed if len(tasks + failed) <= room.width else tasks)


def _all_tasks(subject: AllSubject, _room: Room) -> CellSpans:
    run = subject.run
    return _plain(tasks_text(run.tasks.finished_count) if has_tasks(run) else "")


def _target(subject: Subject, _room: Room) -> CellSpans:
    target = subject.state.target
    return _plain(safe_text(target) if target else "")


COLUMNS: Final = (
    Column(
        key="marks",
        title="",
        explanation="signs of trouble",
        width=1,
        importance=12,
        alignment="left",
        measure=by_marks,
        is_shown=_has_marks,
        claims=(
            Claim(8.1, 1, lambda known: _mark_kinds(known) > 1),
            Claim(7.9, 1, lambda known: _mark_kinds(known) > 2),
        ),
        of_process=_marks,
    ),
    Column(
        key="name",
        title="NAME",
        explanation="name, in its colour",
        width=13,
        importance=11,
        alignment="left",
        measure=by_name,
        is_largest_first=False,
        # Then `ForkPoolWorker-1` is whole.
        claims=(Claim(7.5, 3, _always),),
        growths=(Growth(1, 16), Growth(3, 18), Growth(6, 32)),
        of_process=_name,
        of_thread=_thread_name,
        of_group=_group_name,
        of_all=_all_name,
    ),
    Column(
        key="status",
        title="STATUS",
        explanation="what it does, or its end",
        width=8,
        importance=10,
        alignment="left",
        measure=by_wait,
        # To say what a process waits for, in ever more words.
        claims=tuple(
            Claim(importance, width, lambda known: known.has_waits)
            for importance, width in ((7.7, 4), (6.5, 4), (4.5, 6), (3.5, 6))
        ),
        # First of all room for what it waits for, in two words.
        growths=(Growth(0, 12), Growth(4, 16)),
        of_process=_status,
        of_thread=_thread_status,
        of_group=_group_status,
        of_all=_all_status,
    ),
    Column(
        key="cpu",
        title="CPU",
        explanation="share of a core, or more",
        width=5,
        importance=9,
        alignment="right",
        measure=by_cpu,
        of_process=_cpu,
        of_thread=_thread_cpu,
        of_all=_all_cpu,
    ),
    Column(
        key="ready",
        title="NO CORE",
        explanation="ready, but has no core",
        width=7,
        importance=6.7,
        alignment="right",
        measure=by_ready,
        is_shown=lambda known: known.has_ready,
        of_process=_ready,
        of_thread=_thread_ready,
        of_all=_all_ready,
    ),
    Column(
        key="bar",
        title="",
        explanation="the same as a bar",
        width=_BAR_WIDTH,
        importance=6,
        alignment="left",
        of_process=_bar,
        of_thread=_thread_bar,
    ),
    Column(
        key="memory",
        title="MEM",
        explanation="memory now, or at most",
        width=6,
        importance=8.6,
        alignment="right",
        measure=by_memory,
        of_process=_memory,
        of_all=_all_memory,
    ),
    Column(
        key="core",
        title="CORE",
        explanation="the core it last ran on",
        width=4,
        importance=8.4,
        alignment="right",
        measure=by_core,
        is_largest_first=False,
        of_process=_core,
        of_thread=_thread_core,
    ),
    Column(
        key="gpu",
        title="GPU",
        explanation="how busy it keeps GPUs",
        width=4,
        importance=8.15,
        alignment="right",
        measure=by_gpu,
        is_shown=lambda known: known.has_gpus,
        of_process=_gpu,
    ),
    Column(
        key="gpu_memory",
        title="GMEM",
        explanation="its memory on GPUs",
        width=5,
        importance=8.12,
        alignment="right",
        measure=by_gpu_memory,
        is_shown=lambda known: known.has_gpus,
        of_process=_gpu_memory,
        of_all=_all_gpu_memory,
    ),
    Column(
        key="time",
        title="TIME",
        explanation="how long it runs, or ran",
        width=6,
        importance=4,
        alignment="right",
        measure=by_time,
        tells_time=True,
        of_process=_time,
        of_all=_all_time,
    ),
    Column(
        key="pid",
        title="PID",
        explanation="its number in the system",
        width=7,
        importance=8.2,
        alignment="right",
        measure=by_pid,
        is_largest_first=False,
        of_process=_pid,
        of_thread=_thread_pid,
    ),
    Column(
        key="lines",
        title="LINES",
        explanation="lines it printed",
        width=5,
        importance=2,
        alignment="right",
        measure=by_lines,
        of_process=_lines,
        of_group=_group_lines,
        of_all=_all_lines,
    ),
    Column(
        key="threads",
        title="THR",
        explanation="its threads",
        width=3,
        importance=1,
        alignment="right",
        measure=by_threads,
        of_process=_threads,
    ),
    Column(
        key="waited",
        title="WAITED",
        explanation="time it waited in all",
        width=6,
        importance=-1,
        alignment="right",
        measure=by_waited,
        is_shown=lambda known: known.has_waits,
        of_process=_waited,
    ),
    Column(
        key="task",
        title="TASK",
        explanation="task now, or how many",
        width=15,
        importance=8,
        alignment="left",
        measure=by_tasks,
        is_shown=lambda known: known.has_tasks,
        growths=(Growth(2, 16), Growth(5, 32)),
        of_process=_task,
        of_thread=_thread_task,
        of_group=_group_tasks,
        of_all=_all_tasks,
    ),
    Column(
        key="target",
        title="RUNS",
        explanation="function it began with",
        width=12,
        importance=0,
        alignment="left",
        measure=by_target,
        is_largest_first=False,
        growths=(Growth(7, 40),),
        of_process=_target,
    ),
)
"""From left to right."""
COLUMN_OF: Final = {column.key: column for column in COLUMNS}
"""By their keys."""
KEPT_COLUMN: Final = "name"
"""The column that a table is never without."""
