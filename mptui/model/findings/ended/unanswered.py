"""Findings about processes that were asked to end, and do not: ``does-not-end``.

The one that asked waits for the end, for as long as it takes. Where nobody waits like that it is
for the record only, and only of a process that is known not to end of that signal by itself, and
that does nothing: any other one may be tidying up.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import name_of, waiting_place
from mptui.wording.durations import since_text
from mptui.wording.endings import signal_name
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import ProcessAsked, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_PATIENCE_SECONDS: Final = 4.0
_UNAWAITED_SECONDS: Final = 6.0
_CATCHABLE: Final = frozenset[int]((signal.SIGTERM, signal.SIGINT, signal.SIGQUIT))
_SURVIVING: Final = ("caught", "ignored", "blocked")


def find_unanswered_requests(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Processes that live on long after another one asked them to end."""
    for asked in evidence.asked.values():
        state, wait = run.processes.get(asked.process), run.waits.current.get(asked.by)
        if state is None or not state.is_alive or asked.signal not in _CATCHABLE:
            continue
        is_awaited = wait is not None and wait.joined == asked.process and not wait.timed
        if is_awaited and wait is not None and run.now - wait.started_at >= _PATIENCE_SECONDS:
            yield _of_request(run, state, asked, wait)
        elif not is_awaited and _is_ignored(run, state, asked):
            yield _of_request(run, state, asked, None)


def _is_ignored(run: Run, state: ProcessState, asked: ProcessAsked) -> bool:
    """Whether it goes on resting as if nothing had been said; an interrupt may mean many things."""
    wait = run.waits.current.get(state.process)
    return (
        asked.signal == signal.SIGTERM
        and asked.disposition in _SURVIVING
        and run.is_alive(asked.by)
        and run.now - asked.t >= _UNAWAITED_SECONDS
        and wait is not None
        and not run.tasks.running_in(state.process)
    )


def _of_request(
    run: Run, state: ProcessState, asked: ProcessAsked, awaited: WaitStarted | None
) -> Finding:
    by, name = name_of(run, asked.by), name_of(run, asked.process)
    number = signal_name(asked.signal)
    current = run.waits.current.get(asked.process)
    does = ""
    if current is not None:
        where = waiting_place(run, current)
        at = "" if where is None else f" ({where})"
        does = f" {name} is {wait_kind(current.kind).in_words(current.on)}{at}."
    waits = ""
    if awaited is not None:
        waits = f"; {by} waits for its end since {since_text(awaited.started_at)} into the run"
    return Finding(
        kind="does-not-end",
        severity="note" if awaited is None else "warning",
        headline=f"{name} does not end, though {by} asked it to by {number}",
        evidence=f"It was asked at {since_text(asked.t)} and still lives{waits}.{does}",
        advice=_advice(state, asked, number),
        processes=(asked.process, asked.by),
        since=asked.t,
    )


def _advice(state: ProcessState, asked: ProcessAsked, number: str) -> str:
    inherited = ", which a fork inherits from its parent" if state.start_method == "fork" else ""
    if asked.disposition == "ignored":
        return (
            f"It ignores {number}, as a child of one that ignores it does: call "
            f"signal.signal(signal.{number}, signal.SIG_DFL) in it first, or end it by kill()."
        )
    if asked.disposition == "blocked":
        return (
            f"It has {number} blocked (signal.pthread_sigmask), so it learns of it only when it "
            "unblocks it: do so, or end it by kill()."
        )
    if asked.disposition == "caught":
        return (
            f"It has a handler for {number}{inherited}: let the handler end the process, set "
            "signal.SIG_DFL first thing in the worker, or call kill() after a while."
        )
    if asked.disposition == "default":
        return f"{number} would end it: it is stopped, or waits for a device. kill() can be surer."
    return (
        f"It ignores {number}, or has a handler for it, which a fork inherits from its parent: "
        "let the handler end the process, reset it in the worker, or call kill() after a while."
    )
