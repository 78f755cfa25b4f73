"""The ended processes of a group, one by one, read back from the recording of their run.

The model keeps only their sums. What each of them did is in the recording, and is folded once more
for them alone when a person asks for it. Must not know Textual, nor who asks.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events as ev
from mptui.model import Run, without_number
from mptui.recording import RecordingReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from mptui.model import ProcessState

MEMBERS_KEPT: Final = 200
"""So many of those that ended last."""
_BATCH_BYTES: Final = 256 * 1024
"""The thread that reads must not hold up the screen for long."""
_OUTPUT_BYTES: Final = 4096
"""Output is only counted."""


class EndedMember(NamedTuple):
    """One process of a group."""

    state: ProcessState
    task_count: int


class GroupHistory:
    """A fold of a recording for the processes of one group.

    Args:
        name: the group; the empty one holds the processes whose names have no group.
        groups: the names of all groups.
        singly_known: processes that the model still knows one by one, so they are in no group.
        until: the time of the run at which that is so; what came later is left out.
    """

    def __init__(
        self,
        name: str,
        groups: Collection[str],
        singly_known: Collection[int],
        until: float = inf,
    ) -> None:
        self.until = until
        self._name = name
        self._groups = frozenset(groups)
        self._singly_known = frozenset(singly_known)
        self._run = Run(merged_bytes=_OUTPUT_BYTES, process_bytes=_OUTPUT_BYTES)
        self._others: dict[int, ev.ProcessStarted] = {}
        """Living processes whose names were of other groups so far."""

    @property
    def members(self) -> list[EndedMember]:
        """Those that ended last, the last one first."""
        ended = [
            state
            for state in self._run.processes.values()
            if state.ended_at is not None and self._is_of_group(state.name)
        ]
        ended.sort(key=lambda state: (state.ended_at, state.process), reverse=True)
        return [self._member(state) for state in ended[:MEMBERS_KEPT]]

    def apply(self, events: Iterable[ev.Event]) -> None:
        """Fold what these say of the processes of the group."""
        self._run.apply(self._of_group(events))

    def _of_group(self, events: Iterable[ev.Event]) -> Iterator[ev.Event]:
        for event in events:
            process = getattr(event, "process", None)
            if process is None or process in self._singly_known or event.t > self.until:
                continue
            if isinstance(event, ev.ProcessStarted):
                self._others[process] = event
            # A process may get the name that counts only after it was found.
            name = event.name if isinstance(event, ev.ProcessStarted | ev.ProcessChanged) else None
            if name is not None and process in self._others and self._is_of_group(name):
                yield self._others.pop(process)
            elif isinstance(event, ev.ProcessExited):
                self._others.pop(process, None)
            if process in self._run.processes and not isinstance(event, ev.ProcessStarted):
                yield event

    def _is_of_group(self, process_name: str) -> bool:
        group = without_number(process_name)
        return (group if group in self._groups else "") == self._name

    def _member(self, state: ProcessState) -> EndedMember:
        tasks = self._run.tasks.of_process.get(state.process)
        return EndedMember(state, tasks.count if tasks is not None else 0)


def read_back(recording: Path, history: GroupHistory) -> Iterator[float]:
    """Fold the recording; gives after each piece up to which time of the run that came.

    Raises:
        OSError: the recording cannot be read.
        MptuiError: it is of a version that is not known here.
    """
    with RecordingReader(recording) as reader:
        while events := reader.read(_BATCH_BYTES):
            history.apply(events)
            yield events[-1].t
            if events[-1].t > history.until:
                return
