"""Stacks as lines to read: equal ones together, the most frequent first.

Pure. Texts from the program are not safe to show; that is done where the lines are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.stacks.groups import StackGroup, group_stacks
from mptui.model.stacks.places import native_text, place, short_file
from mptui.wording.counts import counted
from mptui.wording.stack_problems import stack_problem_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mptui.events import StackFrame, StackSampled, ThreadStack

_NAMED: Final = 4
"""So many threads of a group are named, any more are counted."""
_MAIN_THREAD: Final = "MainThread"


class ReportLine(NamedTuple):
    """One line."""

    text: str
    is_head: bool
    """Whether it says who is where; the lines below it are the frames."""
    frame: StackFrame | None = None
    """The frame that it is about."""


def stack_report(
    samples: Iterable[StackSampled], name_of: Callable[[int], str]
) -> list[ReportLine]:
    """Who is where, each with the frames, innermost first; then what could not be read, and why.

    Args:
        samples: the stacks of some processes.
        name_of: what a process is called.
    """
    samples = tuple(samples)
    lines: list[ReportLine] = []
    for group in group_stacks(samples):
        lines += _group_lines(group, name_of)
    lines += _problem_lines(samples, name_of)
    return lines


def _problem_lines(
    samples: Iterable[StackSampled], name_of: Callable[[int], str]
) -> Iterator[ReportLine]:
    """What could not be read, and why: each reason once."""
    names: dict[str, list[str]] = {}
    for sample in samples:
        if sample.error is not None:
            why = stack_problem_text(sample.error, sample.detail)
            names.setdefault(why, []).append(name_of(sample.process))
    for why, whose in names.items():
        more = [f"{len(whose) - _NAMED} more"] if len(whose) > _NAMED else []
        yield ReportLine(f"{', '.join(whose[:_NAMED] + more)}: {why}", is_head=True)


def _group_lines(group: StackGroup, name_of: Callable[[int], str]) -> Iterator[ReportLine]:
    yield ReportLine(_head(group, name_of), is_head=True)
    for native in group.native:
        yield ReportLine(native_text(native), is_head=False)
    for frame in group.frames:
        text = f"{frame.file}:{frame.line} in {frame.function}"
        yield ReportLine(text, is_head=False, frame=frame)
    if group.omitted:
        yield ReportLine(f"{counted(group.omitted, 'more frame')}", is_head=False)


def _head(group: StackGroup, name_of: Callable[[int], str]) -> str:
    """``6 processes in fetch, crawl.py:41: worker-1, worker-2, worker-3, worker-4, 2 more``."""
    frame = place(group.frames)
    where = "in no Python code"
    if frame is not None:
        where = f"in {frame.function}, {short_file(frame.file)}:{frame.line}"
    named = [_thread_text(process, thread, name_of) for process, thread in group.threads[:_NAMED]]
    if len(group.threads) == 1:
        marks = _marks(group.threads[0][1])
        return f"{named[0]} {where}{f' ({marks})' if marks else ''}"
    more = len(group.threads) - len(named)
    if more:
        named.append(f"{more} more")
    return f"{_count_text(group)} {where}: {', '.join(named)}"


def _count_text(group: StackGroup) -> str:
    process_count = len(group.processes)
    if process_count == len(group.threads):
        return counted(process_count, "process", "processes")
    threads = counted(len(group.threads), "thread")
    return threads if process_count == 1 else f"{threads} of {process_count} processes"


def _thread_text(process: int, thread: ThreadStack, name_of: Callable[[int], str]) -> str:
    name = name_of(process)
    if thread.name == _MAIN_THREAD:
        return name
    return f"{name} ({thread.name or f'thread {thread.thread}'})"


def _marks(thread: ThreadStack) -> str:
    marks = ["has the GIL"] if thread.gil else []
    if thread.ran:
        marks.append("ran meanwhile: may be of two moments")
    return ", ".join(marks)
