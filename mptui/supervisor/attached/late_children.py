"""Brings the probe also into processes that came later, from where it had not come to yet.

A main thread that waits for ever never gets the probe, and so what its other threads start, as a
pool does that recycles its workers, begins without it. What such a thread has forked cannot get it
at all, in Python 3.14 and 3.15: it has no main thread.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.attached.injection import Injection
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

_SECONDS: Final = 2.0
_COST_SHARE: Final = 0.02
"""Asking takes at most this part of the time, as the program's own Python is started for it."""

_MOST_REFUSALS: Final = 3
"""After so many in a row nobody is asked any more."""


class LateChildren:
    """Looks now and then for processes without the probe that nobody has asked to take it.

    Args:
        registry: the processes.
        injection: what brings it.
        clock: seconds since the run began.
        report: takes why one could not get it, once.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        injection: Injection,
        clock: Callable[[], float],
        report: Callable[[str], None],
    ) -> None:
        self._registry = registry
        self._injection = injection
        self._clock = clock
        self._report = report
        self._asked = {process.number for process in registry.living}
        self._seen: set[int] = set()
        self._refusals = 0
        self._has_reported = False
        self.next_poll = clock() + _SECONDS

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Nothing of this is for it."""

    def poll(self) -> None:
        """Ask those that had no probe when last looked at, and have none now."""
        began = self._clock()
        without = {
            process.number: process.pid
            for process in self._registry.living
            if not process.instrumented and process.number not in self._asked
        }
        late = without.keys() & self._seen
        self._seen = {*without} - late
        if late:
            self._asked |= late
            refused = self._injection.bring_into(without[number] for number in sorted(late))
            self._refusals = self._refusals + 1 if refused else 0
            for reason in refused[:1]:
                if not self._has_reported:
                    self._has_reported = True
                    self._report(reason)
        ended = self._clock()
        pause = max(_SECONDS, (ended - began) / _COST_SHARE)
        self.next_poll = math.inf if self._refusals >= _MOST_REFUSALS else ended + pause

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget it."""
        self._asked.discard(process.number)
        self._seen.discard(process.number)
        self._injection.forget(process.pid)

    def finish(self) -> None:
        """Nobody is asked any more."""
        self.next_poll = math.inf
