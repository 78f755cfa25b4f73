"""What findings rest on beside the state of a run: how long something lasted, and what is over.

Folds events like a run does, each just before the run, and in bounded memory. It searches for
deadlocks while they last, since the state keeps no trace of them; every other conclusion is for the
rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

from mptui import events as ev
from mptui.model.findings.cores.crowding import Crowding
from mptui.model.findings.deadlock_search import LONG_SECONDS, Past, find_standstills
from mptui.model.findings.ended_workers import EndedWorkers
from mptui.model.findings.printed.printed_errors import PrintedErrors
from mptui.model.findings.results.cut_off import CutOff
from mptui.model.findings.results.lost_results import LostResults
from mptui.model.findings.small_tasks import SmallTasks, are_single_items
from mptui.model.findings.sustained import Stretch
from mptui.model.findings.waiting.past_waits import PastWaits
from mptui.model.plausible import kept_text
from mptui.model.processes.processes import MAIN
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable

    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run
_T = TypeVar("_T")
_Notes: TypeAlias = "dict[type[ev.Event], Callable[[Run, Any], None]]"

_FAIR_SHARE: Final = 0.25
"""A process that got less than this part of an equal share did not compute all the time."""
_CROWDED_PERCENT: Final = 70.0
"""A process that is ready to run and gets less of a core than this shares it."""
_ALL_CORES_SHARE: Final = 0.7
"""Where the program uses less of all cores than this, others take them up."""
_THREAD_PERCENT: Final = 15.0
"""A thread that computes gets at least so much of a core, even if it takes turns with others."""
_ONE_CORE_PERCENTS: Final = (80.0, 130.0)
"""What several threads use together when one runs at a time."""
_SEARCH_SECONDS: Final = 0.5
"""So long after a search another one is made: ends of long waits may come in hundreds."""
_SEARCH_FOR_ONE_SECONDS: Final = 0.05
"""The same at the end of a wait that only one process can end."""
_ENDS_KEPT: Final = 1000
"""A zombie is known as such only some seconds after its end."""
_ZOMBIES_KEPT: Final = 1000
_THREADED_KEPT: Final = 1000
_FUNCTIONS_KEPT: Final = 200
_QUEUES_KEPT: Final = 256
_CONSUMERS_KEPT: Final = 500
_STANDSTILLS_KEPT: Final = 100
_ASKED_KEPT: Final = 1000
_FORKS_KEPT: Final = 1000
_THREADS_NAMED: Final = 3
_FORCED_SECONDS: Final = 1.0
"""A process that was killed while it waited has ended so soon after its wait."""


class _Over(NamedTuple):
    """Deadlocks that a process may have got out of."""

    at: float
    standstills: list[Standstill]


class Evidence:
    """What the rules need to know of the past of a run."""

    def __init__(self) -> None:
        self.crowding = Crowding()
        """Processes that were ready but without a core, as the kernel accounted it."""
        self.crowd = Stretch()
        """More busy processes than cores: how many, and the percent of a core that each got; only
        of older recordings, without the accounts. Below: which, when last seen."""
        self.crowded: tuple[int, ...] = ()
        self.turns: dict[int, Stretch] = {}
        """Threads of a process that compute one at a time: how many, and percent of a core."""
        self.small_tasks: dict[str | None, SmallTasks] = {}
        """By function."""
        self.consumers: dict[int, dict[int, None]] = {}
        """The processes that were seen to wait for work from each queue, in order."""
        self.ended_workers, self.cut_off = EndedWorkers(), CutOff()
        self.lost_results, self.printed = LostResults(), PrintedErrors()
        self.zombies: dict[int, ProcessState] = {}
        """Processes that ended and were not waited for as long as they had a parent."""
        self.has_seen_a_signal = False
        """Whether a signal ended any process."""
        self.standstills: dict[frozenset[int], Standstill] = {}
        """Deadlocks that are over, since a process was ended; by the processes in them."""
        self.forked_beside_threads: dict[int, tuple[str, ...]] = {}
        """Workers whose parent had other threads when it forked them: the names of these."""
        self.asked: dict[int, ev.ProcessAsked] = {}
        """The first request to end that was sent to each process that lives."""
        self.past_waits = PastWaits()
        self._over: dict[int, _Over] = {}
        """Deadlocks that ended with a wait, by its process: it may have gone on, or been killed."""
        self._ended: dict[int, ProcessState] = {}
        """The processes that ended last."""
        self._searched_at = -_SEARCH_SECONDS
        self._notes = self._make_notes()

    def _make_notes(self) -> _Notes:
        """What takes note of each kind of event."""
        return {
            ev.Sampled: self._note_sample,
            ev.TasksCounted: self._note_tasks,
            ev.WaitStarted: self._note_wait,
            ev.WaitFinished: self._note_wait_over,
            ev.WaitsCounted: self._note_many_waits,
            ev.QueueSampled: self.past_waits.repeated.note_queue,
            ev.LockSampled: self.past_waits.note_lock,
            ev.Output: self._note_output,
            ev.ProcessStarted: self._note_start,
            ev.ProcessAsked: self._note_request,
            ev.ProcessExited: self._note_end,
            ev.ProcessChanged: self._note_change,
            ev.ResultsUnasked: self._note_unasked,
            ev.TasksDiscarded: self._note_discarded,
        }

    @property
    def noted(self) -> Collection[type[ev.Event]]:
        """The kinds of events that are taken note of."""
        return self._notes.keys()

    @property
    def killed(self) -> list[ProcessState]:
        """The workers, as far as they are known, that a signal ended, though nobody stopped all."""
        return [
            state
            for state in self._ended.values()
            if state.signal is not None and state.role == "worker" and not state.stopping
        ]

    @property
    def ended_unasked(self) -> list[ProcessState]:
        """The workers that ended badly, and that nobody asked to."""
        return [
            state
            for state in self._ended.values()
            if state.ended_badly and state.role == "worker" and not state.end_was_asked
        ]

    def note(self, run: Run, event: ev.Event) -> None:
        """Take note of an event that the run is about to fold."""
        note = self._notes.get(type(event))
        if note is not None:
            note(run, event)

    # What others keep; methods, not lambdas: evidence must be able to become bytes

    def _note_output(self, _: Run, event: ev.Output) -> None:
        self.printed.note(event)

    def _note_many_waits(self, _: Run, event: ev.WaitsCounted) -> None:
        self.past_waits.repeated.note_many(event)

    def _note_unasked(self, _: Run, event: ev.ResultsUnasked) -> None:
        self.lost_results.note_unasked(event)

    def _note_discarded(self, _: Run, event: ev.TasksDiscarded) -> None:
        self.lost_results.note_discarded(event)

    # What samples show

    def _note_sample(self, run: Run, event: ev.Sampled) -> None:
        self.crowding.note(run, event)
        if not run.core_times.are_known:
            self._note_crowd(run, event.t)
        for process, threads in run.threads.items():
            if len(threads) > 1 and _may_use_several(run, process):
                self._note_turns(run, process, threads.values(), event)

    def _note_crowd(self, run: Run, t: float) -> None:
        cores = run.started.cpu_count if run.started is not None else 0
        busy = _busy_percents(run, cores)
        percent = sum(busy.values())
        if (
            len(busy) > cores > 0
            and percent < _CROWDED_PERCENT * len(busy)
            and percent >= _ALL_CORES_SHARE * 100.0 * cores
        ):
            self.crowd.hold(t, len(busy), percent / len(busy))
            self.crowded = tuple(sorted(busy))
        else:
            self.crowd.miss(t)

    def _note_turns(
        self, run: Run, process: int, threads: Iterable[ev.ThreadSample], event: ev.Sampled
    ) -> None:
        # Who is ready without a core does not wait for the lock that threads take turns with.
        percents = [
            one.cpu_percent
            for one in threads
            if one.cpu_percent > max(_THREAD_PERCENT, one.ready_percent)
        ]
        least, most = _ONE_CORE_PERCENTS
        if len(percents) > 1 and least <= sum(percents) <= most and _has_room(event.cores):
            if _has_room_for(process, self.turns, _THREADED_KEPT, run.processes):
                turns = self.turns.setdefault(process, Stretch())
                turns.hold(event.t, len(percents), sum(percents))
        elif process in self.turns:
            self.turns[process].miss(event.t)

    # What tasks and waits show

    def _note_tasks(self, run: Run, event: ev.TasksCounted) -> None:
        if event.process not in run.processes or not are_single_items(event):
            return
        label = None if event.label is None else kept_text(event.label)
        tasks = self.small_tasks.get(label)
        if tasks is None:
            if len(self.small_tasks) >= _FUNCTIONS_KEPT:
                return
            tasks = self.small_tasks[label] = SmallTasks(
                event.since, kept_text(event.executor or "")
            )
        tasks.add(run, event)

    def _note_wait(self, run: Run, event: ev.WaitStarted) -> None:
        queue = event.queue if wait_kind(event.kind).is_idle else None
        if queue is not None and _has_room_for(queue, self.consumers, _QUEUES_KEPT, run.queues):
            consumers = self.consumers.setdefault(queue, {})
            if _has_room_for(event.process, consumers, _CONSUMERS_KEPT, run.processes):
                consumers[event.process] = None
        self.past_waits.note_wait(event)
        self._note_wait_end(run, event)

    def _note_wait_over(self, run: Run, event: ev.WaitFinished) -> None:
        self.past_waits.repeated.note_end(event)
        self._note_wait_end(run, event)

    def _note_start(self, run: Run, event: ev.ProcessStarted) -> None:
        others = [one.name for one in run.threads.get(event.parent or MAIN, {}).values()][1:]
        kept = self.forked_beside_threads
        was_forked = event.start_method == "fork" or (event.role == "other" and not event.argv)
        if was_forked and others and len(kept) < _FORKS_KEPT:
            kept[event.process] = tuple(map(kept_text, others[:_THREADS_NAMED]))

    def _note_request(self, run: Run, event: ev.ProcessAsked) -> None:
        if _has_room_for(event.process, self.asked, _ASKED_KEPT, run.processes):
            self.asked.setdefault(event.process, event)

    def _note_end(self, run: Run, event: ev.ProcessExited) -> None:
        self._note_wait_end(run, event)
        if _was_forced(event):
            self._keep_forced(event)
        self._over.pop(event.process, None)
        self.cut_off.note(run, event, self.asked.pop(event.process, None))
        self.past_waits.repeated.forget(event.process)
        self.ended_workers.note(run, event)
        self.has_seen_a_signal |= event.signal is not None and not event.stopping
        state = run.processes.get(event.process)
        if state is not None:
            self._ended[state.process] = state.ended(event)
            if len(self._ended) > _ENDS_KEPT:
                del self._ended[next(iter(self._ended))]

    def _note_wait_end(
        self, run: Run, event: ev.WaitStarted | ev.WaitFinished | ev.ProcessExited
    ) -> None:
        wait = run.waits.current.get(event.process)
        if wait is None or event.t - wait.started_at < LONG_SECONDS:
            return
        has_one_ender = wait_kind(wait.kind).has_one_ender
        # What ends a standstill of all begins with the main process.
        if not has_one_ender and MAIN not in run.waits.current:
            return
        pause = _SEARCH_FOR_ONE_SECONDS if has_one_ender else _SEARCH_SECONDS
        if event.t - self._searched_at < pause:
            return
        self._searched_at = event.t
        found = self.standstills_at(run, event.t)
        if isinstance(event, ev.ProcessExited):
            if _was_forced(event):
                self._keep_standstills(found, event.t)
        elif found and _has_room_for(event.process, self._over, _STANDSTILLS_KEPT, run.processes):
            # If it goes on, it was none.
            self._over[event.process] = _Over(event.t, found)

    def standstills_at(self, run: Run, t: float) -> list[Standstill]:
        """Every group of processes that are stuck at this time."""
        past = Past(
            self.has_seen_a_signal,
            self.forked_beside_threads,
            self.past_waits.holders.of_lock,
            self.past_waits.repeated.current(t),
        )
        return find_standstills(run, t, past)

    def _keep_forced(self, event: ev.ProcessExited) -> None:
        """Keep what a process was in until it was ended, unless another one had got out of it."""
        for process, over in self._over.items():
            if event.t - over.at < _FORCED_SECONDS:
                ended = (
                    standstill
                    for standstill in over.standstills
                    if event.process in standstill.processes
                    and (process == event.process or process not in standstill.processes)
                )
                self._keep_standstills(ended, event.t)

    def _keep_standstills(self, standstills: Iterable[Standstill], until: float) -> None:
        for standstill in standstills:
            if len(self.standstills) < _STANDSTILLS_KEPT:
                over = standstill._replace(until=until)
                self.standstills.setdefault(standstill.processes, over)

    def _note_change(self, run: Run, event: ev.ProcessChanged) -> None:
        state = run.processes.get(event.process) or self._ended.get(event.process)
        if state is None:
            return
        if event.zombie and len(self.zombies) < _ZOMBIES_KEPT:
            self.zombies[event.process] = state
        elif event.zombie is False:
            parent = None if state.parent is None else run.processes.get(state.parent)
            # After the end of its parent the system waits for it: the program never did.
            if parent is not None and parent.is_alive:
                self.zombies.pop(event.process, None)


def _has_room_for(key: int, kept: dict[int, _T], most: int, living: Container[int]) -> bool:
    """Whether this may be kept; what the run does not know any more is dropped to make room."""
    if key in kept or len(kept) < most:
        return True
    for other in [other for other in kept if other not in living]:
        del kept[other]
    return len(kept) < most


def _was_forced(event: ev.ProcessExited) -> bool:
    """Whether a process was ended, and did not end by itself."""
    return event.signal is not None or event.stopping or event.terminated_by is not None


def _busy_percents(run: Run, cores: int) -> dict[int, float]:
    """The percent of a core that each process got that computes all the time."""
    ready = {
        state.process: state.sample.cpu_percent
        for state in run.alive
        if state.sample is not None and state.sample.state == "R"
    }
    least = _FAIR_SHARE * 100.0 * cores / max(len(ready), 1)
    return {process: percent for process, percent in ready.items() if percent >= least}


def _may_use_several(run: Run, process: int) -> bool:
    """Whether a process may run on more than one core at a time."""
    state = run.processes.get(process)
    cores = len(state.cores) if state is not None and state.cores else run.usable_cores
    return cores > 1


def _has_room(cores: list[float]) -> bool:
    """Whether another thread could have run at the same time: half a core at least was free."""
    return sum(100.0 - load for load in cores) >= 50.0
