"""Findings about processes that were asked to end, and do not: ``does-not-end``.

The one that asked waits for the end, for as long as it takes. A process that is asked and takes its
time, while nobody waits for it, is no finding.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import name_of
from mptui.wording.durations import since_text
from mptui.wording.endings import signal_name
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import ProcessAsked, WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_PATIENCE_SECONDS: Final = 4.0
_CATCHABLE: Final = frozenset[int]((signal.SIGTERM, signal.SIGINT, signal.SIGQUIT))


def find_unanswered_requests(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Processes that live on long after another one asked them to end, and waits for that."""
    for asked in evidence.asked.values():
        state, wait = run.processes.get(asked.process), run.waits.current.get(asked.by)
        if state is None or not state.is_alive or asked.signal not in _CATCHABLE:
            continue
        if wait is None or wait.joined != asked.process or wait.timed:
            continue
        if run.now - wait.started_at >= _PATIENCE_SECONDS:
            yield _of_request(run, asked, wait)


def _of_request(run: Run, asked: ProcessAsked, wait: WaitStarted) -> Finding:
    by, name = name_of(run, asked.by), name_of(run, asked.process)
    number = signal_name(asked.signal)
    current = run.waits.current.get(asked.process)
    on = None if current is None else current.on
    does = "" if current is None else f" It is {wait_kind(current.kind).in_words(on)}."
    return Finding(
        kind="does-not-end",
        severity="warning",
        headline=f"{name} does not end, though {by} asked it to by {number}",
        evidence=(
            f"It was asked at {since_text(asked.t)} and still lives; {by} waits for its end since "
            f"{since_text(wait.started_at)} into the run.{does}"
        ),
        advice=(
            f"It ignores {number}, or has a handler for it, which a fork inherits from its parent: "
            "let the handler end the process, reset it in the worker, or call kill() after a while."
        ),
        processes=(asked.process, asked.by),
        since=asked.t,
    )
