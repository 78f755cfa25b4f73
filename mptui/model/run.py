"""The state of a run: a pure fold of its events.

A recording may be torn, edited or of a later version, so no event may raise, whatever it says. Of a
process whose start was not recorded only the output is kept. Must not draw conclusions: what the
state means is for findings and for the front ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mptui import events as ev
from mptui.model.activity import Activity
from mptui.model.lock_states import LockStates
from mptui.model.output.program_output import MERGED_BYTES, PROCESS_BYTES, ProgramOutput
from mptui.model.plausible import LATEST_SECONDS, kept_text
from mptui.model.processes.ended_groups import Done, EndedGroup
from mptui.model.processes.processes import MAIN, Forgotten, Processes
from mptui.model.progress import Progress, build_progress
from mptui.model.queue_states import QueueStates
from mptui.model.stacks.latest_stacks import LatestStacks
from mptui.model.thread_states import ThreadStates
from mptui.model.time_split import NO_TIME, TimeSplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mptui.model.core_times import CoreTimes
    from mptui.model.gpu_states import GpuStates
    from mptui.model.lock_states import AccessKey
    from mptui.model.output.output_log import OutputLog
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.queue_states import QueueState
    from mptui.model.use_histories import UseHistories

CORES_KEPT: Final = 4096
GAPS_KEPT: Final = 64
"""Any more kinds of gaps are counted together, under the empty one."""

_Folds: TypeAlias = "dict[type[ev.Event], Callable[[Any], None]]"
Before: TypeAlias = "Callable[[Run, ev.Event], None]"


class Run:
    """A run as far as its events have been folded.

    Args:
        merged_bytes: how much of the whole program's output is kept.
        process_bytes: how much of each process's output is kept.
    """

    stop_requested: ev.StopRequested | None = None
    """That the program was asked to end, by anybody; None while it was not."""

    cluster: ev.ClusterSampled | None = None
    """The latest sample of the cluster, where it is one."""

    apply_count = 0
    """How often events were folded: as long as it stays, so does the state."""

    def __init__(
        self, merged_bytes: int = MERGED_BYTES, process_bytes: int = PROCESS_BYTES
    ) -> None:
        self.started: ev.RunStarted | None = None
        self.finished: ev.RunFinished | None = None
        self.now = 0.0
        """The time of the latest event, in seconds since the run began; one that cannot be true
        is not taken for it."""
        self.cores: tuple[float, ...] = ()
        """Load of each core in percent."""
        self.dropped: dict[str, int] = {}
        """How many things are missing from the recording, by the code of the gap."""
        self._processes = Processes()
        self._activity = Activity(clock=self._time)
        self._queues = QueueStates()
        self._threads = ThreadStates()
        self._stacks = LatestStacks()
        self._locks = LockStates()
        self._output = ProgramOutput(merged_bytes, process_bytes)
        self._wrote: set[int] = set()
        self.processes: Final[Mapping[int, ProcessState]] = self._processes.states
        """In order of discovery: main, all that live, those that ended last or badly.

        What became of the others is in `ended_groups`, and their names are in `forgotten`.
        """
        self.tasks: Final = self._activity.tasks
        self.waits: Final = self._activity.waits
        self.timeline: Final = self._activity.timeline
        self.queues: Final[Mapping[int, QueueState]] = self._queues.states
        """Queues, pools and executors, in order of discovery."""
        self.threads: Final[Mapping[int, dict[int, ev.ThreadSample]]] = self._threads.of_process
        """The threads of each process in `processes` by native id, where it has several.

        Those of one process are replaced when one of them changes, never changed.
        """
        self.merged: Final = self._output.merged
        """The output of the whole program, in the order in which its lines became whole."""
        self.logs: Final[Mapping[int, OutputLog]] = self._output.logs
        """The output of each process; every process in `processes` has one."""
        self._folds = self._make_folds()

    @property
    def core_times(self) -> CoreTimes:
        """How long each process was on a core, or ready but without one."""
        return self._activity.core_times

    @property
    def use_histories(self) -> UseHistories:
        """What all processes, and each in `processes`, used and did over the run."""
        return self._activity.use_histories

    @property
    def gpus(self) -> GpuStates:
        """The GPUs, once a process uses one, and who uses them."""
        return self._activity.gpus

    @property
    def stacks(self) -> Mapping[int, ev.StackSampled]:
        """The stacks of processes in `processes` as last read, the latest at the end."""
        return self._stacks.of_process

    @property
    def locks(self) -> Mapping[int, ev.LockSampled]:
        """Who holds the locks that somebody waits for, or waited for last."""
        return self._locks.latest

    @property
    def access(self) -> Mapping[AccessKey, ev.AccessSampled]:
        """Who can end the waits for queues, semaphores and pipes that last, or lasted."""
        return self._locks.access

    @property
    def ended_groups(self) -> Mapping[str, EndedGroup]:
        """Sums over the ended processes that are not in `processes` any more, by name."""
        return self._processes.groups.by_name

    @property
    def forgotten(self) -> Mapping[int, Forgotten]:
        """The names of the processes that were forgotten last: lines and tasks still name them."""
        return self._processes.forgotten

    @property
    def process_count(self) -> int:
        """How many processes have been found so far."""
        return self._processes.count

    @property
    def process_changes(self) -> int:
        """Counts starts, ends, being forgotten, and changes of names, roles and parents.

        As long as it stays, so does every order and every choice of processes that rests on these.
        """
        return self._processes.changes

    @property
    def unkept(self) -> dict[str, int]:
        """How many of what were left out of the state, since there were too many; mostly empty.

        Processes and queues are counted one by one, threads and tasks as often as they were seen.
        """
        counts = {
            "processes": self._processes.uncounted,
            "threads": self._threads.unkept_count,
            "running tasks": self.tasks.unkept_count,
            "queues": self._queues.forgotten_count,
        }
        return {what: count for what, count in counts.items() if count}

    @property
    def peak_rss_bytes(self) -> int:
        """The most memory that all processes together were found to occupy in one sample."""
        return self._processes.peak_rss_bytes

    @property
    def progress(self) -> list[Progress]:
        """How far everything that was handed out has got, pools and executors first."""
        return build_progress(self._queues, self.tasks, self.now)

    @property
    def usable_cores(self) -> float:
        """How many cores the program may use; 0 as long as nothing is known."""
        started = self.started
        if started is None:
            return 0.0
        usable = started.usable_cores
        is_true = usable is not None and 0.0 < usable <= started.cpu_count
        return usable if usable is not None and is_true else float(started.cpu_count)

    @property
    def is_attached(self) -> bool:
        """Whether the program ran before mptui came: its output and its tasks are not seen."""
        return self.started is not None and self.started.attached_after is not None

    @property
    def is_cluster(self) -> bool:
        """Whether it is a cluster that is watched, not a program on this machine."""
        return self.started is not None and self.started.cluster is not None

    @property
    def is_only_watched(self) -> bool:
        """Whether somebody else started it, so that its end may be none of mptui's concern."""
        return self.is_attached or self.is_cluster

    @property
    def has_probe(self) -> bool:
        """Whether the probe reports from any of the processes that are known."""
        return any(state.instrumented for state in self.processes.values())

    @property
    def allowed_cores(self) -> frozenset[int]:
        """The cores that the program may run on; empty where nothing else is said than: all."""
        allowed = self.started.allowed_cores if self.started is not None else None
        return frozenset((allowed or ())[:CORES_KEPT])

    @property
    def numa_nodes(self) -> tuple[tuple[int, ...], ...]:
        """The cores of each NUMA node; empty where there is one node, or nothing is known."""
        nodes = self.started.numa_nodes if self.started is not None else None
        return tuple(tuple(cores[:CORES_KEPT]) for cores in (nodes or ())[:CORES_KEPT])

    @property
    def output(self) -> ProgramOutput:
        """What makes lines of what the program writes; to be looked at only."""
        return self._output

    @property
    def line_count(self) -> int:
        """Lines written so far by the whole program."""
        return self._output.merged.end_line

    @property
    def byte_count(self) -> int:
        """Bytes written so far by the whole program."""
        return self._output.byte_count

    @property
    def speaker_count(self) -> int:
        """How many processes have written anything."""
        return self._output.speaker_count

    @property
    def has_written_stderr(self) -> bool:
        """Whether any process in `processes` has written to standard error."""
        has_stderr = self._output.has_stderr
        return has_stderr and any(state.wrote_stderr for state in self.processes.values())

    @property
    def is_live(self) -> bool:
        """Whether the run began and its end has not been seen."""
        return self.started is not None and self.finished is None

    def is_alive(self, process: int) -> bool:
        """Whether the process is known and was not seen to end."""
        return self._processes.is_alive(process)

    @property
    def alive_count(self) -> int:
        """How many processes have not been seen to end."""
        return len(self._processes.alive)

    @property
    def alive(self) -> list[ProcessState]:
        """The processes that have not been seen to end, in no particular order."""
        return [self.processes[process] for process in self._processes.alive]

    @property
    def cpu_percent(self) -> float:
        """What the processes used of a core when last sampled, all together."""
        return self._processes.cpu_percent

    @property
    def rss_bytes(self) -> int:
        """What the processes occupied when last sampled; what they share counts for each."""
        return self._processes.rss_bytes

    def queue_history(self, queue: int) -> Sequence[tuple[float, ...]]:
        """Times, and what had been put into and got from a queue by then, oldest first.

        At most some hundreds, evenly spread: the longer the run, the coarser.
        """
        return self._queues.history(queue)

    def rss_history(self, process: int) -> Sequence[tuple[float, ...]]:
        """Times, and the bytes a process was found to occupy then; bounded in the same way."""
        return self._processes.rss_history(process)

    def rss_levels(self, process: int, times: Sequence[float]) -> list[float]:
        """The bytes a process was last found to occupy at each of these times."""
        return self._processes.rss_levels(process, times)

    def time_split(self, process: int) -> TimeSplit:
        """What a process spent its life on, which is what the sums add up to.

        Of the scheduler of a cluster it is not known.
        """
        state = self.processes.get(process)
        if state is None or (self.is_cluster and process == MAIN):
            return NO_TIME
        return self._activity.time_split(state)

    def apply(self, events: Iterable[ev.Event], before: Before | None = None) -> None:
        """Fold these events into the state, in their order; one of an unknown type is ignored.

        Args:
            events: what is new.
            before: called before each event is folded, when the time is already that of the event.
        """
        folds = self._folds
        self.apply_count += 1
        for event in events:
            if self.now < event.t <= LATEST_SECONDS:
                self.now = event.t
            if before is not None:
                before(self, event)
            fold = folds.get(type(event))
            if fold is not None:
                fold(event)
        # Once a batch, not once an event: a flood would make a new state for every line.
        for process in self._wrote:
            self._update_counts(process)
        self._wrote.clear()

    def _time(self) -> float:
        # A method, not a lambda: a state must be able to become bytes.
        return self.now

    def _make_folds(self) -> _Folds:
        return {
            ev.RunStarted: self._on_run_started,
            ev.ClusterSampled: self._on_cluster_sampled,
            ev.ProcessStarted: self._on_process_started,
            ev.ProcessChanged: self._processes.learn,
            ev.Output: self._on_output,
            ev.Sampled: self._on_sampled,
            ev.ThreadsSampled: self._on_threads_sampled,
            ev.GpusSampled: self._on_gpus_sampled,
            ev.TaskStarted: self._on_task_started,
            ev.TaskFinished: self._on_task_finished,
            ev.TasksCounted: self._on_tasks_counted,
            ev.QueueSampled: self._queues.sample,
            ev.WaitStarted: self._on_wait_started,
            ev.WaitFinished: self._on_wait_finished,
            ev.WaitsCounted: self._on_waits_counted,
            ev.LockSampled: self._locks.sample,
            ev.AccessSampled: self._locks.sample_access,
            ev.StackSampled: self._on_stack_sampled,
            ev.ProcessExited: self._on_process_exited,
            ev.EventsDropped: self._on_events_dropped,
            ev.StopRequested: self._on_stop_requested,
            ev.RunFinished: self._on_run_finished,
        }

    def _update_counts(self, process: int) -> None:
        if process in self._processes.states:
            self._processes.count_output(
                process,
                *self._output.written(process),
                wrote_stderr=self._output.has_written_stderr(process),
            )
        elif process in self._processes.forgotten:
            written = self._output.forget(process)
            self._processes.count_late(process, Done(0, 0, *written))

    def _count_late_tasks(self, process: int) -> None:
        """The last tasks of a process may be recorded after it was forgotten."""
        tasks = self.tasks.forget(process)
        self._processes.count_late(process, Done(tasks.count, tasks.failed))

    def _forget(self, process: int) -> None:
        """Keep nothing of a process but what it adds to sums."""
        written = self._output.forget(process)
        tasks = self._activity.forget(process)
        self._threads.forget(process)
        self._stacks.forget(process)
        self._processes.forget(process, Done(tasks.count, tasks.failed, *written))

    def _on_run_started(self, event: ev.RunStarted) -> None:
        self.started = event
        self._activity.core_times.are_older = event.attached_after is not None

    def _on_cluster_sampled(self, event: ev.ClusterSampled) -> None:
        self.cluster = event

    def _on_process_started(self, event: ev.ProcessStarted) -> None:
        if not self._processes.start(event):
            return
        self._activity.open(event.process, event.t)
        self._threads.open(event.process)
        self._output.open(event.process)
        self._wrote.add(event.process)

    def _on_output(self, event: ev.Output) -> None:
        self._output.write(event, self.now)
        self._wrote.add(event.process)

    def _on_sampled(self, event: ev.Sampled) -> None:
        self.cores = tuple(event.cores[:CORES_KEPT])
        self._processes.sample(event)
        self._activity.core_times.sample(event, self._processes.alive)
        totals = (self._processes.cpu_percent, self._processes.rss_bytes)
        self.use_histories.sample(event, self._processes.alive, self.tasks, totals)

    def _on_threads_sampled(self, event: ev.ThreadsSampled) -> None:
        if self._processes.is_alive(event.process):
            self._threads.sample(event)

    def _on_gpus_sampled(self, event: ev.GpusSampled) -> None:
        self.gpus.sample(event, self._processes.alive)

    def _on_task_started(self, event: ev.TaskStarted) -> None:
        state = self.processes.get(event.process)
        if state is not None:
            self._activity.start_task(event, state.ended_at)

    def _on_task_finished(self, event: ev.TaskFinished) -> None:
        if event.process in self._processes.states:
            self._activity.finish_task(event)
        elif event.process in self._processes.forgotten:
            self._activity.finish_task(event)
            self._count_late_tasks(event.process)

    def _on_tasks_counted(self, event: ev.TasksCounted) -> None:
        if event.process in self._processes.states:
            self._activity.count_tasks(event)
        elif event.process in self._processes.forgotten:
            self._activity.count_tasks(event)
            self._count_late_tasks(event.process)

    def _on_wait_started(self, event: ev.WaitStarted) -> None:
        if self._processes.is_alive(event.process):
            self._activity.start_wait(event)

    def _on_wait_finished(self, event: ev.WaitFinished) -> None:
        # All waits of a process that ended were over with it.
        if self._processes.is_alive(event.process):
            self._activity.finish_wait(event)

    def _on_waits_counted(self, event: ev.WaitsCounted) -> None:
        if self._processes.is_alive(event.process):
            self._activity.count_waits(event)

    def _on_stack_sampled(self, event: ev.StackSampled) -> None:
        if self._processes.is_alive(event.process):
            self._stacks.sample(event)

    def _on_process_exited(self, event: ev.ProcessExited) -> None:
        self._output.close(event.process)
        self._wrote.add(event.process)
        if self._processes.is_alive(event.process):
            self._activity.close(event.process, event.t)
            self._threads.close(event.process)
            self.core_times.end(event.process, event.t, event.core_seconds)
            self.use_histories.end(event.process, event.t)
            self.gpus.close(event.process)
        surplus = self._processes.end(event)
        if surplus is not None:
            self._forget(surplus)

    def _on_events_dropped(self, event: ev.EventsDropped) -> None:
        what = kept_text(event.what)
        if what not in self.dropped and len(self.dropped) >= GAPS_KEPT:
            what = ""
        self.dropped[what] = self.dropped.get(what, 0) + event.count

    def _on_stop_requested(self, event: ev.StopRequested) -> None:
        self.stop_requested = event

    def _on_run_finished(self, event: ev.RunFinished) -> None:
        self.finished = event
        self._output.close_all()
        self._wrote.update(self.processes)
