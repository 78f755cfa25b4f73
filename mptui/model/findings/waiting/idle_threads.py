"""Threads of libraries that only serve their own process, and have nothing to do.

Told by where they are: nothing comes of them as long as the rest of the process waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.events import ThreadStack
    from mptui.model.run import Run

_IDLE_PLACES: Final = (
    ("/concurrent/futures/thread.py", "_worker"),
    ("/logging/handlers.py", "dequeue"),
    ("/tqdm/_monitor.py", "run"),
)
"""The files and functions; only the library's waits may be inside of these frames."""
_WAITS: Final = ("/threading.py", "/queue.py", "/multiprocessing/queues.py")


def idle_threads(run: Run, process: int) -> set[int]:
    """The native ids of those that were idle when the stacks of a process were read.

    Nothing if that was before the present wait of the process began.
    """
    sample, wait = run.stacks.get(process), run.waits.current.get(process)
    if sample is None or wait is None or sample.t < wait.started_at:
        return set()
    return {one.thread for one in sample.threads if not one.ran and _is_idle(one)}


def _is_idle(stack: ThreadStack) -> bool:
    for frame in stack.frames:
        if any(
            frame.file.endswith(file) and frame.function.rpartition(".")[2] == function
            for file, function in _IDLE_PLACES
        ):
            return True
        if not frame.file.endswith(_WAITS):
            return False
    return False
