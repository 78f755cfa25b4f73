"""Threads that are in the same place, together: of two hundred workers one line.

Pure; texts are not safe to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import NativeFrame, StackFrame, StackSampled, ThreadStack

_Key: TypeAlias = "tuple[tuple[NativeFrame, ...], tuple[StackFrame, ...], int]"


class StackGroup(NamedTuple):
    """Threads with the same frames."""

    native: tuple[NativeFrame, ...]
    """Of C code, inside of the others; innermost first."""
    frames: tuple[StackFrame, ...]
    """Innermost first."""
    omitted: int
    """How many more frames there are, outside of these."""
    threads: tuple[tuple[int, ThreadStack], ...]
    """The process and the thread of each."""

    @property
    def processes(self) -> tuple[int, ...]:
        """The processes, each once, in their order."""
        return tuple(dict.fromkeys(process for process, _ in self.threads))


def group_stacks(samples: Iterable[StackSampled]) -> list[StackGroup]:
    """Equal stacks together, the most frequent first; those that could not be read are left out."""
    threads: dict[_Key, list[tuple[int, ThreadStack]]] = {}
    for sample in samples:
        for thread in sample.threads:
            key = tuple(thread.native), tuple(thread.frames), thread.omitted
            threads.setdefault(key, []).append((sample.process, thread))
    groups = [StackGroup(*key, tuple(members)) for key, members in threads.items()]
    return sorted(groups, key=lambda group: (-len(group.threads), group.threads[0][0]))
