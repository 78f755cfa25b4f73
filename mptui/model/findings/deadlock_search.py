"""Processes that can never go on, because each waits for another one of them.

Found from the waits alone. A process is stuck when every process that could end its wait is stuck
too; where it is not known which could, any could. So in doubt the answer is "it may go on".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.waiting.idle_threads import idle_threads
from mptui.model.processes.processes import MAIN
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from mptui.events import WaitStarted
    from mptui.model.findings.waiting.repeated_waits import RepeatedWait
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

LONG_SECONDS: Final = 3.0
"""A wait shorter than this may be an ordinary one."""
_EVERYTHING_SECONDS: Final = 5.0
"""The same where it is not known what holds what is waited for."""
_GIVEN_SECONDS: Final = 1.5
"""So long after the end of a process what it gave may not have been seen to arrive."""
_RELEASED_SECONDS: Final = 1.5
"""So long after the end of who held a lock the next one may be seen to wait for it still."""
_LOST_SECONDS: Final = 5.0
"""The same of a lock that nobody holds."""
_RELEASING_SECONDS: Final = 2.0
"""So long it may take until it is seen that a lock went on from one that has ended."""
_REPEATING_SECONDS: Final = 8.0
"""The same of a wait that is only repeated."""
_SHARED: Final = ("get", "event", "condition", "semaphore", "barrier")
"""Waits that only processes can end that have the same queue, event or the like."""
_YOUNG_SECONDS: Final = 8.0
"""It may not have been looked yet what a process has that is younger."""
_SERVER: Final = "BaseManager._run_server"
_SERVER_NAME: Final = "SyncManager-"
_CHANNELS: Final = ("receive", "send")
"""Waits at a pipe or socket; where it is inside the program, its other end is known."""
LIBRARY_THREADS: Final = (
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
    lost_with: int | None = None
    """The process that was seen to hold it before."""
    repeated: Mapping[int, RepeatedWait] = {}
    """Those among them that ask again and again, by process."""
    alone: int | None = None
    """The process that all others wait for, and that no thread is left to wake."""
    until: float | None = None
    """When one of them was ended, if it is over."""

    @property
    def processes(self) -> frozenset[int]:
        """The processes that are stuck."""
        return frozenset(wait.process for wait in self.waits)


class Past(NamedTuple):
    """What a search needs to know of the past of a run."""

    locks_may_be_lost: bool
    """Whether a signal ended any process so far: it may have held a lock."""
    forked_beside_threads: Container[int]
    """Those whose parent had threads when it forked them."""
    last_holders: Mapping[int, int]
    """Who was last seen to hold each lock."""
    repeated: Mapping[int, RepeatedWait]
    """The processes that ask for something again and again."""


def find_standstills(run: Run, t: float, past: Past) -> list[Standstill]:
    """Every group of processes that are stuck at this time, circles first."""
    return _WaitGraph(run, t, past).standstills()


class _WaitGraph:
    """Which process waits for which at one moment."""

    def __init__(self, run: Run, t: float, past: Past) -> None:
        self._run = run
        self._past = past
        self._t = t
        living = run.alive
        self._alive = {state.process for state in living}
        self._servers = {state.process for state in living if is_server(state)}
        self._living = [
            state
            for state in living
            if state.role != "helper" and state.process not in self._servers
        ]
        self._has_one_just_ended = any(map(self._may_have_given, run.processes.values()))
        self._holders: dict[int, list[int]] = {}
        for wait in run.waits.current.values():
            for lock in wait.holds:
                self._holders.setdefault(lock, []).append(wait.process)
        self._add_holders_of_files()
        self._repeated = {
            process: repeated
            for process, repeated in past.repeated.items()
            if self._may_be_in_vain(repeated)
        }
        helpers = {state.process for state in living if state.role == "helper"}
        waits = {one: wait for one, wait in run.waits.current.items() if one not in helpers}
        waits.update((process, repeated.wait) for process, repeated in self._repeated.items())
        self._stuck = {
            process: wait
            for process, wait in waits.items()
            if not wait.timed and t - wait.started_at >= self._least_seconds(wait)
        }

    def _may_have_given(self, state: ProcessState) -> bool:
        """Whether it ended so lately that others may have gone on by what it did, unseen yet."""
        return state.ended_at is not None and self._t - state.ended_at < _GIVEN_SECONDS

    def _add_holders_of_files(self) -> None:
        """Those that have not run since they were seen to hold what another one waits for."""
        waits = self._run.waits.current
        for wait in waits.values():
            sample = self._run.locks.get(wait.lock) if wait.lock is not None else None
            if wait.kind != "file" or sample is None or sample.outside:
                continue
            since = [waits[one].started_at for one in sample.holders if one in waits]
            if len(since) == len(sample.holders) and sample.t >= max(since, default=0.0):
                self._holders[sample.lock] = list(sample.holders)

    def _may_be_in_vain(self, repeated: RepeatedWait) -> bool:
        """Whether a process asks for what only others could give.

        A main process that asks a queue may do other work between, and so bring something about;
        not so one that only asks whether others have ended, and none if it is alone.
        """
        wait = repeated.wait
        if wait.process in self._servers:
            return False
        if wait.kind == "join" or wait.process != MAIN:
            return wait.process in self._alive
        return [state.process for state in self._living] == [MAIN]

    def standstills(self) -> list[Standstill]:
        """Circles and lost locks; where there is none, all that are stuck together."""
        self._remove_free()
        found = list(self._circles()) or list(self._waits_for_itself())
        if not found:
            found = list(self._lost_locks())
        if not found and self._stuck:
            found.append(Standstill(tuple(self._stuck.values()), is_circle=False))
        return [one._replace(repeated=self._repeated_among(one.processes)) for one in found]

    def _repeated_among(self, processes: frozenset[int]) -> dict[int, RepeatedWait]:
        return {
            process: repeated
            for process, repeated in self._repeated.items()
            if process in processes and process in self._stuck
        }

    def _least_seconds(self, wait: WaitStarted) -> float:
        if wait.process in self._repeated:
            return _REPEATING_SECONDS
        return LONG_SECONDS if self._known_enders(wait) else _EVERYTHING_SECONDS

    def _is_at_server(self, wait: WaitStarted) -> bool:
        """Whether it waits at a Manager, which answers once another process has done something."""
        return bool(wait.peers) and self._servers.issuperset(wait.peers)

    def _known_enders(self, wait: WaitStarted) -> list[int]:
        """The only processes that can end a wait, where these are known."""
        if wait.peers:
            at_server = self._is_at_server(wait)
            return [] if at_server else [peer for peer in wait.peers if peer in self._alive]
        ender = wait_kind(wait.kind).ender
        if (ender == "holder" or wait.kind == "file") and wait.lock is not None:
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
        idle = idle_threads(self._run, state.process)
        return any(
            number != state.pid and not thread.name.endswith(LIBRARY_THREADS) and number not in idle
            for number, thread in threads.items()
        )

    def _may_go_on(self, wait: WaitStarted, *, is_any_free: bool) -> bool:
        enders = self._known_enders(wait)
        at_server = self._is_at_server(wait)
        if wait.peers and not at_server:
            # Any thread of a process can use its end of a pipe.
            is_any_able = not all(map(self._is_wholly_stuck, enders))
            return not enders or is_any_able or self._has_one_just_ended
        if enders:
            return any(ender not in self._stuck for ender in enders)
        if wait.kind == "thread" and len(self._run.threads.get(wait.process, ())) < 2:
            # No other thread could wake it; the handler of a signal may.
            return not self._is_alone(wait)
        if wait.kind in _CHANNELS and not at_server:
            return True  # It leads out of the program, or it is not known where to.
        return self._may_be_ended_by_any(wait, is_any_free=is_any_free)

    def _may_be_ended_by_any(self, wait: WaitStarted, *, is_any_free: bool) -> bool:
        """Whether a process may go on whose wait not only certain others can end."""
        if self._has_one_just_ended:
            return True
        able = self._able(wait)
        if able is not None:
            return not all(map(self._is_wholly_stuck, able))
        # Where it is not known which process holds a lock, any may; or call `task_done()`.
        is_up_to_all = wait_kind(wait.kind).ender in ("anybody", "holder")
        return is_any_free or not (is_up_to_all or self._is_for_unmarked(wait))

    def _able(self, wait: WaitStarted) -> list[int] | None:
        """The processes that have what is needed to end this wait, where that was looked up.

        The process itself is one of them, for its threads; and so is each that began lately, for it
        may have inherited it.
        """
        sample = self._run.access.get((wait.queue, wait.lock, None))
        if wait.kind not in _SHARED or sample is None or sample.t < wait.started_at:
            return None
        return [
            state.process
            for state in self._living
            if state.process in sample.processes or self._t - state.started_at < _YOUNG_SECONDS
        ]

    def _is_for_unmarked(self, wait: WaitStarted) -> bool:
        """Whether it waits until items of a queue are marked as done, and nobody takes any."""
        if wait.kind != "join" or wait.queue is None:
            return False
        others = self._run.waits.current.values()
        return not any(one.kind == "get" and one.queue == wait.queue for one in others)

    def _is_wholly_stuck(self, process: int) -> bool:
        return self._is_stuck(self._run.processes[process])

    def _is_alone(self, wait: WaitStarted) -> bool:
        """Whether a worker waits for a thread of its own, of which it has no other one."""
        state = self._run.processes.get(wait.process)
        return (
            wait.inside_only
            and state is not None
            and state.role != "helper"
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
            yield Standstill(tuple(members.values()), is_circle=False, alone=wait.process)

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
        """Locks that are waited for, and that no living process holds."""
        waits = list(self._long_waits())
        does_all_wait = len(waits) >= len(self._living)
        locks = {
            wait.lock: wait
            for wait in waits
            if wait.kind == "lock" and not wait.timed and wait.lock not in self._holders
        }
        for lock, wait in locks.items():
            holder = self._past.last_holders.get(lock) if lock is not None else None
            was_seen = holder is not None and holder not in self._alive
            if self._has_just_ended(holder):
                continue  # It may have released the lock, and another one have taken it since.
            is_lost = (was_seen or self._past.locks_may_be_lost) and self._is_held_by_nobody(wait)
            if lock is not None and (is_lost or (does_all_wait and self._past.locks_may_be_lost)):
                waiting = tuple(wait for wait in waits if wait.lock == lock)
                lost_with = holder if was_seen else None
                yield Standstill(waiting, is_circle=False, lost_lock=lock, lost_with=lost_with)

    def _has_just_ended(self, process: int | None) -> bool:
        state = self._run.processes.get(process) if process is not None else None
        ended_at = None if state is None else state.ended_at
        return ended_at is not None and self._t - ended_at < _RELEASING_SECONDS

    def _is_held_by_nobody(self, wait: WaitStarted) -> bool:
        """Whether it is certain that no living process holds what has been waited for for long."""
        sample = self._run.locks.get(wait.lock) if wait.lock is not None else None
        return (
            sample is not None
            and sample.complete
            and sample.t >= wait.started_at
            and all(map(self._is_long_gone, sample.holders))
            and not sample.outside
            and self._t - wait.started_at >= _LOST_SECONDS
        )

    def _is_long_gone(self, process: int) -> bool:
        """Whether it ended so long ago that whoever it has released is known to go on."""
        state = self._run.processes.get(process)
        if state is None:
            return True
        return state.ended_at is not None and self._t - state.ended_at >= _RELEASED_SECONDS

    def _long_waits(self) -> Iterable[WaitStarted]:
        living = {state.process for state in self._living}
        return (
            wait
            for process, wait in self._run.waits.current.items()
            if process in living and self._t - wait.started_at >= LONG_SECONDS
        )


def is_server(state: ProcessState) -> bool:
    """Whether a process is that of a Manager that only processes of the program can reach.

    Its arguments begin with the registry and the address. What a Manager of a class of the
    program's own does is not known.
    """
    arguments = (state.arguments or "").split(", ")
    return (
        state.name.startswith(_SERVER_NAME)
        and (state.target or "").endswith(_SERVER)
        and arguments[1:2] == ["None"]
    )
