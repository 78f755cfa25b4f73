"""All that is known of one process, as words behind labels; its environment is never shown."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.process_status import process_status
from mptui.dashboard.presentation.quantities import (
    bytes_text,
    count_text,
    duration_text,
    exit_text,
    percent_text,
)
from mptui.dashboard.presentation.worker_rows import lifetime_text, process_name
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.dashboard.presentation.glyphs import Glyphs
    from mptui.model import ProcessState, Run

_COMMAND_CHARACTERS: Final = 2000
_UNKNOWN: Final = "not known"
_NOT_INSTRUMENTED: Final = (
    "no: not Python, or started without its environment; seen from the process table"
)


class Detail(NamedTuple):
    """One fact."""

    label: str
    value: str
    """Made safe, in one line; whoever shows it wraps it."""


def process_details(run: Run, process: int, now: float, glyphs: Glyphs) -> list[Detail]:
    """Everything that is known of a process at this time of the run."""
    state = run.processes.get(process)
    if state is None:
        return []
    facts = [*_origin(run, state), *_life(run, state, now, glyphs), *_use(state)]
    return [Detail(label, value) for label, value in facts]


def _origin(run: Run, state: ProcessState) -> Iterator[tuple[str, str]]:
    yield "name", process_name(state)
    yield "role", state.role
    yield "pid", str(state.pid)
    yield "parent pid", str(state.ppid)
    yield "made by", _named(run, state.parent)
    yield "start method", safe_text(state.start_method or "") or _UNKNOWN
    yield "runs", safe_text(state.target or "") or _UNKNOWN
    command = shlex.join(state.argv) if state.argv else ""
    yield "command", safe_text(command, _COMMAND_CHARACTERS) or _UNKNOWN
    yield "probe inside", "yes" if state.instrumented else _NOT_INSTRUMENTED


def _life(run: Run, state: ProcessState, now: float, glyphs: Glyphs) -> Iterator[tuple[str, str]]:
    yield "started", f"{duration_text(state.started_at)} after the run began"
    yield "time", lifetime_text(state, now)
    if state.is_alive:
        yield "state", process_status(state, glyphs).word
        return
    ending = "killed for memory, " if state.oom else ""
    yield "ended", ending + exit_text(state.exitcode, state.signal)
    if state.asked_by is not None:
        yield "asked by", _named(run, state.asked_by)


def _use(state: ProcessState) -> Iterator[tuple[str, str]]:
    sample = state.sample
    if sample is not None:
        yield "core", str(sample.core)
        yield "threads", str(sample.threads)
        yield "CPU", f"{percent_text(sample.cpu_percent)} of a core"
    if state.peak_rss_bytes:
        now = f"{bytes_text(sample.rss_bytes)}, " if sample is not None else ""
        yield "memory", f"{now}{bytes_text(state.peak_rss_bytes)} at most"
    lines = "1 line" if state.line_count == 1 else f"{count_text(state.line_count)} lines"
    yield "printed", f"{lines}, {bytes_text(state.byte_count)}"


def _named(run: Run, process: int | None) -> str:
    """A process by its name and pid."""
    if process is None:
        return _UNKNOWN
    state = run.processes.get(process)
    return f"{process_name(state)} (pid {state.pid})" if state is not None else _UNKNOWN
