"""Processes that can never go on, because each waits for another one of them.

Found from the waits alone. A process is stuck when every process that could end its wait is stuck
too; where it is not known which could, any could. So in doubt the answer is "it may go on".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from mptui.events import WaitStarted
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

LONG_SECONDS: Final = 3.0
"""A wait shorter than this may be an ordinary one."""
_EVERYTHING_SECONDS: Final = 5.0
"""The same where it is not known what holds what is waited for."""
_CHANNELS: Final = ("receive", "send")
"""Waits at a pipe or socket; where it is inside the program, its other end is known."""
_LIBRARY_THREADS: Final = (
    "QueueFeederThread",
    "(_handle_workers)",
    "(_handle_tasks)",
    "(_handle_results)",
    "QueueManagerThread",
)
"""Threads of multiprocessing itself, by the ends of their names: they start nothing."""


class Standstill(NamedTuple):
    """Processes that wait for ever."""

    waits: tuple[WaitStarted, ...]
    """What each waits in; where there is a circle, in its order."""
    is_circle: bool
    """Whether each holds, or is, what the one before it waits for."""
    lost_lock: int | None = None
    """The lock that all of it is about, where the process that took it has ended."""
    alone: int | None = None
    """The process that all others wait for, and that no thread is left to wake."""
    until: float | None = None
    """When one of them was ended, if it is over."""

    @property
    def processes(self) -> frozenset[int]:
        """The processes that are stuck."""
        return frozenset(wait.process for wait in self.waits)


def find_standstills(
    run: Run,
    t: float,
    *,
    locks_may_be_lost: bool,
    forked_beside_threads: Container[int] = (),
) -> list[Standstill]:
    """Every group of processes that are stuck at this time, circles first.

    Args:
        run: the run.
        t: the time.
        locks_may_be_lost: whether a signal ended any process so far: it may have held a lock.
        forked_beside_threads: those whose parent had threads when it forked them.
    """
    graph = _WaitGraph(run, t, forked_beside_threads)
    return graph.standstills(locks_may_be_lost=locks_may_be_lost)


class _WaitGraph:
    """Which process waits for which at one moment."""

    def __init__(self, run: Run, t: float, forked_beside_threads: Container[int]) -> None:
        self._run = run
        self._forked_beside_threads = forked_beside_threads
        self._t = t
        self._living = [state for state in run.alive if state.role != "helper"]
        self._alive = {state.process for state in run.alive}
        self._holders: dict[int, list[int]] = {}
        for wait in run.waits.current.values():
            for lock in wait.holds:
                self._holders.setdefault(lock, []).append(wait.process)
        self._stuck = {
            process: wait
            for process, wait in run.waits.current.items()
            if not wait.timed and t - wait.started_at >= self._least_seconds(wait)
        }

    def standstills(self, *, locks_may_be_lost: bool) -> list[Standstill]:
        """Circles; where there is none, lost locks; or else all that are stuck together."""
        self._remove_free()
        found = list(self._circles()) or list(self._waits_for_itself())
        if not found and locks_may_be_lost:
            found = list(self._lost_locks())
        if not found and self._stuck:
            found.append(Standstill(tuple(self._stuck.values()), is_circle=False))
        return found

    def _least_seconds(self, wait: WaitStarted) -> float:
        return LONG_SECONDS if self._known_enders(wait) else _EVERYTHING_SECONDS

    def _known_enders(self, wait: WaitStarted) -> list[int]:
        """The only processes that can end a wait, where these are known."""
        if wait.peers:
            return [peer for peer in wait.peers if peer in self._alive]
        ender = wait_kind(wait.kind).ender
        if ender == "holder" and wait.lock is not None:
            return self._holders.get(wait.lock, [])
        if ender == "joined" and wait.joined is not None:
            joined = self._run.processes.get(wait.joined)
            return [wait.joined] if joined is not None and joined.is_alive else []
        if ender in ("child", "workers"):
            return [state.process for state in self._living if state.parent == wait.process]
        return []

    def _remove_free(self) -> None:
        """Remove the processes that may go on, until only those are left that cannot."""
        while self._stuck:
            is_any_free = not all(self._is_stuck(state) for state in self._living)
            free = [
                process
                for process, wait in self._stuck.items()
                if self._may_go_on(wait, is_any_free=is_any_free)
            ]
            if not free:
                return
            for process in free:
                del self._stuck[process]

    def _is_stuck(self, state: ProcessState) -> bool:
        """Whether a process is stuck in all its threads."""
        return state.process in self._stuck and not self._has_other_threads(state)

    def _has_other_threads(self, state: ProcessState) -> bool:
        """Whether it has threads of the program's beside the main one: these may be free."""
        threads = self._run.threads.get(state.process, {})
        if not threads:
            return state.sample is not None and state.sample.threads > 1
        return any(
            number != state.pid and not thread.name.endswith(_LIBRARY_THREADS)
            for number, thread in threads.items()
        )

    def _may_go_on(self, wait: WaitStarted, *, is_any_free: bool) -> bool:
        enders = self._known_enders(wait)
        if wait.peers:
            # Any thread of a process can use its end of a pipe.
            return not enders or not all(map(self._is_wholly_stuck, enders))
        if enders:
            return any(ender not in self._stuck for ender in enders)
        if wait.kind == "thread" and len(self._run.threads.get(wait.process, ())) < 2:
            # No other thread could wake it; the handler of a signal may.
            return not self._is_alone(wait)
        if wait.kind in _CHANNELS:
            return True  # It leads out of the program, or it is not known where to.
        # Where it is not known which process holds a lock, any may.
        return is_any_free or wait_kind(wait.kind).ender not in ("anybody", "holder")

    def _is_wholly_stuck(self, process: int) -> bool:
        return self._is_stuck(self._run.processes[process])

    def _is_alone(self, wait: WaitStarted) -> bool:
        """Whether a worker waits for a thread of its own, of which it has no other one."""
        state = self._run.processes.get(wait.process)
        return (
            wait.inside_only
            and state is not None
            and state.role in ("worker", "other")
            and state.sample is not None
            and state.sample.threads == 1
        )

    def _waits_for_itself(self) -> Iterator[Standstill]:
        """Processes that nothing can wake, each with those that wait for it and for nobody else."""
        alone = [wait for wait in self._stuck.values() if wait.kind == "thread"]
        for wait in alone:
            if not self._is_alone(wait):
                continue
            members = {wait.process: wait}
            for other in [*self._stuck.values()] * 2:
                enders = self._known_enders(other)
                if enders and all(ender in members for ender in enders):
                    members.setdefault(other.process, other)
            if len(members) > 1 or self._was_forked_beside_threads(wait.process):
                yield Standstill(tuple(members.values()), is_circle=False, alone=wait.process)

    def _was_forked_beside_threads(self, process: int) -> bool:
        return process in self._forked_beside_threads

    def _circles(self) -> Iterator[Standstill]:
        """Follow each stuck process to the one it waits for, until one comes up again."""
        seen = set[int]()
        for start in self._stuck:
            path: list[int] = []
            process: int | None = start
            while process is not None and process not in seen:
                seen.add(process)
                path.append(process)
                process = self._next_of(process)
            if process is not None and process in path:
                circle = path[path.index(process) :]
                yield Standstill(tuple(self._stuck[member] for member in circle), is_circle=True)

    def _next_of(self, process: int) -> int | None:
        """One that could end its wait; itself only where no other one could."""
        wait = self._stuck[process]
        enders = self._known_enders(wait)
        if wait.peers:
            # Its own end of a pipe is of no use to it while it waits.
            enders = [ender for ender in enders if ender != process]
        return next(iter(enders), None)

    def _lost_locks(self) -> Iterator[Standstill]:
        """Locks that no living process holds, and that are waited for while all of them wait."""
        waits = list(self._long_waits())
        if len(waits) < len(self._living):
            return
        lost = {
            wait.lock
            for wait in waits
            if wait.kind == "lock" and not wait.timed and wait.lock not in self._holders
        }
        for lock in lost - {None}:
            waiting = tuple(wait for wait in waits if wait.lock == lock)
            yield Standstill(waiting, is_circle=False, lost_lock=lock)

    def _long_waits(self) -> Iterable[WaitStarted]:
        living = {state.process for state in self._living}
        return (
            wait
            for process, wait in self._run.waits.current.items()
            if process in living and self._t - wait.started_at >= LONG_SECONDS
        )
