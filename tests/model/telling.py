"""Short ways to tell a run of some workers, for the tests of what is folded from its events."""

from __future__ import annotations

from mptui import events as ev
from mptui.model import Run


def started(process: int, t: float = 0.0) -> ev.ProcessStarted:
    return ev.ProcessStarted(
        t=t, process=process, pid=100 + process, parent=0 if process else None, ppid=99,
        role="worker" if process else "main", name=f"Process-{process}", instrumented=True,
    )  # fmt: skip


def run_of(*events: ev.Event, workers: int = 1) -> Run:
    """A run with a main process and these workers, all from the beginning, after these events."""
    run = Run()
    run.apply([started(process) for process in range(workers + 1)])
    run.apply(events)
    return run


def running(t: float, process: int = 1, task: str = "f", thread: int | None = None) -> ev.Event:
    return ev.TaskStarted(t=t, process=process, label=task, item="1", thread=thread)


def done(
    began: float,
    ended: float,
    process: int = 1,
    task: str = "f",
    *,
    ok: bool = True,
    thread: int | None = None,
) -> ev.TaskFinished:
    return ev.TaskFinished(
        t=ended, process=process, label=task, ok=ok, seconds=ended - began, thread=thread, item="1"
    )


def counted(
    since: float,
    t: float,
    *,
    process: int = 1,
    task: str | None = "f",
    count: int = 100,
    seconds: float = 0.1,
    failed: int = 0,
) -> ev.TasksCounted:
    return ev.TasksCounted(
        t=t, process=process, label=task, count=count, failed=failed, seconds_total=seconds,
        seconds_max=seconds / count, items=count, since=since,
    )  # fmt: skip


def waits(t: float, wait: str = "lock", process: int = 1, on: str | None = "a_lock") -> ev.Event:
    return ev.WaitStarted(t=t, process=process, kind=wait, on=on)


def waited(began: float, ended: float, wait: str = "lock", process: int = 1) -> ev.WaitFinished:
    return ev.WaitFinished(t=ended, process=process, kind=wait, seconds=ended - began, on="a_lock")


def waited_often(
    since: float, t: float, wait: str = "lock", *, seconds: float, count: int = 3, process: int = 1
) -> ev.WaitsCounted:
    return ev.WaitsCounted(
        t=t, process=process, kind=wait, count=count, seconds_total=seconds,
        seconds_max=seconds / count, since=since, on="a_lock", timed=True,
    )  # fmt: skip


def exited(t: float, process: int = 1) -> ev.ProcessExited:
    return ev.ProcessExited(t=t, process=process, exitcode=0, signal=None)
