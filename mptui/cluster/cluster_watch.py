"""The loop that watches a cluster: asks the scheduler, records, and does what front ends ask.

Whatever they ask changes nothing about the cluster: a stop is the end of watching.
"""

from __future__ import annotations

import asyncio
import selectors
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.cluster.cluster_events import ClusterEvents, SchedulerProcess
from mptui.cluster.scheduler_link import LinkLostError, SchedulerLink
from mptui.errors import EXIT_LIMIT, MptuiError
from mptui.supervisor.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.cluster.batch import Batch
    from mptui.events import Event, StopReason
    from mptui.recording import RecordingWriter
    from mptui.supervisor.front_ends.present import FrontEnds
    from mptui.supervisor.request import RunRequest

_COST_SHARE: Final = 0.005
"""An answer may take up to this part of the time until the next one."""
_SLOWEST_SECONDS: Final = 10.0
_MANY_ENDED: Final = 50
"""After so many tasks in one answer the next one has time: being asked costs something too."""
_LITTLE_PERCENT: Final = 40.0
_RETRY_SECONDS: Final = 1.0
_CLOSING_SECONDS: Final = 0.02
_LOG_SECONDS: Final = 5.0
_LOG_SECONDS_A_WORKER: Final = 0.5
"""The scheduler asks each worker for its logs: so seldom that it does not matter."""
_NO_STACKS: Final = "the workers of a cluster run on other machines"


