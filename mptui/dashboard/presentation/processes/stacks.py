"""Where processes are, as lines: of one process each thread, of all of them equal stacks together.

Files of the program are named from its folder on; what is a library's is marked as such.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from mptui.dashboard.presentation.processes.names import name_of
from mptui.model.stacks.places import is_library, native_text, short_file
from mptui.model.stacks.report import ReportLine, stack_report
from mptui.terminal_text import safe_text
from mptui.wording.durations import since_text
from mptui.wording.stack_problems import stack_problem_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import StackFrame, StackSampled, ThreadStack
    from mptui.model import Run

LineKind: TypeAlias = Literal["head", "own", "library"]
_CHARACTERS: Final = 500
_NOT_READ: Final = "no stacks have been read"
_READING: Final = "reading the stacks"


class StackLine(NamedTuple):
    """One line."""

    text: str
    """Made safe."""
    kind: LineKind


def process_stacks(run: Run, process: int, *, is_live: bool) -> list[StackLine]:
    """The stack of each thread of a process, when it was read, or why it was not.

    Args:
        run: the run.
        process: the process.
        is_live: whether somebody answers who could read it.
    """
    sample = run.stacks.get(process)
    if sample is None:
        return [StackLine(_READING if is_live and run.is_alive(process) else _NOT_READ, "library")]
    when = f"at {since_text(sample.t)}"
    if sample.error is not None:
        why = safe_text(stack_problem_text(sample.error, sample.detail), _CHARACTERS)
        return [StackLine(f"stack {when}: not known, {why}", "library")]
    lines: list[StackLine] = []
    for thread in sample.threads:
        lines.append(StackLine(f"{_thread_text(thread)} {when}{_marks(thread)}", "head"))
        lines += [
            StackLine(safe_text(native_text(frame), _CHARACTERS), "library")
            for frame in thread.native
        ]
        lines += [_frame_line(run, frame) for frame in thread.frames]
        if thread.omitted:
            lines.append(StackLine(f"{thread.omitted} more frames", "library"))
    return lines


def all_stacks(run: Run, *, is_live: bool) -> list[StackLine]:
    """Who is where in the program, the living processes only while any lives."""
    samples = [
        sample
        for process, sample in run.stacks.items()
        if run.is_alive(process) or not run.alive_count
    ]
    if not samples:
        return [StackLine(_READING if is_live else _NOT_READ, "library")]
    report = stack_report(sorted(samples, key=lambda one: one.process), partial(name_of, run))
    return [_first_line(run, samples), *_report_lines(run, report)]


def _first_line(run: Run, samples: list[StackSampled]) -> StackLine:
    earliest, latest = min(one.t for one in samples), max(one.t for one in samples)
    until = f" to {since_text(latest)}" if since_text(latest) != since_text(earliest) else ""
    missing = run.alive_count - len(samples)
    still = f"; {missing} not read" if missing > 0 else ""
    return StackLine(f"read at {since_text(earliest)}{until}{still}", "library")


def _report_lines(run: Run, report: list[ReportLine]) -> Iterator[StackLine]:
    for line in report:
        if line.frame is not None:
            yield _frame_line(run, line.frame)
        else:
            yield StackLine(
                safe_text(line.text, _CHARACTERS), "head" if line.is_head else "library"
            )


def _thread_text(thread: ThreadStack) -> str:
    return safe_text(thread.name or "") or f"thread {thread.thread}"


def _marks(thread: ThreadStack) -> str:
    gil = ", has the GIL" if thread.gil else ""
    return f"{gil}, ran meanwhile" if thread.ran else gil


def _frame_line(run: Run, frame: StackFrame) -> StackLine:
    is_other = is_library(frame)
    file = short_file(frame.file) if is_other else _from_folder(run, frame.file)
    text = safe_text(f"{file}:{frame.line} in {frame.function}", _CHARACTERS)
    return StackLine(text, "library" if is_other else "own")


def _from_folder(run: Run, file: str) -> str:
    """A file by its path from the folder where the program runs, if it lies below that."""
    return file.removeprefix(f"{run.started.cwd}/") if run.started is not None else file
