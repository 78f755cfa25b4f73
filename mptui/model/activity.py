"""What the processes of a run do: hands events of tasks and waits to all that count or keep them.

Only events of known processes may get here. It must not count anything itself: tasks, waits, lanes
and time uses do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model.core_times import CoreTimes
from mptui.model.gpu_states import GpuStates
from mptui.model.plausible import is_possible, is_possible_wait_count
from mptui.model.tasks.tasks import Tasks
from mptui.model.time_split import TimeSplit, TimeUse
from mptui.model.timeline.lane import Ongoing
from mptui.model.timeline.timeline import Timeline
from mptui.model.timeline.track import Interval
from mptui.model.use_histories import UseHistories
from mptui.model.waits import Waits
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui import events as ev
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.tasks.task_records import ProcessTasks
    from mptui.model.waits import EndedWait


class Activity:
    """Tasks, waits, lanes and time uses, kept in step with each other.

    Args:
        clock: gives the time of the latest event.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.tasks = Tasks()
        self.waits = Waits(clock)
        self.timeline = Timeline(self._ongoing)
        self._clock = clock
        self.core_times = CoreTimes()
        self.use_histories = UseHistories()
        self.gpus = GpuStates()
        self._time_uses: dict[int, TimeUse] = {}

    def open(self, process: int, t: float) -> None:
        """A process began."""
        self.timeline.open(process)
        self.core_times.open(process, t)
        self._time_uses.setdefault(process, TimeUse())

    def forget(self, process: int) -> ProcessTasks:
        """Forget a process that ended; gives what it did in sum."""
        self.timeline.forget(process)
        self.waits.forget(process)
        self.core_times.forget(process)
        self.use_histories.forget(process)
        self.gpus.close(process)
        self._time_uses.pop(process, None)
        return self.tasks.forget(process)

    def close(self, process: int, t: float) -> None:
        """A process ended: what it waited in is over, what it ran is lost."""
        ended = self.waits.end(process, t)
        if ended:
            self._keep_wait(ended)
        for lost in self.tasks.lose(process, t):
            self._note_change(process, lost.task.thread)
        self._note_change(process, None)

    def start_task(self, event: ev.TaskStarted, ended_at: float | None) -> None:
        """A task runs; where the end of its process was recorded before it, it is lost."""
        if not is_possible(event.t, items=event.items) or not self.tasks.start(event):
            return
        if event.thread is None:
            time_use = self._time_uses[event.process]
            time_use.is_task_runner = True
            time_use.note_work(event.t)
        if ended_at is not None:
            self.close(event.process, ended_at)
        self._note_change(event.process, event.thread)

    def finish_task(self, event: ev.TaskFinished) -> None:
        """A task ended; of a process that was forgotten it counts in the totals alone."""
        process, thread, t, seconds = event.process, event.thread, event.t, event.seconds
        if not is_possible(t, seconds, event.items):
            return
        has_changed = self.tasks.finish(event)
        time_use = self._time_uses.get(process)
        if time_use is None:
            return
        if has_changed:
            self._note_change(process, thread)
        began = max(t - seconds, 0.0)
        timeline = self.timeline
        timeline.changes += 1
        lane = timeline.lanes.get((process, thread)) or timeline.lane(process, thread)
        if lane is not None:
            failed = 0 if event.ok else 1
            lane.add_task(began, t, timeline.shared(event.label), event.item, failed=failed)
        if thread is None:
            time_use.add_tasks(began, seconds)

    def count_tasks(self, event: ev.TasksCounted) -> None:
        """Many tasks ended; of a process that was forgotten they count in the totals alone."""
        if not _is_possible_count(event):
            return
        self.tasks.count(event)
        time_use = self._time_uses.get(event.process)
        if time_use is None:
            return
        self._note_change(event.process, event.thread)
        if not event.count:
            return  # Tasks of earlier counts failed after all: their results could not be sent.
        self.timeline.changes += 1
        lane = self.timeline.lane(event.process, event.thread)
        if lane is not None:
            label = None if event.label is None else self.timeline.shared(event.label)
            busy = min(event.seconds_total, event.t - event.since)
            lane.add_counted(
                Interval(event.since, event.t, busy, event.count, event.failed, label, None)
            )
        if event.thread is None:
            time_use.add_tasks(event.since, event.seconds_total)

    def start_wait(self, event: ev.WaitStarted) -> None:
        """A process waits."""
        if not is_possible(event.t):
            return
        ended = self.waits.start(event)
        if ended:
            self._keep_wait(ended)
        self._note_change(event.process, None)

    def finish_wait(self, event: ev.WaitFinished) -> None:
        """A process waits no more."""
        if not is_possible(event.t, event.seconds):
            return
        for ended in self.waits.finish(event):
            self._keep_wait(ended)
        self._note_change(event.process, None)

    def count_waits(self, event: ev.WaitsCounted) -> None:
        """Many short waits of a process are over."""
        if not is_possible_wait_count(event):
            return
        ended = self.waits.count(event)
        if ended:
            self._keep_wait(ended)
        self._note_change(event.process, None)
        timeline = self.timeline
        timeline.changes += 1
        lane = timeline.open(event.process)
        began, end = event.since, event.t
        seconds = min(event.seconds_total, end - began)
        on = None if event.on is None else timeline.shared(event.on)
        kind = timeline.shared(event.kind)
        lane.add_counted_waits(Interval(began, end, seconds, event.count, 0, on, kind))
        in_tasks = lane.task_seconds(began, end)
        if wait_kind(event.kind).is_idle:
            # Between tasks, as far as there is room for it.
            in_tasks = max(seconds + in_tasks - (end - began), 0.0)
        self._time_uses[event.process].add_wait(event.kind, began, seconds, in_tasks)

    def time_split(self, state: ProcessState) -> TimeSplit:
        """What this process spent its life on so far."""
        process = state.process
        end = self._clock() if state.ended_at is None else state.ended_at
        time_use = self._time_uses[process].copy()
        task, wait, lost = self._ongoing(process, None)
        if task:
            time_use.add_tasks(task.started_at, max(end - task.started_at, 0.0))
        if lost:
            began = lost.task.started_at
            time_use.add_tasks(began, max(lost.lost_at - began, 0.0))
        if wait:
            waited = max(end - wait.started_at, 0.0)
            in_tasks = self.timeline.open(process).task_seconds(wait.started_at, end)
            time_use.add_wait(wait.kind, wait.started_at, waited, in_tasks)
        began = state.started_at
        cores = self.core_times.between(process, time_use.work_began(began), end)
        return time_use.split(began, end, cores)

    def _keep_wait(self, ended: EndedWait) -> None:
        process, kind, on, began, end = ended
        timeline = self.timeline
        lane = timeline.open(process)
        shared_on = None if on is None else timeline.shared(on)
        lane.add_wait(began, end, shared_on, timeline.shared(kind))
        timeline.changes += 1
        in_tasks = lane.task_seconds(began, end)
        self._time_uses[process].add_wait(kind, began, end - began, in_tasks)

    def _ongoing(self, process: int, thread: int | None) -> Ongoing:
        """What goes on in this process or thread; of threads it is not known what they wait in."""
        task, lost = self.tasks.running_task(process, thread), self.tasks.lost_in(process, thread)
        return Ongoing(task, self.waits.current.get(process) if thread is None else None, lost)

    def _note_change(self, process: int, thread: int | None) -> None:
        """What goes on in this process or thread is something else from now on."""
        lane = self.timeline.lane(process, thread)
        if lane is not None:
            lane.changes += 1
            self.timeline.changes += 1


def _is_possible_count(event: ev.TasksCounted) -> bool:
    return (
        event.count >= 0
        and event.failed >= 0
        and (event.failed <= event.count or not event.count)
        and is_possible(event.t, event.seconds_total, event.count)
        and is_possible(event.t, event.seconds_max or 0.0, event.items)
        and 0.0 <= event.since <= event.t
    )
