"""Answers of a scheduler that never was, and the events that become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mptui import events as ev
from mptui.cluster.batch import batch_from
from mptui.cluster.cluster_events import ClusterEvents, SchedulerProcess
from mptui.cluster.ended_tasks import TaskCounter

if TYPE_CHECKING:
    from collections.abc import Sequence

ADA = "tcp://10.0.0.7:40001"
BEN = "tcp://10.0.0.8:40002"
MEBIBYTE = 1024 * 1024
LATE = 1_700_000_000.0
"""What the clock of the scheduler says when the run begins."""


class ClusterStory:
    """A cluster with two workers, which are called 0 and by their address."""

    def __init__(self, *, threads: int = 1) -> None:
        self.events: list[ev.Event] = [
            ev.RunStarted(
                t=0.0,
                schema=ev.SCHEMA,
                id="20250314-091500-cluster",
                command=["mptui", "watch", "tcp://10.0.0.1:8786"],
                cwd="/home/ada",
                python="python",
                host="lovelace",
                cpu_count=2,
                started_at="2025-03-14T09:15:00Z",
                mptui="0.3.0",
                supervisor=4100,
                cluster="tcp://10.0.0.1:8786",
            )
        ]
        self.t = 0.0
        self.threads = threads
        self._tasks = TaskCounter(_function_of)
        self.cluster = ClusterEvents(self.events.append)
        self.cluster.start_scheduler(SchedulerProcess(id="first", pid=77), 0.0)

    def answer(
        self,
        *workers: tuple[Any, ...],
        after: float = 0.5,
        scheduler_percent: float = 5.0,
        ended: Sequence[tuple[Any, ...]] = (),
        **parts: object,
    ) -> None:
        """The scheduler answers, half a second later."""
        self.t += after
        answer = {
            "now": LATE + self.t,
            "id": "first",
            "pid": 77,
            "seconds": 0.001,
            "workers": workers,
            "ended": ended,
            "scheduler": (scheduler_percent, 90 * MEBIBYTE, 0.02),
            **parts,
        }
        batch = batch_from(msgspec.msgpack.encode(answer))
        self.cluster.take(batch, self._tasks.take(batch), self.t, {ADA: 101, BEN: 102})

    def worker(
        self,
        address: str,
        *,
        rss: int = 100,
        limit: int | None = 1000,
        unmanaged: int = 80,
        spilled: int = 0,
        assigned: int = 0,
        running: int = 0,
    ) -> tuple[Any, ...]:
        """What the scheduler says of a worker; sizes in megabytes."""
        name, host = ("0", "10.0.0.7") if address == ADA else (address, "10.0.0.8")
        sizes = (rss, rss - unmanaged, unmanaged, spilled)
        return (
            address,
            name,
            host,
            self.threads,
            None if limit is None else limit * MEBIBYTE,
            50.0,
            *(size * MEBIBYTE for size in sizes),
            assigned,
            running,
            3,
        )

    def task(
        self, key: str, worker: str = ADA, *, seconds: float = 0.1, thread: int = 7
    ) -> tuple[Any, ...]:
        """A task that has just ended well."""
        ended = LATE + self.t
        return (key, worker, thread, ended - seconds, ended)

    def failed(self, key: str, error: str, *, seconds: float = 0.1) -> tuple[Any, ...]:
        """A task that has just failed."""
        key, worker, *others = self.task(key, seconds=seconds)
        return (key, key.partition("-")[0], worker, *others, error)

    def of_kind(self, kind: type[ev.Event]) -> list[Any]:
        """The events of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]


def at(t: float) -> float:
    """This time of the run by the scheduler's clock."""
    return LATE + t


def _function_of(key: Any) -> str:
    name = key[0] if isinstance(key, tuple) else key
    return str(name.partition("-")[0])
