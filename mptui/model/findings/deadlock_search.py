"""Processes that can never go on, because each waits for another one of them.

Found from the waits alone. A process is stuck when whatever could end its wait is stuck too; where
it is not known what could, everybody could. So the answer errs to the side of "it may go on".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.events import WaitStarted
    from mptui.model.process_state import ProcessState
    from mptui.model.run import Run

LONG_SECONDS: Final = 3.0
"""A wait shorter than this may be an ordinary one."""
_EVERYTHING_SECONDS: Final = 5.0
"""The same where nobody is known to hold what is waited for."""
_LIBRARY_THREADS: Final = (
    "QueueFeederThread",
    "(_handle_workers)",
    "(_handle_tasks)",
    "(_handle_results)",
    "QueueManagerThread",
)
"""Threads of multiprocessing itself, by the ends of their names: they do nothing unasked."""


class Standstill(NamedTuple):
    """Processes that wait for ever."""

    waits: tuple[WaitStarted, ...]
    """What each waits in; where there is a circle, in its order."""
    is_circle: bool
    """Whether each holds, or is, what the one before it waits for."""
    lost_lock: int | None = None
    """The lock that all of it is about, where whoever took it has ended."""

    @property
    def processes(self) -> frozenset[int]:
        """Who is stuck."""
        return frozenset(wait.process for wait in self.waits)


def find_standstills(run: Run, t: float) -> list[Standstill]:
    """Every group of processes that are stuck at this time, circles first."""
    return _Waiting(run, t).standstills()


class _Waiting:
    """Who waits for whom at one moment."""

    def __init__(self, run: Run, t: float) -> None:
        self._run = run
        self._t = t
        self._living = [state for state in run.alive if state.role != "helper"]
        self._holders: dict[int, list[int]] = {}
        for wait in run.waits.current.values():
            for lock in wait.holds:
                self._holders.setdefault(lock, []).append(wait.process)
        self._stuck = {
            process: wait
            for process, wait in run.waits.current.items()
            if not wait.timed and t - wait.started_at >= self._least_seconds(wait)
        }

    def standstills(self) -> list[Standstill]:
        """Circles; where there is none, locks that are lost; or else everybody who is stuck."""
        self._let_go_on()
        found = list(self._circles()) or list(self._lost_locks())
        if not found and self._stuck:
            found.append(Standstill(tuple(self._stuck.values()), is_circle=False))
        return found

    def _least_seconds(self, wait: WaitStarted) -> float:
        return LONG_SECONDS if self._known_enders(wait) else _EVERYTHING_SECONDS

    def _known_enders(self, wait: WaitStarted) -> list[int]:
        """Those of whom it is known that they, and they alone, can end a wait."""
        ender = wait_kind(wait.kind).ender
        if ender == "holder" and wait.lock is not None:
            return self._holders.get(wait.lock, [])
        if ender == "joined" and wait.joined is not None:
            joined = self._run.processes.get(wait.joined)
            return [wait.joined] if joined is not None and joined.is_alive else []
        if ender in ("child", "workers"):
            return [state.process for state in self._living if state.parent == wait.process]
        return []

    def _let_go_on(self) -> None:
        """Strike out whoever may go on, until only those are left who cannot."""
        while self._stuck:
            is_anybody_free = not all(self._waits_idly(state) for state in self._living)
            going = [
                process
                for process, wait in self._stuck.items()
                if self._may_go_on(wait, is_anybody_free=is_anybody_free)
            ]
            if not going:
                return
            for process in going:
                del self._stuck[process]

    def _waits_idly(self, state: ProcessState) -> bool:
        """Whether a process is stuck in all its threads."""
        return state.process in self._stuck and not self._may_act_aside(state.process)

    def _may_act_aside(self, process: int) -> bool:
        """Whether it has threads of its own, of which nobody knows what they wait for."""
        state = self._run.processes[process]
        threads = self._run.threads.get(process, {})
        if not threads:
            return state.sample is not None and state.sample.threads > 1
        return any(
            number != state.pid and not thread.name.endswith(_LIBRARY_THREADS)
            for number, thread in threads.items()
        )

    def _may_go_on(self, wait: WaitStarted, *, is_anybody_free: bool) -> bool:
        enders = self._known_enders(wait)
        if enders:
            return any(ender not in self._stuck for ender in enders)
        if wait.kind == "thread" and len(self._run.threads.get(wait.process, ())) < 2:
            # For nobody inside it: then it may be a signal that is to wake it.
            return True
        # A lock that nobody is known to hold may be held by anybody.
        return is_anybody_free or wait_kind(wait.kind).ender not in ("anybody", "holder")

    def _circles(self) -> Iterator[Standstill]:
        """Follow each stuck process to whom it waits for, until somebody comes again."""
        seen = set[int]()
        for start in self._stuck:
            path: list[int] = []
            process: int | None = start
            while process is not None and process not in seen:
                seen.add(process)
                path.append(process)
                process = next(iter(self._known_enders(self._stuck[process])), None)
            if process is not None and process in path:
                circle = path[path.index(process) :]
                yield Standstill(tuple(self._stuck[member] for member in circle), is_circle=True)

    def _lost_locks(self) -> Iterator[Standstill]:
        """Locks that are waited for while everybody waits, and that nobody alive holds."""
        waits = list(self._long_waits())
        if not self._somebody_was_ended() or len(waits) < len(self._living):
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

    def _somebody_was_ended(self) -> bool:
        return any(state.signal is not None for state in self._run.processes.values())
