"""Findings about results that are awaited from a pool without any worker: ``pool-stuck``.

A with block that is left ends its pool; who then asks for a result, or goes through what `imap`
gave, waits for ever. The same where the pool's thread that starts workers has died.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import cut, frames_of_wait, name_of
from mptui.model.stacks.result_waits import waits_for_pool
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_STUCK_SECONDS: Final = 4.0
_STARTING: Final = "(_handle_workers)"
_RECEIVING: Final = "(_handle_results)"
_IN_POOL_OF_THREADS: Final = "(worker)"

_ENDED_ADVICE: Final = (
    "A with block of a Pool ends its workers when it is left: take the results inside of it, or "
    "call close() and join() instead of terminate()."
)
_DIED_ADVICE: Final = (
    "The thread that starts workers has died, its traceback is in the output: it could not start "
    "another one. Stop the program."
)


def find_left_pools(run: Run, _evidence: Evidence) -> Iterator[Finding]:
    """Processes that wait for results of a pool though they have no worker any more."""
    with_children = {state.parent for state in run.alive}
    for process, wait in run.waits.current.items():
        owner = run.processes.get(process)
        if owner is None or process in with_children or not _waits_in_vain(run, owner, wait):
            continue
        ended = [
            state
            for state in run.processes.values()
            if state.parent == process and state.role == "worker"
        ]
        if ended:
            yield _of_left(run, wait, ended)


def _waits_in_vain(run: Run, owner: ProcessState, wait: WaitStarted) -> bool:
    """Whether it waits long for a pool of processes, and what starts the workers of that is gone.

    A pool of threads has no workers either: its threads are known by their names.
    """
    if wait.timed or run.now - wait.started_at < _STUCK_SECONDS:
        return False
    if not waits_for_pool(frames_of_wait(run, owner, wait)):
        return False
    is_alone = owner.sample is not None and owner.sample.threads == 1
    return is_alone or _has_lost_starter(run, owner)


def _has_lost_starter(run: Run, owner: ProcessState) -> bool:
    """Whether the thread of a pool that starts workers is gone, but not the one for results.

    A pool that is closed ends the first one when all tasks are done.
    """
    names = [thread.name for thread in run.threads.get(owner.process, {}).values()]
    if not any(name.endswith(_RECEIVING) for name in names):
        return False
    return not any(name.endswith((_STARTING, _IN_POOL_OF_THREADS)) for name in names)


def _of_left(run: Run, wait: WaitStarted, ended: list[ProcessState]) -> Finding:
    names = [state.name for state in run.queues.values() if state.kind == "pool"]
    name = cut(names[0]) if len(names) == 1 and names[0] else "a pool"
    owner = name_of(run, wait.process)
    last = max(state.ended_at or 0.0 for state in ended)
    was_left = not _has_lost_starter(run, run.processes[wait.process])
    return Finding(
        kind="pool-stuck",
        severity="error",
        headline=f"{owner} waits for results of {name}, which has no workers any more",
        evidence=(
            f"{owner} waits since {since_text(wait.started_at)} into the run, for ever: the last "
            f"worker ended at {since_text(last)}, and no thread is left that starts another one."
        ),
        advice=_ENDED_ADVICE if was_left else _DIED_ADVICE,
        processes=(wait.process,),
        since=wait.started_at,
    )
