"""Decides whose stacks are read and when, and records them.

On request those of one process or of all; by itself those of a process whose wait lasts, and of all
once nothing in the program has moved for a while, each once as long as that lasts. The reading is
done in another process (`reader_process`), one at a time, so the loop never waits for it; what it
costs decides when the next one is due. It must not judge what a wait means.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events
from mptui.supervisor.stacks.stack_budget import StackBudget
from mptui.supervisor.stacks.stack_reader import StackReply
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event, StackReason
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.stacks.reader_process import ReaderLink

WAIT_SECONDS: Final = 2.0
"""A process that has waited for so long, though it has work, may hang."""
STILL_SECONDS: Final = 3.0
"""The same of a program in which nothing has moved."""
AGAIN_SECONDS: Final = 30.0
"""Not sooner is a process read again by itself."""
ANSWER_SECONDS: Final = 60.0
"""A reader process that takes longer has failed. A stack of 100,000 frames takes ten seconds."""
_MOVES: Final = (
    events.Output,
    events.TaskStarted,
    events.TaskFinished,
    events.TasksCounted,
    events.QueueSampled,
    events.ProcessStarted,
    events.ProcessExited,
)


class _Asked(NamedTuple):
    """The process whose stacks are being read."""

    process: WatchedProcess
    why: StackReason
    at: float


class StackWatch:
    """Watches where processes are.

    Args:
        registry: knows the processes.
        thread_name: the name that a program gave to a thread of a process, by its native id.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        thread_name: Callable[[WatchedProcess, int], str | None],
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._thread_name = thread_name
        self._record = record
        self._clock = clock
        self._reader: ReaderLink | None = None
        self._budget = StackBudget(clock)
        self._wanted: dict[int, WatchedProcess] = {}
        """Those that somebody asked for, in order, by number."""
        self._asked: _Asked | None = None
        self._waits: dict[int, float] = {}
        """Since when a process waits though it has work, unless it was read since."""
        self._read_at: dict[int, float] = {}
        """When the stacks of a process were read last."""
        self._moved_at = 0.0
        self._check_at = STILL_SECONDS
        """Before this none is to be read by itself: to look at all each turn would cost much."""
        self._are_all_wanted = False

    @property
    def next_poll(self) -> float:
        """When something is to be asked, or given up."""
        if self._are_all_wanted:
            return 0.0
        if self._asked is not None:
            return self._asked.at + ANSWER_SECONDS
        if self._wanted:
            return self._budget.next_asked
        if self._reader is None or not self._reader.is_open:
            return math.inf
        return max(self._budget.next_unasked, self._check_at)

    def use(self, reader: ReaderLink) -> None:
        """Read with this one; without it nothing is read."""
        self._reader = reader

    def want(self, number: int | None = None) -> None:
        """Somebody wants to know where this process is, or where all are."""
        for process in self._registry.living:
            if process.number == number or (number is None and process.role != "helper"):
                self._wanted.setdefault(process.number, process)

    def want_all_soon(self) -> None:
        """The same of all, for the handler of a signal, which may interrupt whatever is done."""
        self._are_all_wanted = True

    def note(self, event: Event) -> None:
        """Take note of an event that is recorded: of waits, and of what moves."""
        if isinstance(event, _MOVES):
            self._moved_at = event.t
            self._check_at = min(self._check_at, event.t + STILL_SECONDS)
        elif isinstance(event, events.WaitStarted):
            if not wait_kind(event.kind).is_idle:
                self._waits[event.process] = event.t
                self._check_at = min(self._check_at, event.t + WAIT_SECONDS)
        elif isinstance(event, events.WaitFinished):
            self._waits.pop(event.process, None)

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what probes report."""

    def poll(self) -> None:
        """Ask for the stacks of one process, or give up an answer that does not come."""
        if self._are_all_wanted:
            self._are_all_wanted = False
            self.want()
        if self._asked is not None:
            self._give_up_if_late(self._asked)
        elif self._wanted:
            self._ask(next(iter(self._wanted.values())), "asked")
        elif (process := self._find_due()) is not None:
            self._ask(process, "stands_still")
        else:
            self._check_at = self._next_due()

    def receive(self) -> None:
        """Record the answer, if it has come."""
        reader, asked = self._reader, self._asked
        if reader is None:
            return
        reply = reader.receive()
        if asked is None:
            return
        if reply is None and not reader.is_open:
            reply = StackReply(pid=asked.process.pid, error="reader_failed")
        if reply is not None:
            self._answer(asked, reply)

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process; whoever asked for its stacks is told that it has ended."""
        if process.number in self._wanted:
            del self._wanted[process.number]
            self._record_reply(process, "asked", StackReply(pid=process.pid, error="ended"))
        self._waits.pop(process.number, None)
        self._read_at.pop(process.number, None)

    def finish(self) -> None:
        """Do nothing: where the rest of the program is does not belong to the run."""

    # By itself

    def _next_due(self) -> float:
        """When the stacks of any process are to be read unasked."""
        return min((self._due_at(process) for process in self._registry.living), default=math.inf)

    def _find_due(self) -> WatchedProcess | None:
        now = self._clock()
        return next((one for one in self._registry.living if self._due_at(one) <= now), None)

    def _due_at(self, process: WatchedProcess) -> float:
        if process.role == "helper":
            return math.inf
        read_at = self._read_at.get(process.number, -math.inf)
        waits_since = self._waits.get(process.number, math.inf)
        # What was read since does not change as long as it waits, or nothing moves.
        due = min(
            math.inf if read_at >= waits_since else waits_since + WAIT_SECONDS,
            math.inf if read_at >= self._moved_at else self._moved_at + STILL_SECONDS,
        )
        return max(due, read_at + AGAIN_SECONDS)

    # Question and answer

    def _ask(self, process: WatchedProcess, why: StackReason) -> None:
        self._asked = _Asked(process, why, self._clock())
        if self._reader is None:
            self._answer(self._asked, StackReply(pid=process.pid, error="no_reader"))
            return
        if self._reader.is_open:
            self._reader.ask(process.pid)
        if not self._reader.is_open:
            self._answer(self._asked, StackReply(pid=process.pid, error="reader_failed"))

    def _give_up_if_late(self, asked: _Asked) -> None:
        if self._reader is not None and self._clock() >= asked.at + ANSWER_SECONDS:
            self._reader.give_up()
            self._answer(asked, StackReply(pid=asked.process.pid, error="reader_failed"))

    def _answer(self, asked: _Asked, reply: StackReply) -> None:
        self._asked = None
        self._budget.spend(reply.seconds)
        process = asked.process
        was_wanted = self._wanted.pop(process.number, None) is not None
        if process.has_ended:
            return
        self._read_at[process.number] = asked.at
        if was_wanted or reply.error is None:
            self._record_reply(process, "asked" if was_wanted else asked.why, reply)

    def _record_reply(self, process: WatchedProcess, why: StackReason, reply: StackReply) -> None:
        self._record(
            events.StackSampled(
                t=self._clock(),
                process=process.number,
                why=why,
                threads=[
                    events.ThreadStack(
                        thread=one.thread,
                        name=self._thread_name(process, one.thread),
                        frames=one.frames,
                        omitted=one.omitted,
                        gil=one.gil,
                        ran=one.ran,
                    )
                    for one in reply.threads
                ],
                left=len(self._wanted) if why == "asked" else 0,
                error=reply.error,
                detail=reply.detail,
            )
        )
