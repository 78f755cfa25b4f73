"""Findings about failures that a process outlives, and of which only its output tells.

- ``thread-died``: an exception ended a thread, the process goes on without it.
- ``item-not-sent``: what was put into a queue cannot be pickled, and so never arrives.
- ``initializer-failed``: the workers of an executor end before they take a task.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.printed.printed_errors import PrintedError
from mptui.model.findings.wording import cut, cut_message, listed, name_of
from mptui.wording.counts import counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings.printed.printed_errors import PrintedErrors
    from mptui.model.run import Run

_EXECUTOR_WORKERS: Final = (
    "concurrent.futures.process._process_worker",
    "loky.process_executor._process_worker",
    "joblib.externals.loky.process_executor._process_worker",
)
_TELL_OF_THREADS: Final = ("pool-stuck", "deadlock")
_DIED: Final = " died: "
_THREAD_ADVICE: Final = (
    "What this thread was to do is not done any more, and whoever waits for it waits for ever: "
    "catch the exception in it, or give the work to a ThreadPoolExecutor, whose result() raises it."
)
_CALLBACK_ADVICE: Final = (
    "A callback of a pool must not raise: the thread that receives the results ends with it, and "
    "no result arrives any more. Catch the exception in the callback."
)
_ITEM_ADVICE: Final = (
    "put() returns before the item is pickled, so the program learns nothing of it: whoever waits "
    "for the item waits for ever. Put data, not functions made on the spot, locks, connections or "
    "open files; pickle.dumps(item) before put() raises the error where it can be seen."
)
_INITIALIZER_ADVICE: Final = (
    "Mend what the initializer does: try it in the main process first. Every result of this "
    "executor raises BrokenProcessPool."
)


def find_half_failures(run: Run, printed: PrintedErrors) -> Iterator[Finding]:
    """What Python printed and nobody may have seen."""
    if not printed:
        return
    initializers = defaultdict[tuple[int | None, str], list[PrintedError]](list)
    for one in printed.all:
        state = run.processes.get(one.process)
        if one.kind == "thread":
            yield _of_thread(run, one)
        elif one.kind == "feeder":
            yield _of_item(run, one)
        elif state is not None and state.target in _EXECUTOR_WORKERS:
            initializers[state.parent, one.error].append(one)
    for group in initializers.values():
        yield _of_initializer(run, group)


def _of_thread(run: Run, one: PrintedError) -> Finding:
    name = name_of(run, one.process)
    receives = one.thread.endswith("(_handle_results)")
    who = f"Thread {cut(one.thread)} of {name}"
    if receives:
        who = f"The thread of {name} that receives the results of a pool"
    state = run.processes.get(one.process)
    goes_on = " The process went on without it." if state is None or not state.exitcode else ""
    return Finding(
        kind="thread-died",
        severity="warning",
        headline=f"{who}{_DIED}{cut_message(one.error)}" if one.error else f"{who} has died",
        evidence=f"It was at {since_text(one.since)}{_at(one)}.{goes_on}",
        advice=_CALLBACK_ADVICE if one.is_in_callback else _THREAD_ADVICE,
        processes=(one.process,),
        since=one.since,
    )


def _of_item(run: Run, one: PrintedError) -> Finding:
    error = f": {cut_message(one.error)}" if one.error else ""
    return Finding(
        kind="item-not-sent",
        severity="error",
        headline=f"What {name_of(run, one.process)} put into a queue was never sent{error}",
        evidence=(
            f"It was at {since_text(one.since)}: the item cannot be pickled, which the thread that "
            "feeds the queue finds out after put() has returned."
        ),
        advice=_ITEM_ADVICE,
        processes=(one.process,),
        since=one.since,
    )


def _of_initializer(run: Run, group: list[PrintedError]) -> Finding:
    first = group[0]
    states = [run.processes.get(one.process) for one in group]
    owner = next((one.parent for one in states if one is not None), None)
    of_whom = f" of {name_of(run, owner)}" if owner is not None else ""
    error = f": {cut_message(first.error)}" if first.error else ""
    names = listed(name_of(run, one.process) for one in group)
    return Finding(
        kind="initializer-failed",
        severity="error",
        headline=f"The initializer of an executor{of_whom} failed{error}",
        evidence=(
            f"It was in {names}, at {since_text(first.since)}{_at(first)}. {_undone(run, owner)}"
        ),
        advice=_INITIALIZER_ADVICE,
        processes=tuple(one.process for one in group),
        since=first.since,
    )


def _undone(run: Run, owner: int | None) -> str:
    """How many tasks no worker took, where there is but one executor to have had them."""
    queues = [queue for queue in run.queues.values() if queue.kind == "executor"]
    if owner is not None and len(queues) == 1 and queues[0].put > queues[0].got:
        left = queues[0].put - queues[0].got
        of = cut(queues[0].name) if queues[0].name else "it"
        return f"{counted(left, 'task')} of {of} {'was' if left == 1 else 'were'} never begun."
    return "It takes no task any more."


def _at(one: PrintedError) -> str:
    return f", {cut(one.place)}" if one.place else ""


def without_told(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, but not that a thread died where another one tells of that and what follows."""
    every = list(findings)
    told = defaultdict[int, list[str]](list)
    for one in every:
        if one.kind in _TELL_OF_THREADS:
            for process in one.processes:
                told[process].append(f"{one.headline} {one.evidence}")
    return [one for one in every if one.kind != "thread-died" or not _is_told(one, told)]


def _is_told(finding: Finding, told: dict[int, list[str]]) -> bool:
    _, _, error = finding.headline.partition(_DIED)
    return bool(error) and any(error in text for text in told.get(finding.processes[0], ()))
