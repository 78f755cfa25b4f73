"""Findings about a process that takes more and more of what there is only so much of.

- ``descriptors-rise``: open files, pipes and sockets; there is a limit for each process.
- ``threads-rise``: threads that do not end.
- ``shared-memory-left``: segments of shared memory that nobody removes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding, Severity
from mptui.model.findings.wording import cut, name_of
from mptui.model.processes.processes import MAIN
from mptui.wording.counts import counted, rate_text
from mptui.wording.durations import since_text, span_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.events import DescriptorsCounted, SharedMemorySampled
    from mptui.model.findings.piles.growth import Rise
    from mptui.model.findings.piles.piled import Piled
    from mptui.model.run import Run

_FULL_SHARE: Final = 0.97
_SERIOUS_SHARE: Final = 0.5
"""Of the descriptors that a process may have."""
_KIND_SHARE: Final = 0.6
_MANY_THREADS: Final = 100
_MANY_EXECUTORS: Final = 5
_LEFT_SHARE: Final = 0.5
"""A process that has unlinked more than the rest of its segments cleans up."""
_FREE_SHARE: Final = 0.02
"""With less than this left of it the file system is full."""
_LINES_READ: Final = 50
_EXECUTOR_THREAD: Final = re.compile(r"(ThreadPoolExecutor-\d+)_\d+")
_NUMBERS: Final = re.compile(r"\d+")
_LEAKED: Final = re.compile(r"There appear to be (\d+) leaked shared_memory objects")
"""What the resource tracker of multiprocessing writes when the program has ended; it is all that is
known of segments that were few."""

_DESCRIPTOR_ADVICE: Final = {
    "pipes": (
        "Close both ends of each Pipe() once they are not used any more, and close() each Process "
        "and Queue that is done: an object that is still referred to keeps its pipes."
    ),
    "sockets": "Close each connection when it is done, or use it in a with block.",
    "files": "Close each file when it is done, or open it in a with block.",
    "": "Close what is done with, or use it in a with block.",
}


def find_rising(run: Run, piled: Piled) -> Iterator[Finding]:
    """Processes that take more and more."""
    for process, open_files in piled.open_files.items():
        rise = piled.descriptors[process].rise(_end_of(run, process))
        ran_out = piled.ran_out.get(process) if _is_much(open_files) else None
        if rise is not None or ran_out is not None or _is_full(open_files):
            yield _of_descriptors(run, open_files, rise, ran_out)
    for process, growth in piled.threads.items():
        rise = growth.rise(_end_of(run, process))
        if rise is not None:
            yield _of_threads(run, process, piled.thread_names.get(process, ()), rise)
    is_told = False
    for process, memory in piled.shared_memory.items():
        rise = piled.segments[process].rise(_end_of(run, MAIN))
        if rise is not None and memory.count >= _LEFT_SHARE * memory.made:
            is_told = True
            yield _of_shared_memory(run, memory, rise)
    if not is_told:
        yield from _of_leaked(run)


def _end_of(run: Run, process: int) -> float:
    state = run.processes.get(process)
    return run.now if state is None or state.ended_at is None else state.ended_at


def _ended_at(run: Run, process: int) -> float | None:
    state = run.processes.get(process)
    return None if state is None else state.ended_at


def _figures(rise: Rise) -> str:
    first, last = f"{rise.first:,}", f"{rise.last:,}"
    return f"{first} at {since_text(rise.since)}, {last} at {since_text(rise.until)}"


# Descriptors


def _is_full(open_files: DescriptorsCounted) -> bool:
    limit = open_files.limit
    return limit is not None and open_files.count >= _FULL_SHARE * limit > 0


def _is_much(open_files: DescriptorsCounted) -> bool:
    limit = open_files.limit
    return limit is not None and open_files.count >= _SERIOUS_SHARE * limit > 0


def _of_descriptors(
    run: Run, open_files: DescriptorsCounted, rise: Rise | None, ran_out: float | None
) -> Finding:
    process, limit = open_files.process, open_files.limit
    name, what = name_of(run, process), _most_of(open_files)
    is_full = ran_out is not None or _is_full(open_files)
    headline = (
        f"{name} has {open_files.count:,} file descriptors open"
        f"{f' of at most {limit:,}' if limit else ''}{'' if is_full else ', and more and more'}"
    )
    evidence = [f"There were {_figures(rise)}."] if rise is not None else []
    if what:
        evidence.append(f"{getattr(open_files, what):,} of them are {what}.")
    if limit and not is_full and rise is not None:
        rate = rise.by / rise.seconds
        left = span_text((limit - open_files.count) / rate)
        evidence.append(
            f"They rise by {rate_text(rate)}: at this pace the limit is reached in {left}."
        )
    elif ran_out is not None:
        evidence.append(f"At {since_text(ran_out)} it failed with OSError: Too many open files.")
    elif is_full:
        evidence.append("Whatever opens one more fails with OSError: Too many open files.")
    return Finding(
        kind="descriptors-rise",
        severity="error" if is_full else _severity_of(open_files, what),
        headline=headline,
        evidence=" ".join(evidence),
        advice=_DESCRIPTOR_ADVICE[what],
        processes=(process,),
        since=open_files.t if rise is None else rise.since,
        until=_ended_at(run, process),
    )


def _severity_of(open_files: DescriptorsCounted, what: str) -> Severity:
    """A server has many connections; nothing has more and more pipes on purpose."""
    return "warning" if _is_much(open_files) or what == "pipes" else "note"


def _most_of(open_files: DescriptorsCounted) -> str:
    """What most of them stand for; empty where there is no such thing."""
    least = _KIND_SHARE * open_files.count
    return next(
        (what for what in ("pipes", "sockets", "files") if getattr(open_files, what) >= least), ""
    )


# Threads


def _of_threads(run: Run, process: int, all_names: Iterable[str], rise: Rise) -> Finding:
    groups = defaultdict[str, list[str]](list)
    for name in all_names:
        groups[_NUMBERS.sub("N", name)].append(name)
    stem, names = max(groups.items(), key=lambda one: len(one[1]), default=("", []))
    executors = {match[1] for one in names if (match := _EXECUTOR_THREAD.match(one))}
    evidence, advice = _explained_threads(stem, len(names), len(executors))
    is_serious = rise.last >= _MANY_THREADS or len(executors) >= _MANY_EXECUTORS
    return Finding(
        kind="threads-rise",
        severity="warning" if is_serious else "note",
        headline=(
            f"{name_of(run, process)} has {rise.last:,} threads, and starts more and more that do "
            "not end"
        ),
        evidence=f"There were {_figures(rise)}.{evidence}",
        advice=advice,
        processes=(process,),
        since=rise.since,
        until=_ended_at(run, process),
    )


def _explained_threads(stem: str, count: int, executors: int) -> tuple[str, str]:
    if executors > 1:
        return (
            f" {count:,} of them belong to {counted(executors, 'ThreadPoolExecutor')}.",
            "Use one executor for all of the work, or leave each through a with block: only "
            "shutdown() ends its threads.",
        )
    named = f" {count:,} of them are called {cut(stem)}." if count > 1 else ""
    if stem.startswith("QueueFeeder"):
        return (
            named,
            "Each Queue of multiprocessing that was put into has such a thread until close(): "
            "close() each one, or use one queue for all.",
        )
    return (
        named,
        "Let threads end and join() them, or give their work to one ThreadPoolExecutor, which has "
        "a limit.",
    )


# Shared memory


def _of_shared_memory(run: Run, memory: SharedMemorySampled, rise: Rise) -> Finding:
    where = f", the newest in {cut(memory.place)}" if memory.place else ""
    is_full, room = False, ""
    if memory.room_bytes and memory.free_bytes is not None:
        is_full = memory.free_bytes < _FREE_SHARE * memory.room_bytes
        room = (
            f" /dev/shm holds {size_text(memory.room_bytes)}, {size_text(memory.free_bytes)} of it "
            f"are free; {'while' if is_full else 'once'} it is full, whoever writes to new memory "
            "is killed by SIGBUS."
        )
    return Finding(
        kind="shared-memory-left",
        severity="error" if is_full else "warning",
        headline=(
            f"{name_of(run, memory.process)} makes shared memory and does not unlink it: "
            f"{memory.count:,} segments, {size_text(memory.bytes)}"
        ),
        evidence=f"It made {memory.made:,}{where}. Still there: {_figures(rise)}.{room}",
        advice=(
            "Call unlink() once for each segment when no process needs it any more: close() gives "
            "up only the own view of it."
        ),
        processes=(memory.process,),
        since=rise.since,
        until=_ended_at(run, MAIN),
    )


def _of_leaked(run: Run) -> Iterator[Finding]:
    """What the resource tracker found at the end, and removed."""
    for state in run.processes.values():
        log = run.logs.get(state.process) if state.role == "helper" else None
        if log is None:
            continue
        lines = log.lines(max(log.end_line - _LINES_READ, log.first_line), log.end_line)
        found = [match for line in lines if (match := _LEAKED.search(line.text))]
        if found:
            count = sum(int(match[1][:6]) for match in found)
            is_one = count == 1
            yield Finding(
                kind="shared-memory-left",
                severity="note",
                headline=(
                    f"{counted(count, 'segment')} of shared memory {'was' if is_one else 'were'} "
                    "never unlinked"
                ),
                evidence=(
                    f"The resource tracker of multiprocessing removed {'it' if is_one else 'them'} "
                    "when the program had ended; until then /dev/shm kept "
                    f"{'it' if is_one else 'them'}."
                ),
                advice=(
                    "Call unlink() once for each segment when no process needs it any more, also "
                    "where something fails: close() gives up only the own view of it."
                ),
                processes=(state.process,),
                since=run.now if state.ended_at is None else state.ended_at,
                until=None,
            )
