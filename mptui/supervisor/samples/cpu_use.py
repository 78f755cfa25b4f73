"""How much of a core something used since the sample before, from its line of `stat`.

The same for a process and for a thread. Pure but for the clock; it must not read the line itself.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mptui.supervisor.linux.kernel import ProcessStat

_TICK_SECONDS: Final = 1 / os.sysconf("SC_CLK_TCK")


class CpuUse(NamedTuple):
    """What had been used at one sample, and the share of a core since the sample before."""

    at: float
    cpu_seconds: float
    percent: float

    @classmethod
    def since(cls, before: CpuUse | None, stat: ProcessStat, most_percent: float) -> CpuUse:
        """The use up to now; without a sample before, the average since it was started.

        Args:
            before: the sample before.
            stat: what the kernel says now.
            most_percent: what it can have used at most.
        """
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        if before is None:
            seconds, cpu_seconds = now - stat.start_ticks * _TICK_SECONDS, stat.cpu_seconds
        else:
            seconds, cpu_seconds = now - before.at, stat.cpu_seconds - before.cpu_seconds
        # Below a few ticks of the kernel's clock a share would be invented.
        percent = 100 * cpu_seconds / seconds if seconds >= 4 * _TICK_SECONDS else 0.0
        return cls(now, stat.cpu_seconds, round(min(percent, most_percent), 1))
