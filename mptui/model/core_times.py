"""How long each process was on a core, and how long it was ready but without one, over its life.

Folds what the kernel accounted. Of a process with several threads at most one second counts in a
second: it is on a core while any of its threads is, and only else can it be without one.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.number_history import NumberHistory
from mptui.model.plausible import LATEST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from mptui.events import CoreSeconds, Sampled

_LATE_SECONDS: Final = 2.0
"""No longer than so a wait for a core is taken to have begun before it was accounted."""
_TAIL_SECONDS: Final = 2.0
"""So long after its last account a process is taken to go on as before."""


class CoreTime(NamedTuple):
    """Seconds of the time of one process, between two moments of its life."""

    on_core: float
    ready: float
    """Ready to run, but without a core."""


class _Account:
    """The accounts of one process."""

    __slots__ = ("history", "known", "noted_at", "rates", "sums", "unfilled")

    def __init__(self, began: float) -> None:
        self.noted_at = began
        """Up to when its times are known."""
        self.known = (0.0, 0.0)
        """What the kernel had accounted by then."""
        self.sums = (0.0, 0.0)
        """The times of the process by then."""
        self.rates = (0.0, 0.0)
        """Of the last stretch that was accounted."""
        self.unfilled = 0.0
        """What was left of it. The kernel accounts a wait for a core when it is over: a part of
        what it accounts next may belong there."""
        self.history = NumberHistory(2)
        self.history.append(began, 0.0, 0.0)

    def begin_at(self, t: float, account: CoreSeconds) -> None:
        """It had come to this account before anything of it counts."""
        self.noted_at = t
        self.known = (account.on_core, account.ready)
        self.history.append(t, 0.0, 0.0)

    def add(self, t: float, seen_before: float, account: CoreSeconds) -> None:
        """It has come to this account by now, and had not begun to when it was seen before."""
        if t <= self.noted_at:
            return
        began = self.noted_at
        if seen_before > began and seen_before < t:
            self.history.append(seen_before, *self.sums)
            self.unfilled = min(self.unfilled + seen_before - began, _LATE_SECONDS)
            began = seen_before
        lasted = t - began
        on_core = _possible(account.on_core - self.known[0], lasted)
        ready = _possible(account.ready - self.known[1], lasted - on_core + self.unfilled)
        self.unfilled = max(lasted - on_core - ready, 0.0)
        self.known = (account.on_core, account.ready)
        self.sums = (self.sums[0] + on_core, self.sums[1] + ready)
        self.rates = (on_core / lasted, min(ready, lasted - on_core) / lasted)
        self.noted_at = t
        self.history.append(t, *self.sums)

    def stop(self, t: float, seen_at: float) -> None:
        """It ended, and no later account is known."""
        if t > self.noted_at:
            self.sums = self.at(t, seen_at)
            self.noted_at = t
            self.rates = (0.0, 0.0)
            self.history.append(t, *self.sums)

    def at(self, t: float, seen_at: float) -> tuple[float, float]:
        """The sums at some time."""
        history = self.history
        place = history.place_after(t)
        if place == 0:
            return 0.0, 0.0
        began, on_core, ready = history.pair(place - 1)
        if place == len(history):
            # What was seen and has no new account has done nothing since.
            tail = min(max(t - max(seen_at, began), 0.0), _TAIL_SECONDS)
            rates = (0.0, 0.0) if seen_at > self.noted_at else self.rates
            return on_core + rates[0] * tail, ready + rates[1] * tail
        ended, on_core_then, ready_then = history.pair(place)
        share = (t - began) / (ended - began) if ended > began else 1.0
        return on_core + (on_core_then - on_core) * share, ready + (ready_then - ready) * share


class CoreTimes:
    """The accounts of all processes of a run that are known singly."""

    def __init__(self) -> None:
        self._accounts: dict[int, _Account] = {}
        self._began: dict[int, float] = {}
        self.are_older = False
        """Whether the processes ran before the run began: what was accounted to one when it was
        first seen does not belong to its time in the run."""
        self._seen_at = 0.0
        """When the processes were last sampled."""
        self._has_any = False

    @property
    def are_known(self) -> bool:
        """Whether anything was accounted: of an older recording nothing is."""
        return self._has_any

    def open(self, process: int, began: float) -> None:
        """A process began."""
        self._began.setdefault(process, began if 0.0 <= began <= LATEST_SECONDS else 0.0)

    def sample(self, event: Sampled, alive: Container[int]) -> None:
        """The processes were sampled: whose account did not change has done nothing since."""
        for process, account in event.core_seconds.items():
            if process in alive:
                self._note(process, event.t, account)
        self._seen_at = max(self._seen_at, min(event.t, LATEST_SECONDS))

    def end(self, process: int, t: float, account: CoreSeconds | None) -> None:
        """A process ended, with this account at last."""
        known = self._accounts.get(process)
        if account is not None and (known is None or _has_grown(known, account)):
            self._note(process, t, account)
        elif known is not None and 0.0 <= t <= LATEST_SECONDS:
            known.stop(t, self._seen_at)

    def forget(self, process: int) -> None:
        """Forget an ended process."""
        self._accounts.pop(process, None)
        self._began.pop(process, None)

    def settled_until(self, process: int) -> float:
        """Up to when nothing that comes later changes how a process spent its time.

        Without an account it is for ever, until there is one, which changes all of it.
        """
        account = self._accounts.get(process)
        return math.inf if account is None else max(account.noted_at, self._seen_at)

    def between(self, process: int, start: float, end: float) -> CoreTime | None:
        """How it spent this part of its life; None where nothing was accounted."""
        times = self.over(process, (start, end))
        return times[0] if times else None

    def most_on_core(self, process: int) -> float | None:
        """No part of its life has more seconds on a core; None where nothing was accounted."""
        account = self._accounts.get(process)
        return None if account is None else account.sums[0] + account.rates[0] * _TAIL_SECONDS

    def most_used(self, process: int) -> float | None:
        """The same of seconds on a core and ready for one together."""
        account = self._accounts.get(process)
        if account is None:
            return None
        return sum(account.sums) + sum(account.rates) * _TAIL_SECONDS

    def over(self, process: int, edges: Sequence[float]) -> list[CoreTime]:
        """The same for each stretch between two of these times; empty without an account."""
        account = self._accounts.get(process)
        if account is None:
            return []
        sums = [account.at(edge, self._seen_at) for edge in edges]
        return [
            CoreTime(max(after[0] - before[0], 0.0), max(after[1] - before[1], 0.0))
            for before, after in pairwise(sums)
        ]

    def _note(self, process: int, t: float, account: CoreSeconds) -> None:
        if not 0.0 <= t <= LATEST_SECONDS or process not in self._began:
            return
        known = self._accounts.get(process)
        self._has_any = True
        if known is None:
            known = self._accounts[process] = _Account(self._began[process])
            if self.are_older:
                known.begin_at(t, account)
                return
            # Of its beginning nothing is known singly.
            known.add(t, known.noted_at, account)
        else:
            known.add(t, self._seen_at, account)


def _has_grown(known: _Account, account: CoreSeconds) -> bool:
    return account.on_core > known.known[0] or account.ready > known.known[1]


def _possible(seconds: float, most: float) -> float:
    """Between 0 and the most that there is; 0 where it is no number."""
    return min(seconds, max(most, 0.0)) if seconds > 0.0 else 0.0
