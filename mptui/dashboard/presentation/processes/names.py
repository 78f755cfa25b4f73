"""What a process, a thread and a group of processes are called, made safe for the screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.events import ThreadSample
    from mptui.model import ProcessState, Run

_OTHER_NAMES = "others"


def process_name(state: ProcessState) -> str:
    """The name of a process, or its pid where it has none."""
    return _safe_name(state.name) or f"pid {state.pid}"


def name_of(run: Run, process: int) -> str:
    """The name of a process by its number, also where it was forgotten."""
    state = run.processes.get(process)
    if state is not None:
        return process_name(state)
    forgotten = run.forgotten.get(process)
    return (_safe_name(forgotten.name) if forgotten is not None else "") or f"process {process}"


def thread_name(number: int, thread: ThreadSample) -> str:
    """The name of a thread, or its number where it has none."""
    return _safe_name(thread.name) or f"thread {number}"


def group_name(name: str) -> str:
    """The name of a group of processes; one without a name is of many names."""
    return _safe_name(name) or _OTHER_NAMES


@lru_cache(maxsize=4096)
def _safe_name(name: str) -> str:
    return safe_text(name)
