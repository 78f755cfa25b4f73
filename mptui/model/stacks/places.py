"""The one place of a stack that tells a person most: the innermost frame of their own code.

Pure; texts are not safe to show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.events import StackFrame, ThreadStack, WaitStarted
    from mptui.model.run import Run

_INSTALLED: Final = re.compile(r"/(?:site|dist)-packages/|^<frozen |^<string>$")
_STANDARD_LIBRARY: Final = re.compile(r"/lib(?:64)?/(?:python|pypy)\d[\d.t]*/|\.zip/")


def main_thread(run: Run, process: int) -> ThreadStack | None:
    """Where the main thread of a process was when it was last read; None where that is unknown."""
    sample = run.stacks.get(process)
    state = run.processes.get(process)
    if sample is None or state is None:
        return None
    return next((thread for thread in sample.threads if thread.thread == state.pid), None)


def place(frames: Sequence[StackFrame]) -> StackFrame | None:
    """The innermost frame that is not a library's; where all are, the innermost one."""
    own = (frame for frame in frames if not is_library(frame))
    return next(own, frames[0] if frames else None)


def is_library(frame: StackFrame) -> bool:
    """Whether a frame is in the standard library or in an installed package."""
    return bool(_INSTALLED.search(frame.file) or _STANDARD_LIBRARY.search(frame.file))


def place_text(frame: StackFrame) -> str:
    """``hang.py:9 in locked``."""
    return f"{short_file(frame.file)}:{frame.line} in {frame.function}"


def short_file(path: str) -> str:
    """The name of a file; of ``__init__.py`` and its like with the folder that tells more."""
    parts = path.rsplit("/", 2)
    return "/".join(parts[-2:]) if parts[-1].startswith("__") else parts[-1]


def waiting_place(run: Run, wait: WaitStarted) -> str | None:
    """Where a process is while it waits, in words; None where it was not read since it does.

    Args:
        run: the run.
        wait: a wait that goes on, or that only the end of the process has ended.
    """
    current = run.waits.current.get(wait.process)
    if current.started_at != wait.started_at if current else run.is_alive(wait.process):
        return None
    sample = run.stacks.get(wait.process)
    thread = main_thread(run, wait.process)
    if sample is None or sample.t < wait.started_at or thread is None or thread.ran:
        return None
    frame = place(thread.frames)
    return None if frame is None else place_text(frame)
