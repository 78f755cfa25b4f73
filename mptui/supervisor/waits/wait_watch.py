"""Sees from outside what each process waits in, and records it when it lasts.

Asks about each process whose main thread has run lately, and then does not any more, in which
system call it is blocked. Nothing in the process is hooked or stopped. A poll must stay cheap:
nothing for a process that sleeps on, and more than that it runs only when one begins to wait. Waits
shorter than the time between two polls are not seen, and many short ones in a row are summed up.
"""

from __future__ import annotations

import errno
import math
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.link.probe_records import LockMade, QueueMade
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.pace import SLOW_SECONDS, Pace, on_grid
from mptui.supervisor.samples.motion import POLL_SECONDS
from mptui.supervisor.waits.blocked_call import call_table, parse_blocked_call
from mptui.supervisor.waits.file_locks import FileLocks
from mptui.supervisor.waits.lock_holders import WAIT_SECONDS, LockHolders
from mptui.supervisor.waits.semaphores import Semaphores
from mptui.supervisor.waits.wait_meaning import WaitMeaning
from mptui.supervisor.waits.wait_sums import EndedWait, WaitSums

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.queues.queue_watch import QueueWatch
    from mptui.supervisor.samples.motion import Motion
    from mptui.supervisor.waits.wait_meaning import Wait

POLL_BUDGET: Final = 0.01
"""The share of one core that polling for waits may take in the long run."""
_MOST_PAUSE_SECONDS: Final = 0.5
"""Many processes that begin to wait at once cost more, but each of them only once."""
_MOST_SECONDS: Final = 0.01
"""How long one poll may keep the loop from draining pipes; what is left is for the next poll."""
_MAIN: Final = 0


@dataclass(slots=True)
class _Sleep:
    """A process that may have been asleep since then, unless it has run."""

    since: float
    wait: Wait | None = None
    """What it waits in, once that is known."""
    holds: list[int] = field(default_factory=list)
    """The locks that it holds meanwhile."""
    is_recorded: bool = False
    """Whether the beginning of the wait is recorded."""


