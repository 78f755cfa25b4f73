"""All that is known of one process, as words behind labels; its environment is never shown."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.columns import lifetime_text
from mptui.dashboard.presentation.processes.names import process_name, thread_name
from mptui.dashboard.presentation.processes.status import process_status
from mptui.dashboard.presentation.use.history import curve_words, curves
from mptui.dashboard.presentation.words.tasks import call_text, tasks_text
from mptui.dashboard.presentation.words.time_shares import SHARES, share_title
from mptui.dashboard.presentation.words.waits import wait_text
from mptui.model.processes.processes import MAIN
from mptui.terminal_text import safe_text
from mptui.wording.attached import NOT_SEEN
from mptui.wording.counts import count_text, counted, percent_text
from mptui.wording.durations import duration_text, precise_text, running_time_text
from mptui.wording.endings import exit_text
from mptui.wording.sizes import bytes_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import WaitStarted
    from mptui.model import ProcessState, Run

_COMMAND_CHARACTERS: Final = 2000
_UNKNOWN: Final = "not known"
_HISTORY_BARS: Final = 24
_LEAST_BARS: Final = 4
"""Fewer tell nothing of how it came about."""
_HISTORY_LABELS: Final = {"CPU": "CPU", "MEM": "memory", "TASKS": "tasks"}
_NOT_INSTRUMENTED: Final = (
    "no: not Python, or started without its environment; seen from the process table"
)


_ATTACHED: Final = f"no: output and tasks are {NOT_SEEN}"


class Detail(NamedTuple):
    """One fact."""

    label: str
    value: str
    """Made safe, in one line; wrapped where it is shown."""


def process_details(run: Run, process: int, now: float, glyphs: Glyphs) -> list[Detail]:
    """Everything that is known of a process at this time of the run."""
    state = run.processes.get(process)
    if state is None:
        return []
    facts = [
        *_origin(run, state),
        *_life(run, state, now, glyphs),
        *_work(run, state, now),
        *_use(state),
        *_history(run, process, now, glyphs),
    ]
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
    outside = _ATTACHED if run.is_attached else _NOT_INSTRUMENTED
    yield "probe inside", "yes" if state.instrumented else outside


def _start_text(run: Run, state: ProcessState) -> str:
    since, after = duration_text(state.started_at), run.started
    if after is None or after.attached_after is None:
        return f"{since} after the run began"
    if state.process != MAIN:
        return f"found {since} after mptui came; it may have run before"
    return f"{running_time_text(after.attached_after)} before mptui came"


def _life(run: Run, state: ProcessState, now: float, glyphs: Glyphs) -> Iterator[tuple[str, str]]:
    yield "started", _start_text(run, state)
    yield "time", lifetime_text(state, now)
    if state.is_alive:
        wait = run.waits.current.get(state.process)
        yield "state", process_status(state, glyphs, wait).words[-1]
        if wait is not None:
            yield from _waiting(run, wait, now)
        return
    ending = "killed for memory, " if state.oom else ""
    yield "ended", ending + exit_text(state.exitcode, state.signal)
    if state.terminated_by is not None:
        yield "terminated by", _named(run, state.terminated_by)
    elif state.asked_by_user:
        yield "terminated by", "a person, with mptui"


def _waiting(run: Run, wait: WaitStarted, now: float) -> Iterator[tuple[str, str]]:
    timed = ", for a time" if wait.timed and wait_kind(wait.kind).state != "sleeping" else ""
    said = wait_text(wait.kind, wait.on)
    yield "waits", f"{said}{timed}, since {running_time_text(now - wait.started_at)}"
    holders = _holders(run, wait)
    if holders:
        yield "held by", ", ".join(holders)
    if wait.holds:
        yield "holds", ", ".join(_lock_name(run, lock) for lock in wait.holds)


def _holders(run: Run, wait: WaitStarted) -> list[str]:
    """Those that hold what a process waits for: as they were seen to while they wait, or do not."""
    if wait.lock is None:
        return []
    inside = {one.process: None for one in run.waits.current.values() if wait.lock in one.holds}
    sample = run.locks.get(wait.lock)
    if sample is None or sample.t < wait.started_at:
        return [_named(run, holder) for holder in inside]
    inside |= {holder: None for holder in sample.holders if run.is_alive(holder)}
    outside = [
        f"{safe_text(command)} (pid {pid}), outside" for pid, command in sample.outside.items()
    ]
    return [*(_named(run, holder) for holder in inside), *outside]


def _work(run: Run, state: ProcessState, now: float) -> Iterator[tuple[str, str]]:
    for task in run.tasks.running_in(state.process):
        thread = run.threads.get(state.process, {}).get(task.thread or 0)
        where = f" in {thread_name(task.thread or 0, thread)}" if thread is not None else ""
        yield "task", f"{call_text(task)}{where}, since {running_time_text(now - task.started_at)}"
    for loss in run.tasks.lost:
        if loss.task.process == state.process:
            seconds = duration_text(loss.lost_at - loss.task.started_at)
            yield "lost", f"{call_text(loss.task)}, {seconds} after it began"
    done = run.tasks.of_process.get(state.process)
    if done is not None:
        failed = f", {count_text(done.failed)} failed" if done.failed else ""
        items = f", {counted(done.items, 'item')}" if done.items > done.count else ""
        yield (
            "done",
            f"{tasks_text(done.count)}{failed}{items}, {precise_text(done.seconds_worked)}",
        )
    if done is not None or run.tasks.running_in(state.process) or _is_time_known(run, state):
        yield from _time_spent(run, state)


def _is_time_known(run: Run, state: ProcessState) -> bool:
    """Whether there is more to say of its time than how long it was."""
    return run.core_times.are_known or bool(run.waits.total_seconds(state.process))


def _time_spent(run: Run, state: ProcessState) -> Iterator[tuple[str, str]]:
    # A life that goes on is given in whole seconds, or no figure would ever stand still.
    lasting = running_time_text if state.is_alive else duration_text
    least = 1.0 if state.is_alive else 0.005
    split = run.time_split(state.process)
    parts = [(getattr(split, share.key), share_title(share, run).lower()) for share in SHARES]
    spent = [f"{lasting(seconds)} {title}" for seconds, title in parts if seconds >= least]
    if spent:
        yield "time spent", ", ".join(spent)


def _lock_name(run: Run, lock: int) -> str:
    """A lock by the name under which a process waits for it."""
    names = (wait.on for wait in run.waits.current.values() if wait.lock == lock)
    name = next((name for name in names if name), None)
    return safe_text(name) if name else f"lock {lock}"


def _use(state: ProcessState) -> Iterator[tuple[str, str]]:
    sample = state.sample
    if sample is not None:
        if sample.core >= 0:
            yield "core", str(sample.core)
        yield "threads", str(sample.threads)
        ready = (
            f", without one {percent_text(sample.ready_percent)}" if sample.ready_percent else ""
        )
        yield "CPU", f"{percent_text(sample.cpu_percent)} of a core{ready}"
    if state.peak_rss_bytes:
        now = f"{bytes_text(sample.rss_bytes)}, " if sample is not None else ""
        yield "memory", f"{now}{bytes_text(state.peak_rss_bytes)} at most"
    yield "printed", f"{counted(state.line_count, 'line')}, {bytes_text(state.byte_count)}"


def _history(run: Run, process: int, now: float, glyphs: Glyphs) -> Iterator[tuple[str, str]]:
    found, seconds = curves(run, process, now, _HISTORY_BARS)
    for curve in found:
        if len(curve.values) < _LEAST_BARS:
            return
        yield f"{_HISTORY_LABELS[curve.title]} so far", curve_words(curve, seconds, glyphs)


def _named(run: Run, process: int | None) -> str:
    """A process by its name and pid."""
    if process is None:
        return _UNKNOWN
    state = run.processes.get(process)
    return f"{process_name(state)} (pid {state.pid})" if state is not None else _UNKNOWN
