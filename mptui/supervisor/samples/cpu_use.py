"""How much of a core something used, or was ready to use, since the sample before.

The same for a process and for a thread. Pure but for the clock; it must not read files itself.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.events import CoreSeconds

if TYPE_CHECKING:
    from mptui.supervisor.linux.kernel import ProcessStat

_TICK_SECONDS: Final = 1 / os.sysconf("SC_CLK_TCK")
_MOST_LATE_SECONDS: Final = 1.0
_LATE_SECONDS: Final = 0.001
"""Less than this can wait until there is something to say."""


class CpuUse(NamedTuple):
    """What had been used at one sample, and the shares of a core since the sample before."""

    at: float
    """By the clock that the kernel dates starts of processes with."""
    account: CoreSeconds
    percent: float
    """On a core."""
    ready_percent: float
    """Ready, but without a core."""
    late_seconds: float = 0.0
    """What was accounted as ready since, but belongs before: that is known only when it is over.
    It counts in the next sample, so that the shares are true on average."""

    @classmethod
    def since(
        cls,
        before: CpuUse | None,
        stat: ProcessStat,
        account: CoreSeconds | None,
        most_percent: float,
    ) -> CpuUse:
        """The use up to now; without a sample before, the average since it was started.

        Args:
            before: the sample before.
            stat: what the kernel says now.
            account: what it has accounted by now; None where it keeps no account.
            most_percent: what it can have used at most.
        """
        now = since_boot()
        account = account or CoreSeconds(stat.cpu_seconds, 0.0)
        began = now - stat.start_ticks * _TICK_SECONDS
        seconds, earlier = (
            (began, _NOTHING) if before is None else (now - before.at, before.account)
        )
        # Below a few ticks of the kernel's clock a share would be invented.
        if seconds < 4 * _TICK_SECONDS:
            return cls(now, account, 0.0, 0.0)
        percent = _share(account.on_core - earlier.on_core, seconds, most_percent)
        ready_seconds = account.ready - earlier.ready + (before.late_seconds if before else 0.0)
        ready = _share(ready_seconds, seconds, most_percent - percent)
        late = min(max(ready_seconds - ready / 100 * seconds, 0.0), _MOST_LATE_SECONDS)
        return cls(now, account, percent, ready, late)

    @property
    def is_none(self) -> bool:
        """Whether it would be the same again, if nothing more was used; what is late stays so."""
        return self.percent == self.ready_percent == 0.0 and self.late_seconds < _LATE_SECONDS

    def unchanged_at(self, at: float) -> CpuUse:
        """The same, where it is known that nothing more had been used by then either."""
        return self._replace(at=at) if at > self.at else self


_NOTHING: Final = CoreSeconds(0.0, 0.0)


def since_boot() -> float:
    """The time by the clock that the kernel dates starts of processes with."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _share(seconds: float, of_seconds: float, most_percent: float) -> float:
    return round(min(max(100 * seconds / of_seconds, 0.0), most_percent), 1)
