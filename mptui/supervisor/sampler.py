"""Looks at cores and processes, often enough for a person and cheaply enough for the program.

The cores come from psutil. Of each process one kept-open `/proc/PID/stat` is read again: a tenth of
what psutil costs for many processes (4 microseconds a process). When to look is for the caller.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.events import ProcessSample, Sampled
from mptui.supervisor import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.supervisor.processes import WatchedProcess

_TICK_SECONDS: Final = 1 / os.sysconf("SC_CLK_TCK")
_STAT_BYTES: Final = 1024


class _Look(NamedTuple):
    at: float
    cpu_seconds: float
    sample: ProcessSample


class Sampler:
    """Takes samples; `forget` lets go of what it keeps open for a process."""

    def __init__(self) -> None:
        self._stat_files: dict[int, int] = {}
        self._looks: dict[int, _Look] = {}
        self._has_baseline = False

    def sample(self, t: float, processes: Iterable[WatchedProcess]) -> Sampled:
        """One look at the cores and at these processes; only what changed is in it."""
        changed: dict[int, ProcessSample] = {}
        for process in processes:
            before = self._looks.get(process.number)
            look = self._look(process, before)
            if look is not None:
                self._looks[process.number] = look
                if before is None or before.sample != look.sample:
                    changed[process.number] = look.sample
        return Sampled(t=t, cores=self._core_percents(), processes=changed)

    def forget(self, process: WatchedProcess) -> None:
        """Let go of a process that ended."""
        self._looks.pop(process.number, None)
        descriptor = self._stat_files.pop(process.number, None)
        if descriptor is not None:
            os.close(descriptor)

    def _core_percents(self) -> list[float]:
        """The load of each core since the last look; at the first look none yet."""
        try:
            # Not at the top: it takes 38 ms, which a program that ends before is spared.
            import psutil  # noqa: PLC0415

            percents = psutil.cpu_percent(percpu=True)
        except (OSError, ImportError):
            # No descriptor is free: this look goes without the cores.
            return []
        if not self._has_baseline:
            self._has_baseline = True
            return []
        return percents

    def _look(self, process: WatchedProcess, before: _Look | None) -> _Look | None:
        stat = self._read(process)
        if stat is None:
            return None
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        if before is None:
            # The first look tells the average since the process was made.
            seconds, cpu_seconds = now - stat.start_ticks * _TICK_SECONDS, stat.cpu_seconds
        else:
            seconds, cpu_seconds = now - before.at, stat.cpu_seconds - before.cpu_seconds
        # Below a few ticks of the kernel's clock a share would be invented.
        percent = 100 * cpu_seconds / seconds if seconds >= 4 * _TICK_SECONDS else 0.0
        sample = ProcessSample(
            cpu_percent=round(min(percent, 100.0 * stat.threads), 1),
            rss_bytes=stat.rss_bytes,
            core=stat.core,
            state=stat.state,
            threads=stat.threads,
        )
        return _Look(now, stat.cpu_seconds, sample)

    def _read(self, process: WatchedProcess) -> kernel.ProcessStat | None:
        try:
            descriptor = self._stat_files.get(process.number)
            if descriptor is None:
                descriptor = os.open(f"/proc/{process.pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
                self._stat_files[process.number] = descriptor
            return kernel.parse_stat(os.pread(descriptor, _STAT_BYTES, 0))
        except (OSError, ValueError, IndexError):
            # It has ended, or no descriptor is free: this look goes without it.
            return None
