"""Looks at cores and processes, often enough for a person and cheaply enough for the program.

The cores come from psutil. Of each process one kept-open `/proc/PID/stat` is read again: a tenth of
what psutil costs for many processes (4 microseconds a process). When to look is for the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.events import ProcessSample, Sampled
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import KeptFiles
from mptui.supervisor.samples.cpu_use import CpuUse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.supervisor.processes.registry import WatchedProcess


class _Look(NamedTuple):
    use: CpuUse
    sample: ProcessSample


class Sampler:
    """Takes samples; `forget` lets go of what it keeps open for a process."""

    def __init__(self) -> None:
        self._files = KeptFiles()
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
        self._files.let_go(process.number)

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
        try:
            line = self._files.read(process.number, f"/proc/{process.pid}/stat")
            stat = kernel.parse_stat(line)
        except (OSError, ValueError, IndexError):
            # It has ended, or no descriptor is free: this look goes without it.
            return None
        use = CpuUse.since(before.use if before else None, stat, 100.0 * stat.threads)
        sample = ProcessSample(
            cpu_percent=use.percent,
            rss_bytes=stat.rss_bytes,
            core=stat.core,
            state=stat.state,
            threads=stat.threads,
        )
        return _Look(use, sample)
