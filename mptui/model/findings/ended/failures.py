"""Findings about workers that ended with an exit code other than 0, which the program did not see.

``worker-failed``: an exception ended it, or it left with such a code, and nobody looked at that. A
code that the program has looked at is an answer, and no finding.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.deadlock_search import is_server
from mptui.model.findings.ended_workers import ended_unasked, is_of_library, kind_of
from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, cut_message, ending, listed, name_of, named
from mptui.model.processes.process_state import ProcessState
from mptui.wording.causes import error_meaning, exit_code_meaning
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.run import Run

_KINDS_TOLD: Final = 20
_LOST_CONNECTION: Final = (
    "ConnectionRefusedError",
    "ConnectionResetError",
    "BrokenPipeError",
    "EOFError",
)
"""What a process raises whose Manager has gone."""
GUARD_ADVICE: Final = (
    "Each one runs the main module again, which starts processes: put what the program does behind "
    'a guard, if __name__ == "__main__":.'
)
_UNGUARDED: Final = "finished its bootstrapping phase"
"""What multiprocessing says of that; it is all that is recorded of it."""
_LINES_READ: Final = 60
_FAILED_ADVICE: Final = (
    "What it was to do is missing: look at exitcode after join(), or use a "
    "ProcessPoolExecutor, whose results raise the exception."
)
_INTERRUPTED: Final = "KeyboardInterrupt"


def find_failures(run: Run, states: Iterable[ProcessState]) -> Iterator[Finding]:
    """The workers among these that failed without a word; alike ones are one finding."""
    groups = defaultdict[tuple[str, int | None, str | None], list[ProcessState]](list)
    for state in states:
        if is_unnoticed_failure(run, state):
            groups[kind_of(state), state.exitcode, state.error].append(state)
    for group in list(groups.values())[:_KINDS_TOLD]:
        yield _of_failures(run, group)


def is_unnoticed_failure(run: Run, state: ProcessState) -> bool:
    """Whether it ended with a code other than 0, unasked, and the program did not look at that."""
    if not state.exitcode or state.exitcode_read or state.error == _INTERRUPTED:
        return False
    # A worker of an executor may leave with 1 when all is done, if a thread has forked it.
    is_done = state.error is None and is_of_library(state.target or "")
    if is_done and state.process in run.tasks.of_process:
        return False
    return state.instrumented and ended_unasked(run, state)


def _meaning(state: ProcessState) -> str:
    """What its exit code means, where no exception says more."""
    meaning = None if state.error else exit_code_meaning(state.exitcode)
    return "" if meaning is None else f" {meaning}"


def _lost_server(run: Run, group: list[ProcessState]) -> ProcessState | None:
    """The server of a Manager that had ended by a signal before these lost their connection."""
    first = group[0]
    if not (first.error or "").startswith(_LOST_CONNECTION):
        return None
    for state in run.processes.values():
        if state.signal and is_server(state) and (state.ended_at or 0.0) <= (first.ended_at or 0.0):
            return state
    return None


def _end_of(run: Run, server: ProcessState | None) -> str:
    if server is None:
        return ""
    by = server.terminated_by
    sender = "no process of the program" if by is None else name_of(run, by)
    ended_at = since_text(server.ended_at or 0.0)
    return f" {named(server)} was {ending(server)} at {ended_at}; {sender} sent it."


def ran_main_again(run: Run, state: ProcessState) -> bool:
    """Whether a new interpreter ended as it ran the main module, which started processes again."""
    log = run.logs.get(state.process)
    if log is None or state.start_method == "fork" or state.error is not None:
        return False
    lines = log.lines(max(log.end_line - _LINES_READ, log.first_line), log.end_line)
    return any(_UNGUARDED in line.text for line in lines)


def _advice(run: Run, group: list[ProcessState]) -> str:
    if ran_main_again(run, group[0]):
        return GUARD_ADVICE
    meaning = error_meaning(group[0].error)
    return _FAILED_ADVICE if meaning is None else f"{meaning} {_FAILED_ADVICE}"


def _of_failures(run: Run, group: list[ProcessState]) -> Finding:
    first = group[0]
    is_one = len(group) == 1
    since = min(state.ended_at or 0.0 for state in group)
    error = f": {cut_message(first.error)}" if first.error else ""
    target = first.target or ""
    is_own = bool(target) and not is_of_library(target)
    what = f" in {cut(target.removeprefix('__main__.'))}" if is_own else ""
    server = _lost_server(run, group)
    after = "" if server is None else f", after {named(server)} was {ending(server)}"
    looked = ""
    if not is_of_library(target):  # A library looks at the exit codes of its workers.
        what_of = "its exit code" if is_one else "their exit codes"
        looked = f" Nothing shows that the program looked at {what_of}."
    return Finding(
        kind="worker-failed",
        severity="warning" if first.error else "note",
        headline=f"{listed(map(named, group))} {ending(first)}{error}{after}",
        evidence=(
            f"{'It' if is_one else f'They are {len(group)}, the first'} ended at "
            f"{since_text(since)}{what}.{_end_of(run, server)}{looked}{_meaning(first)}"
        ),
        advice=_advice(run, group),
        processes=tuple(one.process for one in (*group, server) if one is not None),
        since=since,
    )
