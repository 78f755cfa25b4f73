"""The workers that ended badly or in the middle of a task, for longer than a run knows them.

A run forgets processes that ended long ago. What the rules say of ends has to stay true: how many
there were, which were the first and the last, and how many of the same family ended meanwhile.
"""

from __future__ import annotations

import signal
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mptui.model.processes.ended_groups import without_number

if TYPE_CHECKING:
    from mptui.events import ProcessExited
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

Family: TypeAlias = tuple[int | None, str]
"""Workers that one process made for one purpose: their parent, and their kind."""

EARLY_SECONDS: Final = 10.0
"""A worker that lived longer did not end at its start."""
ENDS_KEPT: Final = 400
"""In each family: the first half of these, and the last half; those between are counted."""
FAMILIES_KEPT: Final = 50
_LIBRARIES: Final = (
    "multiprocessing.",
    "multiprocess.",
    "billiard.",
    "concurrent.futures.",
    "loky.",
    "joblib.",
)
_CAUSES_KEPT: Final = 64
_REQUESTS: Final = frozenset[int]((signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
_SETTLING_SECONDS: Final = 3.0
"""A process that is asked to end and is not the main process takes its own along by then."""


class Cause(NamedTuple):
    """What ends have in common."""

    signal: int | None
    oom: bool
    is_early: bool


class BadEnd(NamedTuple):
    """The end of one worker."""

    state: ProcessState
    """After the end."""
    ended_before: int
    """How many of its family had ended before it."""
    took_tasks: bool
    """Whether it had ended a task."""


class Ends:
    """How the workers of one family ended."""

    __slots__ = ("bad", "count", "left_out", "longest_left_out")

    def __init__(self) -> None:
        self.count = 0
        """How many ended, well or not."""
        self.bad: dict[int, BadEnd] = {}
        """Those that ended badly or in a task, by process."""
        self.left_out = Counter[Cause]()
        """How many more ended badly."""
        self.longest_left_out = 0.0
        """The longest life of those that ended early."""

    def add(self, run: Run, state: ProcessState) -> None:
        """One more ended."""
        is_in_task = bool(run.tasks.running_in(state.process))
        if state.ended_badly or (is_in_task and not state.end_was_asked):
            took_tasks = state.process in run.tasks.of_process
            self.bad[state.process] = BadEnd(state, self.count, took_tasks)
            if len(self.bad) > ENDS_KEPT:
                self._leave_out(run, list(self.bad)[ENDS_KEPT // 2])
        self.count += 1

    def left_out_with(self, signal: int | None, *, oom: bool) -> int:
        """How many of those that were left out ended like this."""
        return sum(
            count
            for cause, count in self.left_out.items()
            if (cause.signal, cause.oom) == (signal, oom)
        )

    @property
    def left_out_early(self) -> int:
        """How many of those that were left out ended at their start."""
        return sum(count for cause, count in self.left_out.items() if cause.is_early)

    def _leave_out(self, run: Run, process: int) -> None:
        state = self.bad.pop(process).state
        cause = cause_of(state)
        has_room = cause in self.left_out or len(self.left_out) < _CAUSES_KEPT
        if has_room and state.ended_badly and ended_unasked(run, state):
            self.left_out[cause] += 1
            if cause.is_early:
                self.longest_left_out = max(self.longest_left_out, seconds_lived(state))


class EndedWorkers:
    """The ends of all workers, by family."""

    def __init__(self) -> None:
        self.of_family: dict[Family, Ends] = {}

    def note(self, run: Run, event: ProcessExited) -> None:
        """Take note of an end that the run is about to fold."""
        state = run.processes.get(event.process)
        if state is None or state.role != "worker" or not state.is_alive:
            return
        ends = self._ends_of(family_of(state))
        if ends is not None:
            ends.add(run, state.ended(event))

    def known(self, run: Run) -> dict[int, ProcessState]:
        """The workers that ended, as far as they are known singly, in order of discovery."""
        states = {
            process: end.state
            for ends in self.of_family.values()
            for process, end in ends.bad.items()
        }
        # What became known of a process after its end is in the run alone.
        states |= {
            process: state
            for process, state in run.processes.items()
            if state.role == "worker" and not state.is_alive
        }
        return dict(sorted(states.items()))

    def took_tasks(self, run: Run, state: ProcessState) -> bool:
        """Whether a worker had ended a task."""
        ends = self.of_family.get(family_of(state))
        end = ends.bad.get(state.process) if ends is not None else None
        return state.process in run.tasks.of_process or (end is not None and end.took_tasks)

    def _ends_of(self, family: Family) -> Ends | None:
        ends = self.of_family.get(family)
        if ends is None and len(self.of_family) < FAMILIES_KEPT:
            ends = self.of_family[family] = Ends()
        return ends


def family_of(state: ProcessState) -> Family:
    """The family of a worker."""
    return state.parent, kind_of(state)


def kind_of(state: ProcessState) -> str:
    """What a process was started for; where that is not known, its name without its number.

    What a library runs in its workers says nothing to the program's people: that is the name too.
    """
    target = "" if state.target is None or is_of_library(state.target) else state.target
    return (target or without_number(state.name)).removeprefix("__main__.")


def is_of_library(target: str) -> bool:
    """Whether a library runs this function in its workers, not the program."""
    return target.startswith(_LIBRARIES)


def cause_of(state: ProcessState) -> Cause:
    """How a process ended."""
    return Cause(state.signal, state.oom, is_early=seconds_lived(state) < EARLY_SECONDS)


def seconds_lived(state: ProcessState) -> float:
    """How long a process that ended lived."""
    return (state.started_at if state.ended_at is None else state.ended_at) - state.started_at


def ended_unasked(run: Run, state: ProcessState) -> bool:
    """Whether it ended, and neither the program nor a stop of the run asked it to.

    In doubt are the signals by which programs end their processes in ways that are not recorded.
    """
    if state.ended_at is None or (state.exitcode is None and state.signal is None):
        return False
    if state.end_was_asked or _went_with_its_keeper(run, state, state.ended_at):
        return False
    if state.oom or state.signal not in _REQUESTS:
        return True
    if run.finished is None and run.now - state.ended_at < _SETTLING_SECONDS:
        return False  # Its parent may be about to end as well.
    return not _ended_with_its_parent(run, state, state.ended_at)


def _went_with_its_keeper(run: Run, state: ProcessState, ended_at: float) -> bool:
    """What is no Python ends its workers unseen when it was told to end itself, as Ray's raylet."""
    keeper = run.processes.get(state.parent) if state.parent is not None else None
    if keeper is None or keeper.instrumented or state.oom:
        return False
    if keeper.ended_at is None:
        return run.finished is None and run.now - ended_at < _SETTLING_SECONDS
    return keeper.end_was_asked and abs(keeper.ended_at - ended_at) < _SETTLING_SECONDS


def _ended_with_its_parent(run: Run, state: ProcessState, ended_at: float) -> bool:
    """A program may take its processes along when it ends."""
    parent = run.processes.get(state.parent) if state.parent is not None else None
    if parent is None or parent.ended_at is None:
        return parent is None
    return abs(parent.ended_at - ended_at) < _SETTLING_SECONDS
