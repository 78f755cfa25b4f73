"""Findings about tasks that failed without a word: ``failure-unasked``.

An error that a task raises waits in its result. Where the program asks for none of the results of
tasks that failed alike, and cannot any more, nobody learns of it. A program that has ended badly
itself says enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.results.lost_results import error_type
from mptui.model.findings.results.tasks_of import ended_badly, is_given_by
from mptui.model.findings.wording import cut, cut_message, name_of
from mptui.wording.causes import error_meaning
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import ResultsUnasked
    from mptui.model.findings.results.lost_results import LostResults
    from mptui.model.run import Run

_POOL_ADVICE: Final = (
    "Call get() on what apply_async() and map_async() return, which raises the error, or give them "
    "an error_callback."
)
_FUTURE_ADVICE: Final = (
    "Call result() on each future, which raises the error, or go through what map() returns."
)


def find_unasked(run: Run, lost_results: LostResults) -> Iterator[Finding]:
    """Failures of which the program asked for none, by function and type of error."""
    for since, event in lost_results.unasked:
        if not event.asked and not ended_badly(run, event.process):
            yield _of_unasked(run, event, since)


def _of_unasked(run: Run, event: ResultsUnasked, since: float) -> Finding:
    label = event.label or _label_of(run, event)
    function = run.tasks.functions.get(label) if label is not None else None
    total = 0 if function is None else function.count
    # A chunk of a map is one task, which is counted once.
    of = f"{event.count:,} of {total:,} tasks" if total > event.count else None
    tasks = of or counted(event.count, "task")
    whose = f" of {cut(label)}" if label else ""
    owner = name_of(run, event.process)
    is_one = event.count == 1
    return Finding(
        kind="failure-unasked",
        severity="warning",
        headline=(
            f"{tasks}{whose} failed, and nobody asked for {'the result' if is_one else 'a result'}"
            f": {cut_message(event.error)}"
        ),
        evidence=(
            f"{owner} gave {'it' if is_one else 'them'} to {_giver(event)} and never asked for "
            f"{'its result' if is_one else 'any of their results'}, so the error"
            f"{' is' if is_one else 's are'} shown nowhere."
        ),
        advice=_advice(event),
        processes=(event.process,),
        since=since,
    )


def _advice(event: ResultsUnasked) -> str:
    ask = _POOL_ADVICE if event.executor == "pool" else _FUTURE_ADVICE
    meaning = error_meaning(event.error)
    return ask if meaning is None else f"{meaning} {ask}"


def _giver(event: ResultsUnasked) -> str:
    return {"pool": "a pool", "executor": "an executor of processes"}.get(
        event.executor or "", "an executor of threads"
    )


def _label_of(run: Run, event: ResultsUnasked) -> str | None:
    """The only function whose tasks failed like this in the workers of the process."""
    labels = {
        task.label
        for task in run.tasks.failed
        if is_given_by(run, task, event.process)
        and error_type(task.error or "") == error_type(event.error)
    }
    return labels.pop() if len(labels) == 1 else None
