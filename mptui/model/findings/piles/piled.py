"""What is piling up in a run, noted while it happens: the past that the rules about piles need.

Folds events like a run does, each just before the run, and in bounded memory. It must not conclude
anything: what a pile means is for the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

from msgspec.structs import replace

from mptui import events as ev
from mptui.model.findings.ended_workers import is_of_library, kind_of
from mptui.model.findings.piles.growth import Growth
from mptui.model.findings.piles.idle_pools import IdlePool, idle_pools
from mptui.model.plausible import is_possible, kept_texts, possible_count

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_T = TypeVar("_T")
_Counting = TypeVar("_Counting", ev.DescriptorsCounted, ev.SharedMemorySampled)
_Notes: TypeAlias = "dict[type[ev.Event], Callable[[Run, Any], None]]"

MANAGER_TARGET: Final = "managers.BaseManager._run_server"
_IDLE_SECONDS: Final = 1.0
"""A worker that waits for shorter than this may be about to get its next item."""
_TOO_MANY_FILES: Final = "OSError: [Errno 24] Too many open files"
_LOOK_SECONDS: Final = 0.4
"""So long after a look at the pools of a process another one is made: workers come in groups."""
_THREADS_NOTED: Final = 15
"""A process with fewer threads has no pile of them."""
_PRECISION: Final = 64
"""A pile is counted exactly up to so many processes that live, and to one part in so many above."""
_KEPT: Final = 500
_DESCRIPTOR_COUNTS: Final = ("count", "limit", "pipes", "sockets", "files")
_MEMORY_COUNTS: Final = ("count", "made", "bytes", "room_bytes", "free_bytes")


class Family(NamedTuple):
    """Processes of one kind that one process started."""

    parent: int
    kind: str
    is_manager: bool


class Piled:
    """The counts that may rise for ever."""

    def __init__(self) -> None:
        self.families: dict[Family, Growth] = {}
        """Managers that live, and workers of the program that live and have nothing to do."""
        self.threads: dict[int, Growth] = {}
        """Of each process that has many."""
        self.thread_names: dict[int, tuple[str, ...]] = {}
        """What the threads of these were called when last looked at."""
        self.descriptors: dict[int, Growth] = {}
        """Of each process that has many."""
        self.open_files: dict[int, ev.DescriptorsCounted] = {}
        """What its descriptors stood for when last looked at."""
        self.ran_out: dict[int, float] = {}
        """When a process first wrote that it could open nothing more."""
        self.segments: dict[int, Growth] = {}
        """Segments of shared memory that each process made, and that are still there."""
        self.shared_memory: dict[int, ev.SharedMemorySampled] = {}
        """The same when last looked at."""
        self.pools: dict[int, tuple[IdlePool, ...]] = {}
        """By process: its pools that were idle for good when it made the newest one."""
        self._looked_at: dict[int, float] = {}
        self._left_out: dict[Family, int] = {}
        """How many starts and ends went by since each was counted."""
        self._notes: _Notes = {
            ev.ProcessStarted: self._note_start,
            ev.ProcessExited: self._note_end,
            ev.Output: self._note_output,
            ev.Sampled: self._note_sample,
            ev.DescriptorsCounted: self._note_descriptors,
            ev.SharedMemorySampled: self._note_shared_memory,
        }

    @property
    def noted(self) -> Collection[type[ev.Event]]:
        """The kinds of events that are taken note of."""
        return self._notes.keys()

    def note(self, run: Run, event: ev.Event) -> None:
        """Take note of an event that the run is about to fold."""
        note = self._notes.get(type(event))
        if note is not None and is_possible(event.t):
            note(run, event)

    def _note_start(self, run: Run, event: ev.ProcessStarted) -> None:
        if event.role != "worker" or event.parent is None:
            return
        self._look_at_pools(run, event.parent, event.t)
        target = event.target or ""
        is_manager = target.endswith(MANAGER_TARGET)
        if target and (is_manager or not is_of_library(target)):
            kind = target.removeprefix("__main__.")
            # A worker that has just been started is not idle yet.
            self._count(run, Family(event.parent, kind, is_manager), event.t, more=is_manager)

    def _note_end(self, run: Run, event: ev.ProcessExited) -> None:
        state = run.processes.get(event.process)
        if state is not None and state.parent is not None:
            for family in _families_of(state):
                if family in self.families:
                    self._count(run, family, event.t, without=state.process)

    def _count(
        self, run: Run, family: Family, t: float, *, more: int = 0, without: int | None = None
    ) -> None:
        if family not in self.families and len(self.families) >= _KEPT:
            return
        if self._is_counted_well_enough(run, family):
            return
        count = more + sum(
            _is_piled(run, state, family) for state in run.alive if state.process != without
        )
        if count or family in self.families:
            least = (2.0, 3) if family.is_manager else (3.0, 7)
            self.families.setdefault(family, Growth(*least)).note(t, count)

    def _is_counted_well_enough(self, run: Run, family: Family) -> bool:
        """Whether looking at all that live costs more than this start or end can have changed."""
        left_out = self._left_out.pop(family, 0) + 1
        if left_out * _PRECISION > run.alive_count:
            return False
        if len(self._left_out) < _KEPT:
            self._left_out[family] = left_out
        return True

    def _look_at_pools(self, run: Run, parent: int, t: float) -> None:
        if t - self._looked_at.get(parent, -_LOOK_SECONDS) < _LOOK_SECONDS:
            return
        if make_room(parent, self._looked_at, run):
            self._looked_at[parent] = t
            found = idle_pools(run, parent, newest_at=t)
            if found or parent in self.pools:
                self.pools[parent] = found

    def _note_output(self, run: Run, event: ev.Output) -> None:
        says_so = event.stream == "stderr" and _TOO_MANY_FILES in (event.text or "")
        if says_so and make_room(event.process, self.ran_out, run):
            self.ran_out.setdefault(event.process, event.t)

    def _note_sample(self, run: Run, event: ev.Sampled) -> None:
        for process, sample in event.processes.items():
            is_noted = process in self.threads
            if is_noted or (sample.threads >= _THREADS_NOTED and run.is_alive(process)):
                growth = _kept(process, self.threads, run, lambda: Growth(4.0, 12))
                if growth is not None:
                    growth.note(event.t, possible_count(sample.threads))
                    threads = run.threads.get(process, {}).values()
                    self.thread_names[process] = tuple(thread.name for thread in threads)
        _forget_others(self.thread_names, self.threads)

    def _note_descriptors(self, run: Run, event: ev.DescriptorsCounted) -> None:
        growth = _kept(event.process, self.descriptors, run, lambda: Growth(4.0, 32))
        if growth is not None:
            event = _possible(event, _DESCRIPTOR_COUNTS)
            growth.note(event.t, event.count)
            self.open_files[event.process] = event
            _forget_others(self.open_files, self.descriptors)

    def _note_shared_memory(self, run: Run, event: ev.SharedMemorySampled) -> None:
        growth = _kept(event.process, self.segments, run, lambda: Growth(3.0, 8))
        if growth is not None:
            event = kept_texts(_possible(event, _MEMORY_COUNTS))
            growth.note(event.t, event.count)
            self.shared_memory[event.process] = event
            _forget_others(self.shared_memory, self.segments)


def _possible(event: _Counting, fields: tuple[str, ...]) -> _Counting:
    counts = {
        field: possible_count(value)
        for field in fields
        if (value := getattr(event, field)) is not None
    }
    return replace(event, **counts)


def _families_of(state: ProcessState) -> Iterator[Family]:
    target = state.target or ""
    if state.role == "worker" and state.parent is not None and target:
        is_manager = target.endswith(MANAGER_TARGET)
        yield Family(state.parent, target.removeprefix("__main__."), is_manager)


def _is_piled(run: Run, state: ProcessState, family: Family) -> bool:
    """Whether it is one of this family that has nothing to do; of managers that cannot be told."""
    return is_member(state, family) and (family.is_manager or is_idle(run, state))


def is_member(state: ProcessState, family: Family) -> bool:
    """Whether it is one of this family."""
    if state.role != "worker" or not state.target or state.parent != family.parent:
        return False
    if family.is_manager:
        return state.target.endswith(MANAGER_TARGET)
    return kind_of(state) == family.kind


def is_idle(run: Run, state: ProcessState) -> bool:
    """Whether a worker waits for something to do, from a queue or from its parent."""
    wait = run.waits.current.get(state.process)
    if wait is None or wait.timed or run.now - wait.started_at < _IDLE_SECONDS:
        return False
    return wait.kind == "get" or (wait.kind == "receive" and state.parent in wait.peers)


def _kept(
    process: int, kept: dict[int, Growth], run: Run, make: Callable[[], Growth]
) -> Growth | None:
    if process not in kept:
        if not make_room(process, kept, run):
            return None
        kept[process] = make()
    return kept[process]


def make_room(process: int, kept: dict[int, _T], run: Run) -> bool:
    """Whether there is room for it, once what the run has forgotten is dropped."""
    if process in kept or len(kept) < _KEPT:
        return True
    for other in [other for other in kept if other not in run.processes]:
        del kept[other]
    return len(kept) < _KEPT


def _forget_others(kept: dict[int, _T], like: dict[int, Growth]) -> None:
    for process in [process for process in kept if process not in like]:
        del kept[process]
