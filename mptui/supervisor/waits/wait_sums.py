"""Which waits of a process are recorded one by one, and sums of the others.

A loop that asks again and again, each time with a short limit, begins to wait several times a
second for days. So only so many short waits of a process are recorded singly; what comes beyond
that is summed up and recorded once a second. A wait that has lasted is recorded in any case. It
must not look at processes, nor decide what a process waits in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mptui import events
from mptui.supervisor.pace import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.waits.wait_meaning import Wait

AT_ONCE: Final = 100
"""So many waits of a process are recorded singly, however quickly they follow each other."""
PER_SECOND: Final = 0.5
"""And so many a second from then on."""
LASTING_SECONDS: Final = 1.0
"""A wait that has lasted so long is recorded singly; every rule about waits needs more."""
_SUM_SECONDS: Final = 1.0
"""The longest time that one sum is about."""

_What: TypeAlias = "tuple[str, str | None, int | None, int | None, int | None, bool]"
"""The same for waits that are summed up together."""


class EndedWait(NamedTuple):
    """A short wait that is over and was not recorded."""

    wait: Wait
    began: float
    ended: float


@dataclass(slots=True)
class _Sum:
    since: float
    until: float
    count: int = 0
    seconds_total: float = 0.0
    seconds_max: float = 0.0

    def add(self, began: float, ended: float) -> None:
        self.until = max(self.until, ended)
        self.count += 1
        self.seconds_total += ended - began
        self.seconds_max = max(self.seconds_max, ended - began)


@dataclass(slots=True)
class _Process:
    """What is kept of one process."""

    singly: Allowance = field(default_factory=lambda: Allowance(AT_ONCE, PER_SECOND))
    sums: dict[_What, _Sum] = field(default_factory=dict)


class WaitSums:
    """The waits of all processes that are not recorded singly.

    Args:
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(self, record: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._processes: dict[int, _Process] = {}

    def may_record(self, process: int, since: float) -> bool:
        """Whether a wait that goes on since then is to be recorded singly now.

        To be asked once when a wait is noticed, and then by `has_lasted`. If so, what was summed up
        before it is recorded.
        """
        known = self._processes.setdefault(process, _Process())
        if not known.singly.take(self._clock()) and not self.has_lasted(since):
            return False
        self.tell(process)
        return True

    def has_lasted(self, since: float) -> bool:
        """Whether a wait that goes on since then has lasted too long to be summed up."""
        return self._clock() - since >= LASTING_SECONDS

    def add(self, process: int, ended: EndedWait) -> None:
        """Sum up this one too."""
        wait, began, until = ended
        what = (wait.wait, wait.on, wait.queue, wait.lock, wait.joined, wait.timed)
        sums = self._processes.setdefault(process, _Process()).sums
        sums.setdefault(what, _Sum(began, until)).add(began, until)

    def tell_due(self) -> None:
        """Record the sums that have been added to for long enough."""
        begun_by = self._clock() - _SUM_SECONDS
        for process, known in self._processes.items():
            if known.sums and any(one.since <= begun_by for one in known.sums.values()):
                self.tell(process)

    def tell(self, process: int) -> None:
        """Record the sums of a process, as far as there are any."""
        known = self._processes.get(process)
        if known is None or not known.sums:
            return
        for (kind, on, queue, lock, joined, timed), one in known.sums.items():
            self._record(
                events.WaitsCounted(
                    t=one.until,
                    process=process,
                    kind=kind,
                    count=one.count,
                    seconds_total=round(one.seconds_total, 6),
                    seconds_max=round(one.seconds_max, 6),
                    since=one.since,
                    on=on,
                    queue=queue,
                    lock=lock,
                    joined=joined,
                    timed=timed,
                )
            )
        known.sums.clear()

    def finish(self) -> None:
        """Record what has not been recorded yet."""
        for process in self._processes:
            self.tell(process)

    def on_exit(self, process: int) -> None:
        """Record the last of a process, and forget it."""
        self.tell(process)
        self._processes.pop(process, None)
