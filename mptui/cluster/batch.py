"""What the plugin in the scheduler answers, with types: it comes from outside and is checked here.

What does not fit is refused whole. It must not know what becomes of it.
"""

from __future__ import annotations

from typing import Any

import msgspec


class EndedTask(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A task that ended, and is told by itself; its times are by the scheduler's clock."""

    key: str
    function: str
    """What the keys of such tasks begin with."""
    worker: str | None
    """Its address."""
    thread: int | None
    began: float
    ended: float
    error: str | None = None
    """As Python represents the exception; None: it went well."""


class TaskSum(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Tasks of one kind that one thread ended, too many to be told one by one."""

    worker: str | None
    thread: int | None
    function: str
    count: int
    failed: int
    since: float
    until: float
    seconds: float
    shortest: float
    longest: float
    histogram: dict[int, int]


class Said(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a worker printed, or warned of."""

    at: float
    worker: str | None
    stream: str
    text: str


class GoneWorker(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A worker that left."""

    at: float
    worker: str
    is_expected: bool
    """Whether it was told to."""
    running: dict[str, int]
    results: dict[str, int]


class WorkerFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A worker as it is."""

    address: str
    name: str
    host: str
    threads: int
    limit_bytes: int | None
    cpu_percent: float
    rss_bytes: int
    managed_bytes: int
    unmanaged_bytes: int
    spilled_bytes: int
    assigned: int
    running: int
    results: int


class RunningTask(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A task that a worker ran when it last told."""

    key: str
    function: str
    worker: str
    began: float


class LeftTasks(msgspec.Struct, frozen=True, array_like=True):
    """How many tasks are to be done yet, of each kind of which that has changed."""

    are_all: bool = True
    """Whether no other kind has changed."""
    functions: list[tuple[str, int]] = []


class TaskCounts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many tasks are where."""

    waiting: int = 0
    queued: int = 0
    assigned: int = 0
    results: int = 0
    failed: int = 0


class Transfers(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What workers fetch from each other."""

    now: int
    now_bytes: int
    total: int


class SchedulerFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The scheduler as it is."""

    cpu_percent: float = 0.0
    rss_bytes: float = 0
    tick_seconds: float | None = None
    """How far apart its ticks are; they should be 20 ms apart."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    now: float
    """By the scheduler's clock."""
    id: str
    """Of the scheduler: another one has another."""
    pid: int
    """Of the scheduler."""
    seconds: float
    """What the answer cost the scheduler."""
    ended: list[tuple[Any, str | None, int | None, float, float]] = []
    """Of each task that ended well its key, worker, thread, and when it began and ended."""
    failed: list[EndedTask] = []
    sums: list[TaskSum] = []
    unsummed: int = 0
    """So many more tasks ended."""
    said: list[Said] = []
    unsaid: int = 0
    gone: list[GoneWorker] = []
    workers: list[WorkerFacts] = []
    """Those about which something changed."""
    running: list[RunningTask] = []
    left: LeftTasks = LeftTasks()
    counts: TaskCounts = TaskCounts()
    transfers: Transfers | None = None
    scheduler: SchedulerFacts = SchedulerFacts()
    faults: int = 0
    """How often a part of the plugin failed."""


def batch_from(answer: bytes) -> Batch:
    """The answer with types.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return msgspec.msgpack.decode(answer, type=Batch, strict=False)
