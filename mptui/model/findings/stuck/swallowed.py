"""Findings about results that arrived and that nobody is told of: ``pool-stuck``.

A pool takes a KeyError from a callback for one of its own, so that the result stays unready for
ever, without a word. It shows in the stacks alone: whoever hands out tasks and receives results has
nothing to do, and the main thread waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place, waiting_frames
from mptui.model.findings.wording import cut, listed, name_of
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import StackFrame, WaitStarted
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.queue_states import QueueState
    from mptui.model.run import Run

_POOL: Final = "/multiprocessing/pool.py"
_CONNECTION: Final = "/multiprocessing/connection.py"
_WAITS: Final = ("wait", "next")
_ADVICE: Final = (
    "A callback that raises KeyError does that: the pool swallows the error and never marks the "
    "result as ready. Catch what a callback or error_callback raises, and log it."
)


def find_swallowed(
    run: Run, owner: ProcessState, wait: WaitStarted, pools: Sequence[QueueState], since: float
) -> Iterator[Finding]:
    """Whether a process waits for a result of a pool that has done and delivered everything."""
    sample = run.stacks.get(owner.process)
    if sample is None or sample.t < since or any(pool.more for pool in pools):
        return
    frames = waiting_frames(run, wait)
    waits = any(one.file.endswith(_POOL) and one.function in _WAITS for one in frames)
    names = {one.name or "": one.frames for one in sample.threads if one.thread != owner.pid}
    if not waits or not all(_has_nothing_to_do(name, of) for name, of in names.items()):
        return
    if not any(name.endswith("(_handle_results)") for name in names):
        return
    name = name_of(run, owner.process)
    title = listed(cut(pool.name) for pool in pools if pool.name) or "its pool"
    done = sum(pool.got for pool in pools)
    yield Finding(
        kind="pool-stuck",
        severity="error",
        headline=f"{name} waits for ever for a result of {title}, which has done all of its tasks",
        evidence=(
            f"All {done:,} tasks are done and all results were received, but one is never marked "
            f"as ready: {name} waits for it since {since_text(wait.started_at)} into the "
            f"run{at_place(run, wait)}."
        ),
        advice=_ADVICE,
        processes=(owner.process,),
        since=since,
    )


def _has_nothing_to_do(name: str, frames: Sequence[StackFrame]) -> bool:
    """Whether a thread of a pool waits for work; any other thread may do anything."""
    innermost = frames[0] if frames else None
    if innermost is None:
        return False
    if name.endswith("(_handle_results)"):
        return innermost.file.endswith(_CONNECTION)
    if name.endswith("(_handle_tasks)"):
        return innermost.file.endswith(_POOL) and innermost.function == "_handle_tasks"
    return name.endswith("(_handle_workers)")
