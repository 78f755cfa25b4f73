"""The state of a run: a pure fold of its events.

A recording may be torn, edited or of a later version, so no event may raise, whatever it says. Of a
process whose start was not recorded only the output is kept. Must not draw conclusions: what the
state means is for findings and for the front ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from mptui import events as ev
from mptui.model.activity import Activity
from mptui.model.output.program_output import MERGED_BYTES, PROCESS_BYTES, ProgramOutput
from mptui.model.plausible import LATEST_SECONDS
from mptui.model.processes import Processes
from mptui.model.progress import Progress, build_progress
from mptui.model.queue_states import QueueStates
from mptui.model.thread_states import ThreadStates
from mptui.model.time_split import TimeSplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mptui.model.output.output_log import OutputLog
    from mptui.model.process_state import ProcessState
    from mptui.model.queue_states import QueueState
    from mptui.model.tasks import Tasks
    from mptui.model.timeline.timeline import Timeline
    from mptui.model.waits import Waits

_Folds: TypeAlias = "dict[type[ev.Event], Callable[[Any], None]]"
Before: TypeAlias = "Callable[[Run, ev.Event], None]"


class Run:
    """A run as its events tell it, so far.

    Args:
        merged_bytes: how much of the whole program's output is kept.
        process_bytes: how much of each process's output is kept.
    """

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
        self._activity = Activity(clock=lambda: self.now)
        self._queues = QueueStates()
        self._threads = ThreadStates()
        self._output = ProgramOutput(merged_bytes, process_bytes)
        self._wrote: set[int] = set()
        self._folds: _Folds = {
            ev.RunStarted: self._on_run_started,
            ev.ProcessStarted: self._on_process_started,
            ev.ProcessChanged: self._processes.learn,
            ev.Output: self._on_output,
            ev.Sampled: self._on_sampled,
            ev.ThreadsSampled: self._on_threads_sampled,
            ev.TaskStarted: self._on_task_started,
            ev.TaskFinished: self._on_task_finished,
            ev.TasksCounted: self._on_tasks_counted,
            ev.QueueSampled: self._queues.sample,
            ev.WaitStarted: self._on_wait_started,
            ev.WaitFinished: self._on_wait_finished,
            ev.ProcessExited: self._on_process_exited,
            ev.EventsDropped: self._on_events_dropped,
            ev.RunFinished: self._on_run_finished,
        }

    @property
    def processes(self) -> dict[int, ProcessState]:
        """In order of discovery."""
        return self._processes.states

    @property
    def process_changes(self) -> int:
        """Counts changes of who there is: starts, ends, names, roles, parents.

        As long as it stays, so does every order and every choice of processes that rests on these.
        """
        return self._processes.changes

    @property
    def peak_rss_bytes(self) -> int:
        """The most memory that all processes together were found to occupy at one look."""
        return self._processes.peak_rss_bytes

    @property
    def tasks(self) -> Tasks:
        """The tasks of the whole program."""
        return self._activity.tasks

    @property
    def waits(self) -> Waits:
        """What the processes wait in."""
        return self._activity.waits

    @property
    def timeline(self) -> Timeline:
        """What each process did when."""
        return self._activity.timeline

    @property
    def queues(self) -> dict[int, QueueState]:
        """Queues, pools and executors, in order of discovery."""
        return self._queues.states

    @property
    def progress(self) -> list[Progress]:
        """How far everything that was handed out has got, pools and executors first."""
        return build_progress(self._queues, self.now)

    @property
    def threads(self) -> dict[int, dict[int, ev.ThreadSample]]:
        """The threads of each process in `processes` by native id, where it has several.

        Those of one process are replaced when one of them changes, never changed.
        """
        return self._threads.of_process

    @property
    def merged(self) -> OutputLog:
        """The output of the whole program, in the order in which its lines became whole."""
        return self._output.merged

    @property
    def logs(self) -> dict[int, OutputLog]:
        """The output of each process; every process in `processes` has one."""
        return self._output.logs

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
    def is_live(self) -> bool:
        """Whether the run began and its end has not been seen."""
        return self.started is not None and self.finished is None

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
        """What the processes used of a core when last looked at, all together."""
        return self._processes.cpu_percent

    @property
    def rss_bytes(self) -> int:
        """What the processes occupied when last looked at; what they share counts for each."""
        return self._processes.rss_bytes

    def queue_history(self, queue: int) -> Sequence[tuple[float, ...]]:
        """Times, and what had been put into and got from a queue by then, oldest first.

        At most some hundreds, evenly spread: the longer the run, the coarser.
        """
        return self._queues.history(queue)

    def rss_history(self, process: int) -> Sequence[tuple[float, ...]]:
        """Times, and the bytes a process was found to occupy then; bounded in the same way."""
        return self._processes.rss_history(process)

    def time_split(self, process: int) -> TimeSplit:
        """What a process spent its life on, which is what the four sums add up to."""
        state = self.processes.get(process)
        return TimeSplit(0.0, 0.0, 0.0, 0.0) if state is None else self._activity.time_split(state)

    def apply(self, events: Iterable[ev.Event], before: Before | None = None) -> None:
        """Fold these events into the state, in their order; one of an unknown type is ignored.

        Args:
            events: what is new.
            before: called before each event is folded, when the time is already that of the event.
        """
        folds = self._folds
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

    def _update_counts(self, process: int) -> None:
        state = self.processes.get(process)
        if state is None:
            return
        line_count = self._output.logs[process].end_line
        byte_count = self._output.byte_counts[process]
        if (line_count, byte_count) != (state.line_count, state.byte_count):
            self._processes.change(process, line_count=line_count, byte_count=byte_count)

    def _on_run_started(self, event: ev.RunStarted) -> None:
        self.started = event

    def _on_process_started(self, event: ev.ProcessStarted) -> None:
        self._processes.start(event)
        self._activity.open(event.process)
        self._threads.open(event.process)
        self._output.open(event.process)
        self._wrote.add(event.process)

    def _on_output(self, event: ev.Output) -> None:
        self._output.write(event)
        self._wrote.add(event.process)

    def _on_sampled(self, event: ev.Sampled) -> None:
        self.cores = tuple(event.cores)
        self._processes.sample(event)

    def _on_threads_sampled(self, event: ev.ThreadsSampled) -> None:
        if self._processes.is_alive(event.process):
            self._threads.sample(event)

    def _on_task_started(self, event: ev.TaskStarted) -> None:
        state = self.processes.get(event.process)
        if state is not None:
            self._activity.start_task(event, state.ended_at)

    def _on_task_finished(self, event: ev.TaskFinished) -> None:
        if event.process in self.processes:
            self._activity.finish_task(event)

    def _on_tasks_counted(self, event: ev.TasksCounted) -> None:
        if event.process in self.processes:
            self._activity.count_tasks(event)

    def _on_wait_started(self, event: ev.WaitStarted) -> None:
        if self._processes.is_alive(event.process):
            self._activity.start_wait(event)

    def _on_wait_finished(self, event: ev.WaitFinished) -> None:
        # All waits of a process that ended were over with it.
        if self._processes.is_alive(event.process):
            self._activity.finish_wait(event)

    def _on_process_exited(self, event: ev.ProcessExited) -> None:
        self._output.close(event.process)
        self._wrote.add(event.process)
        if self._processes.is_alive(event.process):
            self._activity.close(event.process, event.t)
            self._threads.close(event.process)
        self._processes.end(event)

    def _on_events_dropped(self, event: ev.EventsDropped) -> None:
        self.dropped[event.what] = self.dropped.get(event.what, 0) + event.count

    def _on_run_finished(self, event: ev.RunFinished) -> None:
        self.finished = event
        self._output.close_all()
        self._wrote.update(self.processes)
