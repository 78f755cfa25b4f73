"""Findings about a Manager that answers all the time: ``manager-busy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import name_of
from mptui.wording.counts import counted
from mptui.wording.durations import span_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.run import Run

_SERVER: Final = "BaseManager._run_server"
_LEAST_SECONDS: Final = 3.0
_BUSY_SHARE: Final = 0.6
"""On a core, or ready for one: between two answers it waits for the next question."""


def find_busy_managers(run: Run) -> Iterator[Finding]:
    """Managers that hardly come to rest."""
    for state in run.processes.values():
        if not (state.target or "").endswith(_SERVER):
            continue
        ended = run.now if state.ended_at is None else state.ended_at
        spent = run.core_times.between(state.process, state.started_at, ended)
        seconds = ended - state.started_at
        if spent is None or seconds < _LEAST_SECONDS:
            continue
        share = (spent.on_core + spent.ready) / seconds
        if share >= _BUSY_SHARE:
            yield _of_busy(run, state.process, state.started_at, seconds, share)


def _of_busy(run: Run, process: int, since: float, seconds: float, share: float) -> Finding:
    users = sum(
        state.role == "worker" and state.process != process for state in run.processes.values()
    )
    name = name_of(run, process)
    return Finding(
        kind="manager-busy",
        severity="warning",
        headline=f"{name}, a Manager, was busy with answers {100 * share:.0f} % of the time",
        evidence=(
            f"In {span_text(seconds)} it was on a core or ready for one for "
            f"{span_text(share * seconds)}. The program has {counted(users, 'worker')} beside it; "
            "each use of one of its objects is a message to it and an answer."
        ),
        advice=(
            "One process answers for all, so whoever uses its objects waits in a queue. Collect "
            "in the worker and give back once, use Value, Array or SharedMemory, or return "
            "results through a pool instead."
        ),
        processes=(process,),
        since=since,
    )
