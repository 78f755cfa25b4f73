"""Findings about ends of what is no worker: the main process, and other programs it started.

- ``main-killed``: a signal ended the main process, and neither the program nor mptui sent it.
- ``program-failed``: a program that it started crashed, could not be run at all, or failed in the
  same way each time. For the record: what it was started for may be just to find out.
"""

from __future__ import annotations

import signal
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding, Severity
from mptui.model.findings.wording import cut, ending, listed, named
from mptui.model.outliving import outliving
from mptui.model.processes.process_state import ProcessState
from mptui.model.processes.processes import MAIN
from mptui.wording.causes import CRASHES, exit_code_meaning, signal_meaning
from mptui.wording.durations import since_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_REQUESTS: Final = frozenset[int](
    (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGQUIT)
)
"""By these a program is ended in an ordinary way: by a person, a shell, a closed pipe."""
_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh"})
_KINDS_TOLD: Final = 10
_ALWAYS: Final = 3
_FAULTHANDLER: Final = "Run it with python -X faulthandler to see in which line it was."


def find_ended_programs(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """The main process, where a signal ended it; programs that crashed or were not found."""
    main = run.processes.get(MAIN)
    # What it leaves behind is a finding of its own, which says how it ended.
    if main is not None and _was_killed(run, main) and outliving(run) is None:
        yield _of_main(main)
    groups = defaultdict[tuple[str, int | None, int | None], list[ProcessState]](list)
    for state in run.processes.values():
        if state.role == "other" and _is_failed_program(state):
            groups[state.name, state.exitcode, state.signal].append(state)
    for group in list(groups.values())[:_KINDS_TOLD]:
        yield _of_programs(group)
    for group in _that_always_fail(run)[:_KINDS_TOLD]:
        yield _of_failing(group)


def _was_killed(run: Run, main: ProcessState) -> bool:
    was_stopped = run.finished is not None and run.finished.stopped is not None
    return main.signal is not None and _is_unasked(main) and not was_stopped


def _is_unasked(state: ProcessState) -> bool:
    return not state.stopping and state.terminated_by is None


def _of_main(main: ProcessState) -> Finding:
    number, since = main.signal or 0, main.ended_at or 0.0
    memory = f" It occupied up to {size_text(main.peak_rss_bytes)}." if main.peak_rss_bytes else ""
    cause = ", as memory ran out" if main.oom else ""
    severity: Severity = "note" if number in _REQUESTS else "error"
    return Finding(
        kind="main-killed",
        severity=severity,
        headline=f"{named(main)} was {ending(main)}{cause}",
        evidence=(f"{_who(main)}{memory}"),
        advice=_advice_for_main(main),
        processes=(main.process,),
        since=since,
    )


def _who(main: ProcessState) -> str:
    if main.oom:
        return "The kernel did that, and counted it as a kill for want of memory."
    if main.signal in CRASHES:
        return "It crashed by itself: no process of the program sent the signal."
    return "No process of the program sent the signal."


def _advice_for_main(main: ProcessState) -> str:
    if main.oom:
        return "Give it more memory, or let it take less: fewer workers, smaller pieces of work."
    meaning = signal_meaning(main.signal)
    if main.signal in CRASHES:
        return " ".join(filter(None, (meaning, _FAULTHANDLER)))
    return meaning or (
        "Whoever sent it is outside of the program: a person, a time limit, a batch system, a "
        "limit on memory."
    )


def _is_failed_program(state: ProcessState) -> bool:
    if state.ended_at is None or not _is_unasked(state):
        return False
    if state.signal is not None:
        return state.signal in CRASHES or state.oom
    # To any other program the same numbers may mean something else.
    return _is_shell(state) and exit_code_meaning(state.exitcode) is not None


def _that_always_fail(run: Run) -> list[list[ProcessState]]:
    """Programs that were run a few times and failed in the same way each time.

    With 1 many say no: grep, diff, test.
    """
    ended = defaultdict[str, list[ProcessState]](list)
    for state in run.processes.values():
        if state.role == "other" and state.ended_at is not None and state.argv:
            ended[state.name].append(state)
    return [
        group
        for group in ended.values()
        if len(group) >= _ALWAYS
        and len({state.exitcode for state in group}) == 1
        and (group[0].exitcode or 0) > 1
        and not any(_is_failed_program(state) for state in group)
        and all(map(_is_unasked, group))
    ]


def _of_failing(group: list[ProcessState]) -> Finding:
    first, since = group[0], _first_end(group)
    return Finding(
        kind="program-failed",
        severity="note",
        headline=f"{named(first)} {ending(first)}, each of {len(group)} times",
        evidence=(
            f"The first time was at {since_text(since)}. The command: "
            f"{cut(' '.join(first.argv or ()))}."
        ),
        advice=(
            "Look at what it wrote on standard error. subprocess.run(..., check=True) raises an "
            "error in the program that runs it."
        ),
        processes=tuple(state.process for state in group),
        since=since,
    )


def _is_shell(state: ProcessState) -> bool:
    path = state.argv[0] if state.argv else ""
    return path.rpartition("/")[2].lstrip("-") in _SHELLS


def _of_programs(group: list[ProcessState]) -> Finding:
    first, since = group[0], _first_end(group)
    was = "" if first.signal is None else ("was " if len(group) == 1 else "were ")
    cause = ", as memory ran out" if first.oom else ""
    meaning = (
        signal_meaning(first.signal) if first.signal is not None
        else exit_code_meaning(first.exitcode)
    )  # fmt: skip
    at = "It was at" if len(group) == 1 else f"They are {len(group)}, the first was at"
    command = f" The command: {cut(' '.join(first.argv))}." if first.argv else ""
    return Finding(
        kind="program-failed",
        severity="note",
        headline=f"{listed(map(named, group))} {was}{ending(first)}{cause}",
        evidence=f"{at} {since_text(since)}.{command}",
        advice=meaning or "Look at what it wrote on standard error, and at its return code.",
        processes=tuple(state.process for state in group),
        since=since,
    )


def _first_end(group: Iterable[ProcessState]) -> float:
    return min(state.ended_at or 0.0 for state in group)