class ClusterWatch:
    """One cluster, from the first answer of its scheduler until nobody wants to know more.

    Args:
        request: what was asked for.
        link: the way to the scheduler.
        clock: seconds since the run began.
        recording: where events go.
        front_ends: who looks at it.
    """

    def __init__(
        self,
        request: RunRequest,
        link: SchedulerLink,
        clock: Callable[[], float],
        recording: RecordingWriter,
        front_ends: FrontEnds,
    ) -> None:
        assert request.cluster is not None
        self._request = request
        self._cluster = request.cluster
        self._link = link
        self._clock = clock
        self._recording = recording
        self._front_ends = front_ends
        self._selector = selectors.DefaultSelector()
        self._events = ClusterEvents(recording.append)
        self._scheduler_id = ""
        self._next_logs = 0.0
        self._trouble: str | None = None
        self._stop_reason: StopReason | None = None
        self._is_stopped = asyncio.Event()
        self._closing = Closing(recording, front_ends)

    async def run(self, first: Batch) -> None:
        """Watch until the end.

        Args:
            first: what the scheduler has answered.
        """
        self._listen()
        try:
            await self._watch(first)
        finally:
            await self._link.leave()
        await self._finish()

    async def _watch(self, batch: Batch | None) -> None:
        while not self._is_stopped.is_set():
            if batch is None:
                batch = await self._next_batch()
                if batch is None:
                    return
            await self._take(batch)
            await self._pause(self._seconds_after(batch))
            batch = None

    def _seconds_after(self, batch: Batch) -> float:
        """How long to wait until the scheduler is asked again."""
        usual = self._request.sample_seconds
        if len(batch.ended) > _MANY_ENDED:
            # Of little time an answer takes a larger part.
            usual *= 4 if batch.scheduler.cpu_percent < _LITTLE_PERCENT else 2
        return max(usual, min(batch.seconds / _COST_SHARE, _SLOWEST_SECONDS))

    async def _next_batch(self) -> Batch | None:
        """The next answer, maybe of another scheduler; None at the end."""
        try:
            return await self._link.ask()
        except LinkLostError:
            return await self._come_back()

    async def _take(self, batch: Batch) -> None:
        new = {one.address for one in batch.workers} - {*self._events.addresses}
        pids = await self._link.pids(sorted(new))
        t = self._clock()
        if batch.id != self._scheduler_id:
            if self._scheduler_id:
                self._events.end_scheduler(t, is_lost=True)
            self._scheduler_id = batch.id
            self._events.start_scheduler(SchedulerProcess(id=batch.id, pid=batch.pid), t)
        self._events.take(batch, self._link.tasks.take(batch), t, pids)
        self._flush()
        await self._take_logs(batch)

    async def _take_logs(self, batch: Batch) -> None:
        if self._clock() < self._next_logs:
            return
        self._events.take_logs(await self._link.logs(), self._clock())
        seconds = max(_LOG_SECONDS, _LOG_SECONDS_A_WORKER * len(self._events.addresses))
        if len(batch.ended) > _MANY_ENDED:
            seconds *= 3
        self._next_logs = self._clock() + seconds
        self._flush()

    async def _come_back(self) -> Batch | None:
        """Try again and again; None when nobody waits any more, or it has been too long."""
        since = self._clock()
        self._trouble = f"the scheduler at {self._cluster.address} does not answer; trying again"
        self._flush()
        await self._link.leave()
        while not self._is_stopped.is_set():
            if self._clock() - since > self._cluster.patience_seconds:
                return None
            with suppress(LinkLostError, MptuiError):
                self._link = await SchedulerLink.connect(self._cluster.address, 2 * _RETRY_SECONDS)
                batch = await self._link.ask()
                self._note_gap(batch, since)
                return batch
            await self._pause(_RETRY_SECONDS)
        return None

    def _note_gap(self, batch: Batch, since: float) -> None:
        self._trouble = None
        t = self._clock()
        if batch.id == self._scheduler_id:
            detail = f"the scheduler did not answer for {t - since:.0f} s"
            self._recording.append(
                events.EventsDropped(t=t, what="probe_reports", count=1, detail=detail)
            )

    async def _pause(self, seconds: float) -> None:
        """Wait, though not beyond the limit, nor once all is to end."""
        limit = self._request.limit_seconds
        left = None if limit is None else max(limit - self._clock(), 0.0)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds if left is None else min(seconds, left)):
                await self._is_stopped.wait()
        if limit is not None and self._clock() >= limit:
            self._stop("limit")

    # Front ends

    def _listen(self) -> None:
        self._front_ends.wake(self._selector)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._selector.fileno(), self._obey)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, "user")
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _obey(self) -> None:
        """Do what front ends ask."""
        self._selector.select(0)
        had_first = self._front_ends.has_first
        commands = self._front_ends.read_commands()
        has_first = self._front_ends.has_first
        if had_first and not has_first and self._request.on_disconnect == "stop":
            self._stop("disconnect")
        for command in commands:
            word, _, rest = command.partition(" ")
            if word in ("stop", "interrupt", "kill"):
                self._stop("user")
            elif word in ("stacks", "native-stacks"):
                self._refuse_stacks(int(rest) if rest.isdecimal() else 0)

    def _refuse_stacks(self, process: int) -> None:
        self._recording.append(
            events.StackSampled(
                t=self._clock(),
                process=process,
                why="asked",
                error="permission",
                detail=_NO_STACKS,
            )
        )
        self._flush()

    def _stop(self, reason: StopReason) -> None:
        if self._stop_reason is None:
            self._stop_reason = reason
            self._recording.append(events.StopRequested(t=self._clock(), reason=reason))
            self._is_stopped.set()

    # What is recorded

    def _flush(self) -> None:
        if self._recording.flush():
            self._front_ends.report_news()
        self._front_ends.report_trouble(self._recording.trouble or self._trouble)

    async def _finish(self) -> None:
        t = self._clock()
        if self._stop_reason is None:
            self._events.end_scheduler(t, is_lost=True)
        self._record_end(t)
        self._flush()
        status = EXIT_LIMIT if self._stop_reason == "limit" else 0
        self._closing.begin(status, self._clock())
        while not self._closing.is_done:
            await asyncio.sleep(_CLOSING_SECONDS)
            self._closing.pursue(self._clock())

    def _record_end(self, t: float) -> None:
        # How a scheduler ends nobody tells; where watching was stopped it goes on.
        end: Event = events.RunFinished(
            t=t,
            exitcode=None,
            signal=None,
            seconds=t,
            stopped=self._stop_reason,
            goes_on=self._stop_reason is not None,
        )
        self._recording.append(end)