class WaitWatch:
    """Watches what processes wait in; to be polled after the one that sees which of them run.

    Args:
        registry: knows the processes.
        motion: sees which of them run.
        queues: numbers the queues.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        motion: Motion,
        queues: QueueWatch,
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._motion = motion
        self._record = record
        self._clock = clock
        self._semaphores = Semaphores()
        files = FileLocks(registry, self._semaphores.next_number)
        self._meaning = WaitMeaning(registry, queues, self._semaphores, files)
        self._holders = LockHolders(registry, self._semaphores, files, record, clock)
        self._sums = WaitSums(record, clock)
        self._calls = call_table(os.uname().machine)
        self._files = ProcFiles()
        self._pace = Pace(clock, POLL_SECONDS, POLL_BUDGET, _MOST_PAUSE_SECONDS)
        self._slow_at = 0.0
        """When sums, and who has what is waited for, are to be looked at again."""
        self._sleeps: dict[int, _Sleep] = {}
        self._open: dict[int, WatchedProcess] = {}
        """The processes of which it is not recorded yet what they wait in, if they do."""
        self._for_things: dict[int, tuple[WatchedProcess, Wait]] = {}
        """Those that wait for something that others may have."""
        self._hidden: set[int] = set()
        """The processes that the kernel does not let this one look into."""
        self._is_gap_recorded = False

    @property
    def next_poll(self) -> float:
        """When it is time to poll again: while nothing moves, only for what lasts."""
        if _MAIN in self._hidden:
            return math.inf
        if self._motion.has_news:
            return 0.0
        return min(self._slow_at, self._pace.next_poll) if self._open else self._slow_at

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Note what a process reports of its locks, those in queues included."""
        if isinstance(record, LockMade | QueueMade):
            self._semaphores.add(record, process)

    def poll(self) -> None:
        """See of every process that runs, or did lately, whether it waits."""
        with self._pace.poll():
            for process in self._motion.take_moved():
                if process.number not in self._hidden:
                    self._note_move(process)
            deadline = time.monotonic() + _MOST_SECONDS
            for process in list(self._open.values()):
                self._look_at(process, may_dwell=time.monotonic() < deadline)
            if self._clock() >= self._slow_at:
                self._sums.tell_due()
                self._holders.look(self._waiting_for_long())
                self._slow_at = on_grid(self._clock() + SLOW_SECONDS, SLOW_SECONDS)

    def on_exit(self, process: WatchedProcess) -> None:
        """End the wait of a process, and forget the process."""
        self._end_sleep(process)
        self._open.pop(process.number, None)
        self._sums.on_exit(process.number)
        self._files.close(process.number)
        self._semaphores.forget(process)
        self._hidden.discard(process.number)

    def finish(self) -> None:
        """Record the last sums; what is left of the program goes on waiting."""
        self._sums.finish()

    def _waiting_for_long(self) -> list[tuple[WatchedProcess, Wait]]:
        begun_by = self._clock() - WAIT_SECONDS
        return [
            (process, wait)
            for process, wait in self._for_things.values()
            if self._sleeps[process.number].since <= begun_by
        ]

    def _note_move(self, process: WatchedProcess) -> None:
        """It runs, or has run: what it waited in is over, and it may begin to wait just now."""
        sleep = self._sleeps.get(process.number)
        if sleep is not None and sleep.wait is None:
            sleep.since = self._clock()
        else:
            self._end_sleep(process)
            self._sleeps[process.number] = _Sleep(self._clock())
        self._open[process.number] = process

    def _look_at(self, process: WatchedProcess, *, may_dwell: bool) -> None:
        sleep = self._sleeps[process.number]
        try:
            if self._motion.is_still_since(process, sleep.since):
                if sleep.wait is None and may_dwell:
                    self._recognise(process, sleep)
                elif sleep.wait is not None:
                    self._record_if_lasting(process, sleep, sleep.wait)
            if may_dwell:
                self._semaphores.locate(process)
        except OSError as error:
            self._lose_sight(process, error)
        if sleep.is_recorded:
            self._open.pop(process.number, None)

    def _recognise(self, process: WatchedProcess, sleep: _Sleep) -> None:
        """Record what a process waits in, if it does: it has not run since the last poll."""
        call = parse_blocked_call(self._read(process, "syscall"), self._calls)
        if call is None:
            # Not asleep but busy without a break, or swapped out.
            sleep.since = self._clock()
            return
        wait = self._meaning.of(call, process)
        holds = self._semaphores.held_by(process)
        if self._motion.has_moved(process):
            # It went on meanwhile.
            return
        sleep.wait, sleep.holds = wait, holds
        if wait.thing is not None:
            self._for_things[process.number] = process, wait
        if self._sums.may_record(process.number, sleep.since):
            self._record_start(process, sleep, wait)

    def _record_if_lasting(self, process: WatchedProcess, sleep: _Sleep, wait: Wait) -> None:
        """Record a wait that began like many short ones, and goes on."""
        if self._sums.has_lasted(sleep.since):
            self._sums.tell(process.number)
            self._record_start(process, sleep, wait)

    def _record_start(self, process: WatchedProcess, sleep: _Sleep, wait: Wait) -> None:
        sleep.is_recorded = True
        self._record(
            events.WaitStarted(
                t=sleep.since,
                process=process.number,
                kind=wait.wait,
                on=wait.on,
                queue=wait.queue,
                lock=wait.lock,
                joined=wait.joined,
                holds=sleep.holds,
                timed=wait.timed,
                peers=list(wait.peers),
                inside_only=wait.inside_only,
                parties=wait.parties,
            )
        )

    def _end_sleep(self, process: WatchedProcess) -> None:
        sleep = self._sleeps.pop(process.number, None)
        self._for_things.pop(process.number, None)
        if sleep is None or (wait := sleep.wait) is None:
            return
        now = self._clock()
        if not sleep.is_recorded:
            self._sums.add(process.number, EndedWait(wait, sleep.since, now))
            return
        self._record(
            events.WaitFinished(
                t=now,
                process=process.number,
                kind=wait.wait,
                seconds=round(now - sleep.since, 6),
                on=wait.on,
                queue=wait.queue,
                lock=wait.lock,
                joined=wait.joined,
            )
        )

    def _read(self, process: WatchedProcess, name: str) -> bytes:
        return self._files.read(process.number, f"/proc/{process.pid}/{name}")

    def _lose_sight(self, process: WatchedProcess, error: OSError) -> None:
        """Give up on a process that the kernel does not let this one look into; record it once."""
        is_forbidden = error.errno in (errno.EPERM, errno.EACCES)
        if error.errno == errno.ENOENT and kernel.is_running(process.pid):
            # This kernel was built without.
            is_forbidden = True
        if not is_forbidden:
            return
        if not self._is_gap_recorded:
            self._is_gap_recorded = True
            self._record(
                events.EventsDropped(
                    t=self._clock(), what="waits_hidden", count=1, detail=error.strerror
                )
            )
        self._end_sleep(process)
        self._open.pop(process.number, None)
        self._files.close(process.number)
        self._hidden.add(process.number)
