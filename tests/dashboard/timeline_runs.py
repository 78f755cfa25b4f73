"""Runs with tasks and waits, for the tests of the timeline: made up, and the same every day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui import events as ev
from mptui.model import Run
from tests.histories import Story

if TYPE_CHECKING:
    from collections.abc import Iterable

SQUARE, CUBE = "square", "shapes.cube"
_LOCK: Final = "print_lock"
_FULL: Final = "results"


class TaskStory(Story):
    """Tells also of tasks and waits; its time goes on with them."""

    def did(
        self,
        process: int,
        task: str,
        began: float,
        seconds: float,
        *,
        item: str | None = None,
        error: str | None = None,
        thread: int | None = None,
    ) -> float:
        """A task was done; gives when it ended."""
        t = round(began + seconds, 6)
        self.events.append(
            ev.TaskFinished(
                t=t,
                process=process,
                label=task,
                ok=error is None,
                seconds=seconds,
                item=item,
                error=error,
                thread=thread,
                executor="pool",
            )
        )
        self.t = max(self.t, t)
        return t

    def does(self, process: int, task: str, began: float, item: str | None = None) -> None:
        """A task was seen to run."""
        self.events.append(
            ev.TaskStarted(t=began, process=process, label=task, item=item, executor="pool")
        )
        self.t = max(self.t, began)

    def did_many(
        self, process: int, task: str, began: float, seconds: float, count: int, busy: float
    ) -> float:
        """Many tasks were done, too short to be told one by one."""
        t = round(began + seconds, 6)
        self.events.append(
            ev.TasksCounted(
                t=t,
                process=process,
                label=task,
                count=count,
                failed=0,
                seconds_total=seconds * busy,
                seconds_max=seconds * busy / count * 3,
                items=count,
                since=began,
            )
        )
        self.t = max(self.t, t)
        return t

    def waited(
        self, process: int, kind: ev.WaitKind, began: float, seconds: float, on: str | None = None
    ) -> float:
        """A wait is over; gives when it was."""
        t = round(began + seconds, 6)
        self.events.append(ev.WaitFinished(t=t, process=process, kind=kind, seconds=seconds, on=on))
        self.t = max(self.t, t)
        return t

    def waits(self, process: int, kind: ev.WaitKind, began: float, on: str | None = None) -> None:
        """A process was seen to wait."""
        self.events.append(ev.WaitStarted(t=began, process=process, kind=kind, on=on))
        self.t = max(self.t, began)


def pool_events() -> list[ev.Event]:
    """A pool in the middle of its work: one worker was killed, one waits, one never had a task."""
    story = TaskStory("pool.py", core_count=4)
    workers = [
        story.process(
            f"ForkPoolWorker-{n}", start_method="fork", target="multiprocessing.pool.worker"
        )
        for n in range(1, 6)
    ]
    first, second, third, fourth, fifth = workers
    story.waits(story.main, "result", 0.35)
    t = 0.4
    for number in range(14):
        t = story.did(first, SQUARE, t, 0.55 + number % 3 * 0.2, item=str(number))
    t = 0.42
    for number in range(7):
        label = CUBE if number % 2 else SQUARE
        t = story.did(second, label, t, 0.9, item=str(100 + number)) + 0.02
        if number % 2:
            t = story.waited(second, "lock", t, 0.5, _LOCK)
    t = story.did(third, SQUARE, 0.41, 1.2, item="7")
    t = story.did(third, CUBE, t, 0.8, item="8", error="ValueError: no cube of 8")
    t = story.waited(third, "task", t, 1.5)
    story.does(third, SQUARE, t, "(1, 2)")
    story.t = 6.4
    story.exit(third, signal=9, oom=True)
    t = 0.45
    for number in range(5):
        t = story.did_many(fourth, "tiny", t, 1.0, 4000, 0.9 - number * 0.17)
    story.waits(fourth, "put", t, _FULL)
    story.waited(fifth, "task", 0.5, 6.0)
    story.t = 9.6
    story.does(first, SQUARE, 9.5, "99")
    story.look({})
    return story.events


def thread_events() -> list[ev.Event]:
    """An executor of threads: what they do stands in rows below their process."""
    story = TaskStory("threads.py", core_count=4)
    threads = {5001: "pool_0", 5002: "pool_1"}
    story.events.append(
        ev.ThreadsSampled(
            t=0.2,
            process=story.main,
            threads={n: ev.ThreadSample(name, 10.0, 0, "S") for n, name in threads.items()},
        )
    )
    for number in range(8):
        for thread in threads:
            story.did(
                story.main, "fetch", 0.3 + number * 0.5, 0.4, item=f"'/{number}'", thread=thread
            )
    return story.events


def crowd_events(count: int, tasks: int) -> Iterable[ev.Event]:
    """So many workers with so many tasks each, all in the middle of their work."""
    story = TaskStory("crowd.py", core_count=64)
    workers = [story.process(f"ForkPoolWorker-{n}") for n in range(1, count + 1)]
    for number in range(tasks):
        for worker in workers:
            seconds = 0.05 + (worker * 7 + number * 13) % 10 / 100
            began = story.t * 0 + 0.7 + number * 0.2 + worker % 5 / 100
            story.did(worker, f"step_{(worker + number) % 4}", began, seconds, item=str(number))
    return story.events


def told(events: Iterable[ev.Event]) -> Run:
    """The run that these events tell of."""
    run = Run()
    run.apply(events)
    return run
