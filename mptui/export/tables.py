"""Tables of a run as CSV, each row as soon as what it tells is over: a stream, of any length.

Texts are made safe for terminals and for spreadsheets, which compute what begins like a formula.
"""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from mptui import events as ev
from mptui.export.spans import KnownProcess, Span, Spans
from mptui.model.plausible import is_possible
from mptui.terminal_text import safe_text
from mptui.wording.endings import signal_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mptui.export.destination import Write

TableName: TypeAlias = Literal["tasks", "processes", "samples"]
Row: TypeAlias = "tuple[object, ...]"

TASK_COLUMNS: Final = (
    "process",
    "name",
    "pid",
    "thread",
    "executor",
    "function",
    "argument",
    "items",
    "count",
    "failed",
    "began_seconds",
    "ended_seconds",
    "seconds",
    "status",
    "result",
    "error",
)
"""One row for each task; where many were only counted, one for all of them: their `count`, and
`seconds` is the sum of what they took."""
PROCESS_COLUMNS: Final = (
    "process",
    "name",
    "pid",
    "parent",
    "role",
    "start_method",
    "function",
    "started_seconds",
    "ended_seconds",
    "exitcode",
    "signal",
    "terminated_by",
    "oom",
    "error",
    "peak_rss_bytes",
    "on_core_seconds",
    "ready_seconds",
    "tasks",
    "failed_tasks",
    "output_bytes",
)
SAMPLE_COLUMNS: Final = (
    "seconds",
    "process",
    "name",
    "cpu_percent",
    "rss_bytes",
    "core",
    "state",
    "threads",
    "ready_percent",
)
TEXT_CHARACTERS: Final = 1000
_SHORT: Final = 60
"""Names of functions and processes are, and the same again and again."""
_FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def write_table(batches: Iterable[list[ev.Event]], write: Write, table: TableName) -> None:
    """Write one table, a line with the names of its columns first.

    Args:
        batches: the events of a run.
        write: takes what is to be written, some at a time.
        table: which.
    """
    columns, rows = _TABLES[table]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    spans = Spans()
    for batch in batches:
        writer.writerows(row for event in batch for row in rows(spans, event))
        write(_taken(buffer))
    writer.writerows(rows(spans, None))
    write(_taken(buffer))


def cell(text: str | None) -> str:
    """A text from outside as a cell: one line, nothing that a spreadsheet would compute."""
    if text is None:
        return ""
    if len(text) >= _SHORT:
        return _cell(text)
    # A number, a word: safe, and hardly ever the same again.
    return text if text.isascii() and text.isalnum() else _known_cell(text)


def _cell(text: str) -> str:
    safe = safe_text(text, TEXT_CHARACTERS)
    is_formula = _FORMULA.match(safe) and not _NUMBER.fullmatch(safe)
    return f"'{safe}" if is_formula else safe


_known_cell = lru_cache(4096)(_cell)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode(errors="replace")


def _spans_of(spans: Spans, event: ev.Event | None) -> Iterable[Span]:
    return spans.finish() if event is None else spans.read(event)


def _task_rows(spans: Spans, event: ev.Event | None) -> Iterator[Row]:
    for span in _spans_of(spans, event):
        told = span.event
        if isinstance(told, ev.TaskFinished):
            yield _finished_row(span, told)
        elif isinstance(told, (ev.TaskStarted, ev.TasksCounted)):
            yield _task_row(span, told)


def _finished_row(span: Span, event: ev.TaskFinished) -> Row:
    """The row of nearly every task: the same as any other, found faster."""
    started = span.process.started
    return (
        started.process,
        cell(span.process.name),
        started.pid,
        "" if span.thread is None else span.thread,
        cell(event.executor),
        cell(span.label),
        cell(event.item),
        event.items,
        1,
        0 if event.ok else 1,
        f"{span.began:.6f}",
        f"{span.ended:.6f}",
        f"{event.seconds:.6f}",
        span.status,
        cell(event.result),
        cell(event.error),
    )


def _task_row(span: Span, event: ev.TaskStarted | ev.TasksCounted) -> Row:
    process = span.process
    counted = isinstance(event, ev.TasksCounted)
    seconds = event.seconds_total if isinstance(event, ev.TasksCounted) else span.ended - span.began
    failed = event.failed if isinstance(event, ev.TasksCounted) else int(span.status == "failed")
    return (
        process.started.process,
        cell(process.name),
        process.started.pid,
        _known(span.thread),
        cell(event.executor),
        cell(span.label),
        cell(getattr(event, "item", None)),
        event.items,
        event.count if isinstance(event, ev.TasksCounted) else 1,
        failed,
        _seconds(span.began),
        _seconds(span.ended),
        _seconds(seconds),
        "counted" if counted else span.status,
        cell(getattr(event, "result", None)),
        cell(getattr(event, "error", None)),
    )


def _process_rows(spans: Spans, event: ev.Event | None) -> Iterator[Row]:
    for span in _spans_of(spans, event):
        if span.kind == "life":
            yield _process_row(span.process)


def _process_row(process: KnownProcess) -> Row:
    started, exited, cores = process.started, process.exited, process.core_seconds
    return (
        started.process,
        cell(process.name),
        started.pid,
        _known(process.known("parent")),
        cell(process.known("role")),
        cell(process.known("start_method")),
        cell(process.known("target")),
        _seconds(started.t),
        *_end_cells(exited),
        process.peak_rss_bytes,
        *(("", "") if cores is None else (_seconds(cores.on_core), _seconds(cores.ready))),
        process.task_count,
        process.failed_count,
        process.byte_count,
    )


def _end_cells(exited: ev.ProcessExited | None) -> Row:
    if exited is None:
        return ("",) * 6
    return (
        _seconds(exited.t),
        _known(exited.exitcode),
        "" if exited.signal is None else signal_name(exited.signal),
        _known(exited.terminated_by),
        int(exited.oom),
        cell(exited.error),
    )


def _sample_rows(spans: Spans, event: ev.Event | None) -> Iterator[Row]:
    for _ in _spans_of(spans, event):
        pass
    if not isinstance(event, ev.Sampled) or not is_possible(event.t):
        return
    for process, sample in event.processes.items():
        known = spans.processes.get(process)
        yield (
            _seconds(event.t),
            process,
            cell(known.name if known is not None else None),
            sample.cpu_percent,
            sample.rss_bytes,
            sample.core,
            cell(sample.state),
            sample.threads,
            sample.ready_percent,
        )


def _known(number: Any) -> object:
    return "" if number is None else number


def _seconds(seconds: float) -> str:
    return f"{seconds:.6f}"


_TABLES: Final[dict[TableName, tuple[Row, Callable[[Spans, ev.Event | None], Iterator[Row]]]]] = {
    "tasks": (TASK_COLUMNS, _task_rows),
    "processes": (PROCESS_COLUMNS, _process_rows),
    "samples": (SAMPLE_COLUMNS, _sample_rows),
}
