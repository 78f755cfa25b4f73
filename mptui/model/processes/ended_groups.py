"""Sums over the processes that ended and are no longer known singly: one group for each name.

A pool that starts its workers afresh now and then ends thousands of them, all alike but for their
numbers: one line says as much of them as thousands would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from mptui.model.processes.process_state import ProcessState

GROUPS_KEPT: Final = 100
"""The processes of any more names are counted together, under the empty name."""


class Done(NamedTuple):
    """What a process did."""

    task_count: int = 0
    failed_task_count: int = 0
    line_count: int = 0
    byte_count: int = 0


class EndedGroup(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Processes that ended, whose names differ only in their numbers. Never changed, only replaced.

    Those that are still known singly are not among them.
    """

    name: str
    """Without the number; not safe to show."""
    role: str
    """That of the first of them."""
    count: int = 0
    task_count: int = 0
    failed_task_count: int = 0
    line_count: int = 0
    byte_count: int = 0
    first_started_at: float
    last_ended_at: float


class EndedGroups:
    """The groups, by name, in the order in which they came up."""

    def __init__(self) -> None:
        self.by_name: dict[str, EndedGroup] = {}

    def add(self, state: ProcessState, done: Done) -> None:
        """A process that ended is no longer known singly."""
        name = self._name_for(state.name)
        ended_at = state.started_at if state.ended_at is None else state.ended_at
        group = self.by_name.get(name) or EndedGroup(
            name=name, role=state.role, first_started_at=state.started_at, last_ended_at=ended_at
        )
        self.by_name[name] = replace(
            _with(group, done),
            count=group.count + 1,
            first_started_at=min(group.first_started_at, state.started_at),
            last_ended_at=max(group.last_ended_at, ended_at),
        )

    def add_late(self, process_name: str, done: Done) -> None:
        """It became known late that a process of this name, one that is in a group, did more."""
        name = self._name_for(process_name)
        group = self.by_name.get(name)
        if group is not None:
            self.by_name[name] = _with(group, done)

    def _name_for(self, process_name: str) -> str:
        name = without_number(process_name)
        return name if name in self.by_name or len(self.by_name) < GROUPS_KEPT else ""


def without_number(name: str) -> str:
    """The name of a process without the number at its end: ``ForkPoolWorker-12`` is one of many."""
    return name.rstrip("0123456789-_:.# ") or name


def _with(group: EndedGroup, done: Done) -> EndedGroup:
    return replace(
        group,
        task_count=group.task_count + done.task_count,
        failed_task_count=group.failed_task_count + done.failed_task_count,
        line_count=group.line_count + done.line_count,
        byte_count=group.byte_count + done.byte_count,
    )
