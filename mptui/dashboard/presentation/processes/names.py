"""What a process and a thread are called, made safe for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.events import ThreadSample
    from mptui.model import ProcessState


def process_name(state: ProcessState) -> str:
    """The name of a process, or its pid where it has none."""
    return safe_text(state.name) or f"pid {state.pid}"


def thread_name(number: int, thread: ThreadSample) -> str:
    """The name of a thread, or its number where it has none."""
    return safe_text(thread.name) or f"thread {number}"
