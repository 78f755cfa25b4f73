"""Runs for the tests of the dashboard, folded from the named histories or from a few events."""

from collections.abc import Iterator

from mptui.events import Event, Output, ProcessExited, ProcessStarted, StreamName, TaskFinished
from mptui.model import Run
from tests.histories import HISTORIES


def run_of(history: str) -> Run:
    run = Run()
    run.apply(HISTORIES[history])
    return run


def worker_started(process: int, name: str | None = None) -> Event:
    return ProcessStarted(
        t=0.0,
        process=process,
        pid=4200 + process,
        parent=0,
        ppid=4200,
        role="worker" if process else "main",
        name=name or f"Process-{process}",
        instrumented=True,
    )


def said(process: int, text: str, stream: StreamName = "stdout") -> Event:
    return Output(t=0.1, process=process, stream=stream, text=text)


def numbered(process: int, first: int, end: int) -> Event:
    """Lines that say whose they are and which."""
    return said(process, "".join(f"{process}: line {number}\n" for number in range(first, end)))


def run_with_workers(count: int, **limits: int) -> Run:
    run = Run(**limits)
    run.apply(worker_started(process) for process in range(count + 1))
    return run


def ended_workers(count: int, first: int = 1) -> Iterator[Event]:
    """A main process, and workers that each did a task, printed a line and ended, as in a pool."""
    yield worker_started(0, "main.py")
    for process in range(first, first + count):
        t = process / 100
        yield ProcessStarted(
            t=t,
            process=process,
            pid=4200 + process,
            parent=0,
            ppid=4200,
            role="worker",
            name=f"ForkPoolWorker-{process}",
            instrumented=True,
        )
        yield TaskFinished(t=t, process=process, label="square", ok=True, seconds=0.01)
        yield Output(t=t, process=process, stream="stdout", text=f"line of {process}\n")
        yield ProcessExited(t=t + 0.05, process=process, exitcode=0, signal=None)
