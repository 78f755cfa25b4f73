"""Turns what the scheduler answers into events, as the supervisor would record them of a program.

Pure but for what it remembers: it reads no clock and knows no Dask. The scheduler is process 0, its
workers are its children.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

import msgspec

from mptui import events
from mptui.cluster.worker import Worker, name_of_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mptui.cluster.batch import Batch, EndedTask, GoneWorker, TaskSum, WorkerFacts
    from mptui.cluster.ended_tasks import EndedTasks
    from mptui.cluster.worker import Said
    from mptui.events import Event

SCHEDULER: Final = 0
_NO_CORE: Final = -1
_TICK_SECONDS: Final = 0.02
"""How far apart the ticks of a scheduler are that has time."""
_ERROR: Final = re.compile(r"([\w.]+)\((.*)\)", re.DOTALL)
_FUNCTIONS_KEPT: Final = 200
_TEXT_BYTES: Final = events.MAX_OUTPUT_BYTES // 4


class SchedulerProcess(msgspec.Struct, frozen=True, kw_only=True):
    """The process of a scheduler, as far as it is known."""

    id: str
    pid: int


class ClusterEvents:
    """What is known of a cluster, and the events that tell of it.

    Args:
        record: takes each event.
    """

    def __init__(self, record: Callable[[Event], None]) -> None:
        self._record = record
        self._workers: dict[str, Worker] = {}
        self._functions: dict[str, int] = {}
        self._number = SCHEDULER
        self._first_workers = -1
        """The number of the last worker that was there when watching began."""
        self._faults = 0
        self._counts: tuple[object, ...] | None = None
        self._received = self._now = 0.0

    @property
    def addresses(self) -> list[str]:
        """Of all workers that live."""
        return list(self._workers)

    def start_scheduler(self, scheduler: SchedulerProcess, t: float) -> None:
        """There is a scheduler; one that was there before has ended, and its workers with it."""
        self._record(
            events.ProcessStarted(
                t=t,
                process=SCHEDULER,
                pid=scheduler.pid,
                parent=None,
                ppid=0,
                role="main",
                name="scheduler",
                instrumented=True,
            )
        )

    def end_scheduler(self, t: float, *, is_lost: bool) -> None:
        """The scheduler is gone, and its workers with it."""
        for worker in self._workers.values():
            self._exit(worker.number, t)
        self._workers.clear()
        self._exit(SCHEDULER, t, is_lost=is_lost)

    def take(self, batch: Batch, ended: EndedTasks, t: float, pids: Mapping[str, int]) -> None:
        """Tell what has happened.

        Args:
            batch: the scheduler's answer.
            ended: what is to be told of its tasks that ended.
            t: when it came, in seconds since the run began.
            pids: of workers that are new, by address, as far as they are known.
        """
        self._received, self._now = t, batch.now
        for facts in batch.workers:
            self._learn(facts, pids.get(facts.address, 0))
        if self._first_workers < 0:
            self._first_workers = self._number
        for task in (*ended.single, *batch.failed):
            self._end_task(task)
        for tasks in ended.sums:
            self._count(tasks)
        self._note_running(batch)
        for said in batch.said:
            self.say(said.worker, said.text, said.stream, self._at(said.at))
        self._sample(batch)
        self._note_progress(ended)
        self._sample_loads(batch)
        for gone in batch.gone:
            self._note_gone(gone)
        self._note_gaps(batch)

    def say(self, address: str | None, text: str, stream: str, t: float) -> None:
        """A worker printed something; where it is not known, it is said of the scheduler."""
        worker = self._workers.get(address or "")
        number = SCHEDULER if worker is None else worker.number
        for begin in range(0, len(text), _TEXT_BYTES):
            piece = text[begin : begin + _TEXT_BYTES]
            self._record(events.Output(t=t, process=number, stream=stream, text=piece))

    def take_logs(self, logs: Mapping[str, Sequence[str]], t: float) -> None:
        """Tell what workers have logged; of those that were there before, from now on.

        Args:
            logs: the latest of each worker, by address, the newest first.
            t: when they came.
        """
        for address, lines in logs.items():
            worker = self._workers.get(address)
            if worker is not None:
                is_new = worker.number > self._first_workers
                for line in worker.new_logs(lines, is_new=is_new):
                    self.say(address, f"{line}\n", "stderr", t)

    def _at(self, by_scheduler: float) -> float:
        """The time of the run at this time by the scheduler's clock."""
        t = self._received - (self._now - by_scheduler)
        return round(min(max(t, 0.0), self._received), 6)

    # Workers

    def _learn(self, facts: WorkerFacts, pid: int) -> None:
        worker = self._workers.get(facts.address)
        if worker is not None:
            worker.facts = facts
            return
        self._number += 1
        self._workers[facts.address] = Worker(self._number, facts)
        self._record(
            events.ProcessStarted(
                t=self._received,
                process=self._number,
                pid=pid,
                parent=SCHEDULER,
                ppid=0,
                role="worker",
                name=name_of_worker(facts),
                instrumented=True,
            )
        )

    def _note_gone(self, gone: GoneWorker) -> None:
        worker = self._workers.pop(gone.worker, None)
        if worker is None:
            return
        t = self._at(gone.at)
        if gone.running or gone.results:
            self._record(
                events.TasksRepeated(
                    t=t, process=worker.number, running=gone.running, results=gone.results
                )
            )
        self._exit(worker.number, t, is_lost=not gone.is_expected)

    def _exit(self, number: int, t: float, *, is_lost: bool = False) -> None:
        self._record(
            events.ProcessExited(t=t, process=number, exitcode=None, signal=None, lost=is_lost)
        )

    # Tasks

    def _end_task(self, task: EndedTask) -> None:
        worker = self._workers.get(task.worker or "")
        thread = None if worker is None else worker.end(task)
        self._record(
            events.TaskFinished(
                t=self._at(task.ended),
                process=SCHEDULER if worker is None else worker.number,
                label=task.function,
                ok=task.error is None,
                seconds=round(max(task.ended - task.began, 0.0), 6),
                item=_item(task.key, task.function),
                error=None if task.error is None else _error_text(task.error),
                thread=thread,
                executor="dask",
            )
        )

    def _count(self, tasks: TaskSum) -> None:
        worker = self._workers.get(tasks.worker or "")
        self._record(
            events.TasksCounted(
                t=self._at(tasks.until),
                process=SCHEDULER if worker is None else worker.number,
                label=tasks.function,
                count=tasks.count,
                failed=tasks.failed,
                seconds_total=round(tasks.seconds, 6),
                seconds_max=tasks.longest,
                items=tasks.count,
                since=self._at(tasks.since),
                seconds_min=tasks.shortest,
                histogram=tasks.histogram,
                thread=None if worker is None else worker.thread(tasks.thread),
                executor="dask",
            )
        )

    def _note_running(self, batch: Batch) -> None:
        keys: dict[str, list[str]] = {}
        for task in batch.running:
            keys.setdefault(task.worker, []).append(task.key)
        for address, worker in self._workers.items():
            for said in worker.runs_no_more(keys.get(address, ())):
                self._record(self._nothing_runs(worker.number, said))
        for task in batch.running:
            runner = self._workers.get(task.worker)
            news = None if runner is None else runner.begin(task)
            if runner is not None and news is not None:
                self._record(
                    events.TaskStarted(
                        t=self._at(task.began),
                        process=runner.number,
                        label=task.function,
                        item=_item(task.key, task.function),
                        thread=news[0],
                        executor="dask",
                    )
                )

    def _nothing_runs(self, number: int, said: Said) -> Event:
        """The task that ran there was cancelled, or is among those that were only counted."""
        return events.TasksCounted(
            t=self._received,
            process=number,
            label=said.function,
            count=0,
            failed=0,
            seconds_total=0.0,
            seconds_max=None,
            items=0,
            since=self._received,
            thread=said.thread,
            executor="dask",
        )

    # Figures

    def _sample(self, batch: Batch) -> None:
        t = self._received
        samples = {
            worker.number: _sample_of(facts)
            for facts in batch.workers
            if (worker := self._workers.get(facts.address)) is not None
        }
        for facts in batch.workers:
            if (worker := self._workers.get(facts.address)) is not None:
                self._note_idle(worker)
        own = batch.scheduler
        samples[SCHEDULER] = events.ProcessSample(
            own.cpu_percent, int(own.rss_bytes), _NO_CORE, "S", 1
        )
        self._record(events.Sampled(t=t, cores=[], processes=samples))

    def _note_progress(self, ended: EndedTasks) -> None:
        t = self._received
        for count in ended.functions:
            number = self._functions.get(count.function)
            if number is None and len(self._functions) >= _FUNCTIONS_KEPT:
                continue
            number = self._functions.setdefault(count.function, len(self._functions))
            self._record(
                events.QueueSampled(
                    t=t,
                    queue=number,
                    put=count.done + count.left,
                    got=count.done,
                    depth=count.left,
                    kind="dask",
                    name=count.function,
                )
            )

    def _note_idle(self, worker: Worker) -> None:
        """A worker without a task waits for one."""
        t, since = self._received, worker.idle_since
        if worker.facts.assigned == 0 and since is None:
            worker.idle_since = t
            self._record(events.WaitStarted(t=t, process=worker.number, kind="task"))
        elif worker.facts.assigned > 0 and since is not None:
            worker.idle_since = None
            self._record(
                events.WaitFinished(
                    t=t, process=worker.number, kind="task", seconds=round(t - since, 6)
                )
            )

    def _sample_loads(self, batch: Batch) -> None:
        counts = batch.counts
        tick, moved = batch.scheduler.tick_seconds, batch.transfers
        self._record(
            events.ClusterSampled(
                t=self._received,
                workers={
                    worker.number: _load_of(facts)
                    for facts in batch.workers
                    if (worker := self._workers.get(facts.address)) is not None
                },
                waiting=counts.waiting,
                queued=counts.queued,
                assigned=counts.assigned,
                results=counts.results,
                lag_seconds=None if tick is None else round(max(tick - _TICK_SECONDS, 0.0), 3),
                transfers=None if moved is None else moved.now,
                transfer_bytes=None if moved is None else moved.now_bytes,
                transfers_total=None if moved is None else moved.total,
            )
        )

    def _note_gaps(self, batch: Batch) -> None:
        gaps = (
            ("task_counts", batch.unsummed),
            ("output", batch.unsaid),
            ("probe_faults", batch.faults - self._faults),
        )
        self._faults = batch.faults
        for what, count in gaps:
            if count > 0:
                self._record(events.EventsDropped(t=self._received, what=what, count=count))


def _sample_of(facts: WorkerFacts) -> events.ProcessSample:
    state = "R" if facts.running else "S"
    return events.ProcessSample(facts.cpu_percent, facts.rss_bytes, _NO_CORE, state, facts.threads)


def _load_of(facts: WorkerFacts) -> events.WorkerLoad:
    return events.WorkerLoad(
        threads=facts.threads,
        assigned=facts.assigned,
        running=facts.running,
        results=facts.results,
        managed_bytes=facts.managed_bytes,
        unmanaged_bytes=facts.unmanaged_bytes,
        spilled_bytes=facts.spilled_bytes,
        limit_bytes=facts.limit_bytes,
    )


def _item(key: str, function: str) -> str:
    """What tells a task from the others of its kind."""
    return key.removeprefix(f"{function}-")


def _error_text(represented: str) -> str:
    """An exception as `ValueError: no such thing`, from what `repr` made of it."""
    match = _ERROR.fullmatch(represented.strip())
    if match is None:
        return represented
    kind, arguments = match.groups()
    try:
        message = ast.literal_eval(arguments) if arguments else ""
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        message = arguments
    return f"{kind}: {message}" if message != "" else kind
