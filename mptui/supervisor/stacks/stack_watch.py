"""Decides whose stacks are read and when, and records them.

On request those of one process or of all; by itself those of a process whose wait lasts, and of all
once nothing in the program has moved for a while, each once as long as that lasts. The reading is
done in another process (`reader_process`), one at a time, so the loop never waits for it; what it
costs decides when the next one is due. It must not judge what a wait means.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from mptui import events
from mptui.supervisor.stacks.stack_budget import StackBudget
from mptui.supervisor.stacks.stack_reader import StackReply
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event, StackReason
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.stacks.reader_process import ReaderLink

WAIT_SECONDS: Final = 2.0
"""A process that has waited for so long, though it has work, may hang."""
STILL_SECONDS: Final = 3.0
"""The same of a program in which nothing has moved."""
FIRST_SECONDS: Final = 0.3
"""The same of a program that ran before, until each process was read: nobody knows how long it has
waited or stood still, and who comes to it wants to know where it is."""
AGAIN_SECONDS: Final = 30.0
"""Not sooner is a process read again by itself."""
SORT_SECONDS: Final = 1.0
"""How long the order holds in which those that are due are read."""
ANSWER_SECONDS: Final = 60.0
"""A reader process that takes longer has failed. A stack of 100,000 frames takes ten seconds."""
RENEW_SECONDS: Final = 60.0
"""Not sooner than so long after the last one is a reader process replaced."""
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
    began: float
    """The CPU time of this thread then."""


class _Kind(NamedTuple):
    """What a process waits in: fields of `WaitStarted`."""

    wait: str
    on: str | None
    queue: int | None
    lock: int | None
    joined: int | None


class _Wanted(NamedTuple):
    """A process whose stacks somebody asked for."""

    process: WatchedProcess
    native: bool
    """Whether its C code is wanted too."""


class StackWatch:
    """Watches where processes are.

    Args:
        registry: knows the processes.
        thread_name: the name that a program gave to a thread of a process, by its native id.
        record: takes each event.
        clock: seconds since the run began.
        ran_before: whether the program did.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        thread_name: Callable[[WatchedProcess, int], str | None],
        record: Callable[[Event], None],
        clock: Callable[[], float],
        *,
        ran_before: bool = False,
    ) -> None:
        self._registry = registry
        self._thread_name = thread_name
        self._record = record
        self._clock = clock
        self._first_wait = FIRST_SECONDS if ran_before else WAIT_SECONDS
        self._first_still = FIRST_SECONDS if ran_before else STILL_SECONDS
        """How long a process has to have waited or stood still that was not read before."""
        self._reader: ReaderLink | None = None
        self._start_reader: Callable[[], ReaderLink | None] | None = None
        self._renew_at = 0.0
        """From when on a reader process that has ended may be replaced."""
        self._harmful: set[int] = set()
        """The processes at which one ended: those are not read again by itself."""
        self._budget = StackBudget(clock)
        self._wanted: dict[int, _Wanted] = {}
        """Those that somebody asked for, in order, by number."""
        self._asked: _Asked | None = None
        self._waits: dict[int, float] = {}
        """Since when a process waits though it has work, unless it was read since."""
        self._kinds: dict[int, _Kind] = {}
        """What a process waits in."""
        self._due: deque[WatchedProcess] = deque()
        """Those that were due when that was last looked at, the most telling first."""
        self._sorted_at = 0.0
        self._read_at: dict[int, float] = {}
        """When the stacks of a process were read last."""
        self._moved_at = 0.0
        self._check_at = self._first_still
        """Before this none is to be read by itself: to look at all each turn would cost much."""
        self._are_all_wanted = self._are_all_wanted_natively = False

    @property
    def next_poll(self) -> float:
        """When something is to be asked, or given up."""
        if self._are_all_wanted or self._are_all_wanted_natively:
            return 0.0
        if self._asked is not None:
            return self._asked.at + ANSWER_SECONDS
        if self._wanted:
            return self._budget.next_asked
        return max(self._budget.next_unasked, self._check_at, self._reader_from)

    @property
    def _reader_from(self) -> float:
        """From when on there is a reader process."""
        if self._reader is None:
            return math.inf
        if self._reader.is_open:
            return 0.0
        return math.inf if self._start_reader is None else self._renew_at

    def use(
        self, reader: ReaderLink, start_reader: Callable[[], ReaderLink | None] | None = None
    ) -> None:
        """Read with this one; without it nothing is read.

        Args:
            reader: the line to a reader process.
            start_reader: starts another one, should that end.
        """
        self._reader, self._start_reader = reader, start_reader

    def want(self, number: int | None = None, *, native: bool = False) -> None:
        """Somebody wants to know where this process is, or where all are.

        Args:
            number: that of the process.
            native: whether its C code is wanted too.
        """
        for process in self._registry.living:
            if process.number == number or (number is None and process.role != "helper"):
                before = self._wanted.get(process.number)
                self._wanted[process.number] = _Wanted(
                    process, native or (before is not None and before.native)
                )

    def want_all_soon(self, *, native: bool = False) -> None:
        """The same of all, for the handler of a signal, which may interrupt whatever is done."""
        if native:
            self._are_all_wanted_natively = True
        else:
            self._are_all_wanted = True

    def note(self, event: Event) -> None:
        """Take note of an event that is recorded: of waits, and of what moves."""
        if isinstance(event, _MOVES):
            self._moved_at = event.t
            self._check_at = min(self._check_at, event.t + self._first_still)
        elif isinstance(event, events.WaitStarted):
            self._kinds[event.process] = _Kind(
                event.kind, event.on, event.queue, event.lock, event.joined
            )
            if not wait_kind(event.kind).is_idle:
                self._waits[event.process] = event.t
                self._check_at = min(self._check_at, event.t + self._first_wait)
        elif isinstance(event, events.WaitFinished):
            self._waits.pop(event.process, None)
            self._kinds.pop(event.process, None)

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what probes report."""

    def poll(self) -> None:
        """Ask for the stacks of one process, or give up an answer that does not come."""
        if self._are_all_wanted or self._are_all_wanted_natively:
            native = self._are_all_wanted_natively
            self._are_all_wanted = self._are_all_wanted_natively = False
            self.want(native=native)
        if self._asked is not None:
            self._give_up_if_late(self._asked)
        elif self._wanted:
            wanted = next(iter(self._wanted.values()))
            self._ask(wanted.process, "asked", native=wanted.native)
        elif (process := self._find_due()) is not None:
            self._ask(process, "stands_still")
        else:
            self._check_at = self._next_due()

    def receive(self, reader: ReaderLink) -> None:
        """Record the answer of this reader, if it has come."""
        asked = self._asked
        reply = reader.receive()
        if asked is None or reader is not self._reader:
            return
        if reply is not None:
            self._answer(asked, reply)
        elif not reader.is_open:
            self._fail(asked)

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process; whoever asked for its stacks is told that it has ended."""
        if process.number in self._wanted:
            del self._wanted[process.number]
            self._record_reply(process, "asked", StackReply(pid=process.pid, error="ended"))
        self._waits.pop(process.number, None)
        self._kinds.pop(process.number, None)
        self._read_at.pop(process.number, None)
        self._harmful.discard(process.number)

    def finish(self) -> None:
        """Do nothing: where the rest of the program is does not belong to the run."""

    # By itself

    def _next_due(self) -> float:
        """When the stacks of any process are to be read unasked."""
        return min((self._due_at(process) for process in self._registry.living), default=math.inf)

    def _find_due(self) -> WatchedProcess | None:
        """The one to read next; all are looked at once, not for each that is read."""
        now = self._clock()
        if now - self._sorted_at < SORT_SECONDS and (process := self._next_of_due(now)):
            return process
        living = self._registry.living
        self._due = deque(self._in_turns(one for one in living if self._due_at(one) <= now))
        self._sorted_at = now
        return self._next_of_due(now)

    def _next_of_due(self, now: float) -> WatchedProcess | None:
        while self._due:
            process = self._due.popleft()
            if not process.has_ended and self._due_at(process) <= now:
                return process
        return None

    def _in_turns(self, processes: Iterable[WatchedProcess]) -> list[WatchedProcess]:
        """One of each group that waits alike, then another of each: most say the same."""
        turns: Counter[tuple[object, ...]] = Counter()
        found = []
        for process in processes:
            alike = (process.parent, process.target, self._kinds.get(process.number))
            turns[alike] += 1
            found.append((turns[alike], process))
        return [process for _, process in sorted(found, key=lambda one: one[0])]

    def _due_at(self, process: WatchedProcess) -> float:
        if process.role == "helper" or process.number in self._harmful:
            return math.inf
        read_at = self._read_at.get(process.number, -math.inf)
        waits_since = self._waits.get(process.number, math.inf)
        wait, still = WAIT_SECONDS, STILL_SECONDS
        if read_at < 0:
            wait, still = self._first_wait, self._first_still
        # What was read since does not change as long as it waits, or nothing moves.
        due = min(
            math.inf if read_at >= waits_since else waits_since + wait,
            math.inf if read_at >= self._moved_at else self._moved_at + still,
        )
        if due < math.inf and read_at > 0 and not process.may_have_run_since(read_at):
            # It is where it was: that can wait.
            due = max(due, self._budget.next_again)
        return max(due, read_at + AGAIN_SECONDS)

    # Question and answer

    def _ask(self, process: WatchedProcess, why: StackReason, *, native: bool = False) -> None:
        self._asked = _Asked(process, why, self._clock(), time.thread_time())
        if self._reader is None:
            self._answer(self._asked, StackReply(pid=process.pid, error="no_reader"))
            return
        self._reader.ask(process.pid, native=native)
        if not self._reader.is_open:
            self._reader = self._renew(self._reader)
            self._reader.ask(process.pid, native=native)
        if not self._reader.is_open:
            self._answer(self._asked, StackReply(pid=process.pid, error="reader_failed"))

    def _renew(self, ended: ReaderLink) -> ReaderLink:
        """Another reader for one that has ended, or that one, where there is none so soon."""
        if self._start_reader is None or self._clock() < self._renew_at:
            return ended
        self._renew_at = self._clock() + RENEW_SECONDS
        return self._start_reader() or ended

    def _give_up_if_late(self, asked: _Asked) -> None:
        if self._reader is not None and self._clock() >= asked.at + ANSWER_SECONDS:
            self._reader.give_up()
            self._fail(asked)

    def _fail(self, asked: _Asked) -> None:
        """The reader process ended while it read this."""
        self._harmful.add(asked.process.number)
        self._answer(asked, StackReply(pid=asked.process.pid, error="reader_failed"))

    def _answer(self, asked: _Asked, reply: StackReply) -> None:
        self._asked = None
        process = asked.process
        was_wanted = self._wanted.pop(process.number, None) is not None
        if not process.has_ended:
            self._read_at[process.number] = asked.at
            if was_wanted or reply.error is None:
                self._record_reply(process, "asked" if was_wanted else asked.why, reply)
        self._budget.spend(reply.seconds + time.thread_time() - asked.began)

    def _record_reply(self, process: WatchedProcess, why: StackReason, reply: StackReply) -> None:
        self._record(
            events.StackSampled(
                t=self._clock(),
                process=process.number,
                why=why,
                threads=[
                    replace(one, name=self._thread_name(process, one.thread))
                    for one in reply.threads
                ],
                left=len(self._wanted) if why == "asked" else 0,
                error=reply.error,
                detail=reply.detail,
            )
        )
