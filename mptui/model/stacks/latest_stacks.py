"""The latest stacks of each process, bounded however many there are.

Must not judge what a place in a program means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.events import NativeFrame, StackFrame
from mptui.model.plausible import kept_text, kept_texts

if TYPE_CHECKING:
    from mptui.events import StackSampled, ThreadStack

THREADS_KEPT: Final = 64
FRAMES_KEPT: Final = 100
"""Of a thread."""
FRAMES_OF_ALL: Final = 100_000


class LatestStacks:
    """The stacks of every process in the state that was read, also after its end."""

    def __init__(self) -> None:
        self.of_process: dict[int, StackSampled] = {}
        """By process, the one read last at the end. Names and files are not safe to show."""
        self.changes = 0
        """Counts changes."""
        self._frame_count = 0

    def sample(self, event: StackSampled) -> None:
        """The stacks of a process were read, or could not be."""
        self.forget(event.process)
        kept = _kept(event)
        self.of_process[event.process] = kept
        self._frame_count += _frame_count(kept)
        while self._frame_count > FRAMES_OF_ALL:
            self.forget(next(iter(self.of_process)))
        self.changes += 1

    def forget(self, process: int) -> None:
        """Forget a process."""
        known = self.of_process.pop(process, None)
        if known is not None:
            self._frame_count -= _frame_count(known)
            self.changes += 1


def _frame_count(event: StackSampled) -> int:
    return 1 + sum(len(thread.frames) + len(thread.native) for thread in event.threads)


def _kept(event: StackSampled) -> StackSampled:
    threads = [_kept_thread(thread) for thread in event.threads[:THREADS_KEPT]]
    return replace(kept_texts(event), threads=threads)


def _kept_thread(thread: ThreadStack) -> ThreadStack:
    frames = [
        StackFrame(file=kept_text(frame.file), line=frame.line, function=kept_text(frame.function))
        for frame in thread.frames[:FRAMES_KEPT]
    ]
    native = [
        NativeFrame(
            library=kept_text(frame.library),
            function=kept_text(frame.function),
            file=kept_text(frame.file),
            line=frame.line,
        )
        for frame in thread.native[:FRAMES_KEPT]
    ]
    name = None if thread.name is None else kept_text(thread.name)
    return replace(thread, name=name, frames=frames, native=native)
