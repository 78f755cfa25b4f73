"""How much of what the probes report is recorded: enough for any honest program.

The program can write to the probe's FIFO too, tens of thousands of records a second. What goes
beyond these limits is counted, and the count is recorded: a gap is said. It must not know what a
report means.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.pace import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event, GapCode

AT_ONCE: Final = 500
"""So many reports of one kind are recorded though they come together."""
PER_SECOND: Final = 20.0
_GAP_SECONDS: Final = 1.0
"""The time between two records of what was left out."""
_LONGEST_DETAIL: Final = 500


class ReportLimits:
    """Records what may be recorded, and counts the rest.

    Args:
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(self, record: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._allowances: dict[str, Allowance] = {}
        self._left_out: Counter[GapCode] = Counter()
        self._said_at = -_GAP_SECONDS

    def may(self, kind: str) -> bool:
        """Whether one more of this kind may be recorded; if not it is counted as not delivered."""
        if self._takes(kind):
            return True
        self._left_out["probe_reports"] += 1
        return False

    def record_gap(self, what: GapCode, count: int, detail: str | None = None) -> None:
        """Record a gap that a probe reports, or add it to the next that is recorded."""
        if not self._takes(what):
            self._left_out[what] += count
            return
        detail = detail[:_LONGEST_DETAIL] if detail is not None else None
        self._record(events.EventsDropped(t=self._clock(), what=what, count=count, detail=detail))

    def say_left_out(self, *, is_last: bool = False) -> None:
        """Record how much was left out since the last time, though not too often."""
        now = self._clock()
        if not self._left_out or (not is_last and now < self._said_at + _GAP_SECONDS):
            return
        self._said_at = now
        for what, count in self._left_out.items():
            self._record(events.EventsDropped(t=now, what=what, count=count))
        self._left_out.clear()

    def _takes(self, kind: str) -> bool:
        if kind not in self._allowances:
            self._allowances[kind] = Allowance(AT_ONCE, PER_SECOND)
        return self._allowances[kind].take(self._clock())
