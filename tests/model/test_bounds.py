"""However many different numbers and names a recording holds, what is kept of them is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings
from tests.model.reachable import longest_of, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 20_000
"""More than this no container holds."""
MOST_BYTES = 60_000_000
COUNT = 12_000
COUNT_THAT_IS_SLOW = 600
"""Of what is looked through at each event."""


def process(n: int) -> ev.Event:
    return ev.ProcessStarted(
        t=n / 1e3, process=n, pid=n, parent=n - 1, ppid=1, role="worker", name=f"name {n} of many",
        target=f"f{n}", argv=[str(n)] * 3, instrumented=True,
    )  # fmt: skip


def sampled(n: int) -> ev.Event:
    sample = ev.ProcessSample(90.0, n * 1000, 0, "R", 3)
    return ev.Sampled(t=n / 1e3, cores=[1.0] * 9, processes={n: sample, -n: sample})


def threads(n: int, process: int = 0) -> ev.Event:
    samples = {n * 9 + k: ev.ThreadSample(f"thread {n}", 20.0, 0, "R") for k in range(9)}
    return ev.ThreadsSampled(t=n / 1e3, process=process, threads=samples)


def started_task(n: int, process: int = 0, thread: int | None = None) -> ev.Event:
    return ev.TaskStarted(
        t=n / 1e3, process=process, label=f"f{n}", item="x" * 500, thread=thread, executor="pool"
    )


def finished_task(n: int, process: int = 0, thread: int | None = None) -> ev.Event:
    return ev.TaskFinished(
        t=n / 1e3, process=process, label=f"f{n}", ok=n % 2 == 0, seconds=n / 1e4, item="x" * 500,
        thread=thread, result="y" * 500, error="z" * 500, executor="pool", items=3,
    )  # fmt: skip


def counted_tasks(n: int, process: int = 0) -> ev.Event:
    return ev.TasksCounted(
        t=n / 1e3, process=process, label=f"f{n}", count=5, failed=1, seconds_total=1e-4,
        seconds_max=1e-4, items=5, since=n / 1e3 - 1e-3 if n else 0.0, executor="pool",
    )  # fmt: skip


def queue(n: int) -> ev.Event:
    return ev.QueueSampled(t=n / 1e3, queue=n, put=n, got=0, depth=n, name=f"queue {n}")


def waiting(n: int, process: int = 0) -> ev.Event:
    return ev.WaitStarted(
        t=n * 4.0, process=process, kind="lock", on=f"lock {n}", lock=n, queue=n,
        joined=n, holds=list(range(n, n + 50)),
    )  # fmt: skip


def getting(n: int, process: int = 0) -> ev.Event:
    return ev.WaitStarted(t=n * 4.0, process=process, kind="get", queue=n % 700)


def waited(n: int, process: int = 0) -> ev.Event:
    return ev.WaitFinished(
        t=n * 4.0,
        process=process,
        kind=f"kind {n}",
        seconds=3.5,
        on=f"lock {n}",
    )


def output(n: int, process: int = 0, stream: str = "stdout") -> ev.Event:
    return ev.Output(t=n / 1e3, process=process, stream=stream, text=f"{n} torn")


def exited(n: int, **end: int | None) -> ev.Event:
    ends = {"exitcode": None, "signal": n % 70 + 1, **end}
    return ev.ProcessExited(t=n / 1e3 + 1.0, process=n, **ends)  # type: ignore[arg-type]


def gap(n: int) -> ev.Event:
    return ev.EventsDropped(t=n / 1e3, what=f"gap {n}", count=1)


FORGERIES: dict[str, Callable[[int], tuple[ev.Event, ...]]] = {
    "processes that live": lambda n: (process(n),),
    "processes that end well": lambda n: (
        process(n),
        sampled(n),
        output(n, n),
        exited(n, signal=0),
    ),
    "processes that crash": lambda n: (process(n), started_task(n, n), exited(n)),
    "processes that are zombies": lambda n: (
        process(n),
        exited(n, exitcode=0, signal=None),
        ev.ProcessChanged(t=n / 1e3, process=n, zombie=True),
    ),
    "workers of one queue": lambda n: (process(n), waiting(n, n), getting(n, n), exited(n)),
    "workers with tiny tasks": lambda n: (process(n), counted_tasks(n, n), exited(n)),
    "processes that never began": lambda n: (output(n, n), sampled(n), exited(n), waiting(n, n)),
    "threads": lambda n: (threads(n),),
    "threads of many processes": lambda n: (process(n), threads(n, n)),
    "threads with tasks": lambda n: (started_task(n, 0, n), finished_task(n, 0, n + 1)),
    "functions": lambda n: (started_task(n), finished_task(n), counted_tasks(n)),
    "queues": lambda n: (queue(n), getting(n), waited(n)),
    "locks": lambda n: (waiting(n), waited(n)),
    "locks that were looked at": lambda n: (
        waiting(n % 90, n % 90),
        ev.LockSampled(t=n / 1e3, lock=n, holders=[n] * 500, outside={n: "x" * 5000}),
        ev.AccessSampled(t=n / 1e3, lock=n, processes=[n] * (n % 200)),
    ),
    "waits with a limit": lambda n: (
        process(n),
        ev.WaitStarted(t=n / 1e3, process=n, kind="get", on=f"queue {n}", queue=n, timed=True),
    ),
    "deadlocks": lambda n: (process(n), waiting(n, n), waiting(n + 2, n)),
    "streams": lambda n: (output(n, 0, f"stream {n}"),),
    "gaps": lambda n: (gap(n),),
}
SLOW = {"deadlocks", "workers of one queue", "locks that were looked at"}
QUICK = {
    "processes that live",
    "processes that end well",
    "threads",
    "functions",
    "waits with a limit",
}
"""What a run that is to be quick looks at; to look for all that is kept takes seconds for each."""


def events(of: Callable[[int], tuple[ev.Event, ...]], count: int) -> Iterator[ev.Event]:
    yield process(0)
    for n in range(1, count + 1):
        yield from of(n)


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=[] if one in QUICK else [pytest.mark.slow]) for one in FORGERIES],
)
def test_ever_new_numbers_leave_no_more_behind_than_some(name: str) -> None:
    run, findings = Run(), Findings()
    run.apply(
        events(FORGERIES[name], COUNT_THAT_IS_SLOW if name in SLOW else COUNT), before=findings.note
    )
    findings.find(run)
    assert longest_of(run, findings) <= LONGEST
    assert size_of(run, findings) < MOST_BYTES


LONG = "long " * 200_000


@pytest.mark.parametrize(
    "event",
    [
        ev.ProcessChanged(t=1.0, process=0, name=LONG, target=LONG, argv=[LONG] * 1000),
        ev.TaskStarted(t=1.0, process=0, label=LONG, item=LONG),
        ev.TaskFinished(
            t=1.0, process=0, label=LONG, item=LONG, ok=False, seconds=1.0, result=LONG, error=LONG
        ),
        ev.TasksCounted(
            t=1.0, process=0, label=LONG, count=1, failed=0, seconds_total=0.1, seconds_max=0.1,
            items=1, since=0.5, executor="pool",
        ),
        ev.QueueSampled(t=1.0, queue=1, put=1, got=0, depth=1, name=LONG),
        ev.WaitStarted(t=1.0, process=0, kind="lock", on=LONG, holds=list(range(10**6))),
        ev.WaitFinished(t=1.0, process=0, kind="lock", seconds=1.0, on=LONG),
        ev.LockSampled(t=1.0, lock=0, holders=[0] * 10**6, outside={1: LONG}),
        ev.ThreadsSampled(t=1.0, process=0, threads={1: ev.ThreadSample(LONG, 1.0, 0, "R")}),
        ev.Sampled(t=1.0, cores=[1.0] * 10**6, processes={}),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_a_text_or_list_that_is_far_too_long_is_not_kept_whole(event: ev.Event) -> None:
    run, findings = Run(), Findings()
    run.apply([process(0), event, exited(0)], before=findings.note)
    assert size_of(run, findings) < 500_000
