"""What lasted from one moment to another, in the order in which it was over: lives, tasks, waits.

A stream: however long the run, only what goes on is kept, and the processes that ended last, since
the end of its last task may be recorded after the end of a process. What a recording cannot truly
say is left out, as the model does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from mptui import events as ev
from mptui.model.plausible import (
    LATEST_SECONDS,
    SLACK_SECONDS,
    is_over,
    is_possible,
    is_possible_wait_count,
)
from mptui.model.waits import EndedWait, Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SpanKind: TypeAlias = Literal["life", "task", "tasks", "wait", "waits"]
"""tasks, waits: many that were counted."""
SpanStatus: TypeAlias = Literal["ok", "failed", "lost", "running"]
"""lost: its process ended meanwhile. running: it goes on where the recording ends."""

ENDED_KEPT: Final = 1000
RUNNING_KEPT: Final = 10_000


@dataclass(slots=True)
class KnownProcess:
    """What is known of one process so far; its texts are not safe to show."""

    started: ev.ProcessStarted
    name: str
    exited: ev.ProcessExited | None = None
    peak_rss_bytes: int = 0
    core_seconds: ev.CoreSeconds | None = None
    task_count: int = 0
    failed_count: int = 0
    byte_count: int = 0
    running: dict[int | None, ev.TaskStarted] = field(default_factory=dict)
    changes: dict[str, object] = field(default_factory=dict)
    """Other fields of `started` that became known later."""

    def known(self, name: str) -> Any:
        """A field of `started`, as it was known last."""
        return self.changes.get(name, getattr(self.started, name))


class Span(NamedTuple):
    """One thing that lasted; its texts are not safe to show."""

    kind: SpanKind
    process: KnownProcess
    began: float
    ended: float
    status: SpanStatus = "ok"
    label: str | None = None
    """The function of a task, the name of what a wait is for."""
    thread: int | None = None
    wait: str | None = None
    """The kind of a wait."""
    event: ev.TaskFinished | ev.TaskStarted | ev.TasksCounted | ev.WaitsCounted | None = None
    """The event that tells more of it."""


class Spans:
    """Reads the events of a run, in their order."""

    def __init__(self) -> None:
        self.processes: dict[int, KnownProcess] = {}
        self.now = 0.0
        self.left_out = 0
        """How many tasks and waits are told of processes that are not known."""
        self._ended: deque[int] = deque()
        self._waits = Waits(lambda: self.now)
        self._running_count = 0
        self._reads: dict[type[ev.Event], Callable[[Any], Iterable[Span]]] = {
            ev.ProcessStarted: self._on_started,
            ev.ProcessChanged: self._on_changed,
            ev.Output: self._on_output,
            ev.Sampled: self._on_sampled,
            ev.TaskStarted: self._on_task_started,
            ev.TaskFinished: self._on_task_finished,
            ev.TasksCounted: self._on_tasks_counted,
            ev.WaitStarted: self._on_wait_started,
            ev.WaitFinished: self._on_wait_finished,
            ev.WaitsCounted: self._on_waits_counted,
            ev.ProcessExited: self._on_exited,
        }

    def read(self, event: ev.Event) -> Iterable[Span]:
        """What is over by this event; to be gone through before the next one is read."""
        if self.now < event.t <= LATEST_SECONDS:
            self.now = event.t
        read = self._reads.get(type(event))
        return () if read is None else read(event)

    def finish(self) -> Iterator[Span]:
        """The recording ends here: what still goes on, and what the last processes were."""
        for process in list(self.processes):
            yield from self._close(process)

    def _on_started(self, event: ev.ProcessStarted) -> Iterator[Span]:
        if event.process not in self.processes and is_possible(event.t):
            self.processes[event.process] = KnownProcess(event, event.name)
        yield from ()

    def _on_changed(self, event: ev.ProcessChanged) -> Iterator[Span]:
        known = self.processes.get(event.process)
        if known is not None:
            known.name = event.name or known.name
            for name in ("role", "start_method", "target", "parent"):
                if (value := getattr(event, name)) is not None:
                    known.changes[name] = value
        yield from ()

    # No generators where there are millions of events.

    def _on_output(self, event: ev.Output) -> Iterable[Span]:
        known = self.processes.get(event.process)
        if known is not None:
            text, data = event.text or "", event.data
            if data is not None:
                known.byte_count += len(data)
            else:
                is_plain = text.isascii()
                known.byte_count += len(text if is_plain else text.encode(errors="replace"))
        return ()

    def _on_sampled(self, event: ev.Sampled) -> Iterator[Span]:
        for process, sample in event.processes.items():
            known = self.processes.get(process)
            if known is not None and known.exited is None:
                known.peak_rss_bytes = max(known.peak_rss_bytes, sample.rss_bytes)
        for process, seconds in event.core_seconds.items():
            known = self.processes.get(process)
            if known is not None:
                known.core_seconds = seconds
        yield from ()

    def _on_task_started(self, event: ev.TaskStarted) -> Iterable[Span]:
        known = self.processes.get(event.process)
        if known is None or not is_possible(event.t, items=event.items):
            return ()
        before = known.running.get(event.thread)
        if before is None:
            if self._running_count >= RUNNING_KEPT:
                self.left_out += 1
                return ()
            self._running_count += 1
        elif before.started_at > event.started_at:
            return ()
        known.running[event.thread] = event
        return ()

    def _on_task_finished(self, event: ev.TaskFinished) -> Iterable[Span]:
        known = self._doer(event.process)
        t, thread = event.t, event.thread
        if known is None or not is_possible(t, event.seconds, event.items):
            return ()
        began = event.started_at
        running = known.running.get(thread)
        if running is not None and is_over(running.started_at, began, t):
            self._forget_running(known, thread)
        known.task_count += 1
        known.failed_count += not event.ok
        status: SpanStatus = "ok" if event.ok else "failed"
        began = max(began, 0.0)
        return (Span("task", known, began, t, status, event.label, thread, None, event),)

    def _on_tasks_counted(self, event: ev.TasksCounted) -> Iterator[Span]:
        known = self._doer(event.process)
        if known is None or not _is_possible_count(event):
            return
        running = known.running.get(event.thread)
        if running is not None and event.since > running.started_at + SLACK_SECONDS:
            self._forget_running(known, event.thread)
        known.task_count += event.count
        known.failed_count += event.failed
        status: SpanStatus = "failed" if event.failed else "ok"
        # With a count of 0 it corrects what was told before, and nothing lasted.
        if event.count:
            yield Span(
                "tasks", known, event.since, event.t, status, event.label, event.thread, event=event
            )

    def _on_wait_started(self, event: ev.WaitStarted) -> Iterator[Span]:
        if self._is_alive(event.process) and is_possible(event.t):
            yield from self._of_waits([self._waits.start(event)])

    def _on_wait_finished(self, event: ev.WaitFinished) -> Iterator[Span]:
        if self._is_alive(event.process) and is_possible(event.t, event.seconds):
            yield from self._of_waits(self._waits.finish(event))

    def _on_waits_counted(self, event: ev.WaitsCounted) -> Iterator[Span]:
        if self._is_alive(event.process) and is_possible_wait_count(event):
            yield from self._of_waits([self._waits.count(event)])
            known = self.processes[event.process]
            yield Span(
                "waits", known, event.since, event.t, label=event.on, wait=event.kind, event=event
            )

    def _on_exited(self, event: ev.ProcessExited) -> Iterator[Span]:
        known = self.processes.get(event.process)
        if known is None or known.exited is not None or not is_possible(event.t):
            return
        known.exited = event
        known.core_seconds = event.core_seconds or known.core_seconds
        yield from self._of_waits([self._waits.end(event.process, event.t)])
        self._waits.forget(event.process)
        self._ended.append(event.process)
        if len(self._ended) > ENDED_KEPT:
            yield from self._close(self._ended.popleft())

    def _close(self, process: int) -> Iterator[Span]:
        """Tell what is left to tell of a process, and forget it."""
        yield from self._of_waits([self._waits.end(process, self.now)])
        known = self.processes.pop(process)
        exited = known.exited
        ended = self.now if exited is None else exited.t
        status: SpanStatus = "running" if exited is None else "lost"
        for thread, task in known.running.items():
            began, label = task.started_at, task.label
            end = max(began, ended)
            yield Span("task", known, began, end, status, label, thread=thread, event=task)
        self._running_count -= len(known.running)
        began = known.started.t
        status = "running" if exited is None else "ok"
        yield Span("life", known, began, max(began, ended), status, known.name)

    def _of_waits(self, waits: list[EndedWait] | list[EndedWait | None]) -> Iterator[Span]:
        for wait in waits:
            known = None if wait is None else self.processes.get(wait.process)
            if wait is None or known is None:
                continue
            began = max(wait.started_at, 0.0)
            yield Span(
                "wait", known, began, max(wait.ended_at, began), label=wait.on, wait=wait.kind
            )

    def _doer(self, process: int) -> KnownProcess | None:
        known = self.processes.get(process)
        self.left_out += known is None
        return known

    def _is_alive(self, process: int) -> bool:
        known = self.processes.get(process)
        return known is not None and known.exited is None

    def _forget_running(self, known: KnownProcess, thread: int | None) -> None:
        del known.running[thread]
        self._running_count -= 1


def _is_possible_count(event: ev.TasksCounted) -> bool:
    return (
        is_possible(event.t, event.seconds_total, event.items)
        and is_possible(event.since, items=event.count)
        and 0 <= event.failed <= ev.LARGEST_COUNT
        and event.since <= event.t
    )
