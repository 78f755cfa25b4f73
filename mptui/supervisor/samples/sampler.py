"""Samples cores and processes, often enough for a person and cheaply enough for the program.

Of each process one kept-open `/proc/PID/stat` is read again: a tenth of what psutil costs for many
processes (4 microseconds a process), and the kernel's account of each of its threads; of one that
has not run since its last sample nothing is read, but for one look every few seconds. The cores
come from psutil, which knows what each kernel counts as idle, and how other systems tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mptui.events import CoreSeconds, ProcessChanged, ProcessSample, Sampled
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.pace import Pace
from mptui.supervisor.samples.core_accounts import CoreAccounts
from mptui.supervisor.samples.cpu_use import CpuUse, since_boot
from mptui.supervisor.samples.usable_cores import Throttling, cores_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.linux.kernel import ProcessStat
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

POLL_SECONDS: Final = 0.5
POLL_BUDGET: Final = 0.01
"""The share of one core that sampling may take."""
FIRST_POLLS_SECONDS: Final = (0.15, 0.2)
"""Sooner at first: loads are differences, so the first sample has none."""
_CROWDED_PERCENT: Final = 20.0
"""Who was ready without a core for longer is asked which cores it may run on."""


_STILL_SECONDS: Final = 5.0
"""A process that does not run is looked at again after this time: its memory may be taken away."""
_THREADS_SECONDS: Final = 1.0
"""The same where other threads than the main one may run, too short for the clock of `stat`."""


@dataclass(slots=True)
class _Seen:
    """What was read of a process."""

    line: bytes
    stat: ProcessStat
    use: CpuUse
    sample: ProcessSample
    account: CoreSeconds | None
    """As it is recorded."""
    read_at: float
    """When it was read, in seconds since the run began."""
    is_settled: bool
    """Whether the next sample is the same, if the process does not run."""
    still_at: float = 0.0
    """Until when it was seen to use nothing more; 0 where that was not looked at."""


class Sampler:
    """Samples all cores, and each process that is alive.

    Args:
        registry: knows the processes.
        record: takes each event.
        clock: seconds since the run began.
        seconds: the time between two samples.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        seconds: float = POLL_SECONDS,
    ) -> None:
        self._registry = registry
        self._record = record
        self._clock = clock
        self._pace = Pace(clock, seconds, POLL_BUDGET, first_seconds=FIRST_POLLS_SECONDS)
        self._files = ProcFiles()
        self._accounts = CoreAccounts(self._files)
        self._throttling = Throttling()
        self._own_cores = cores_of(0)
        self._cores: dict[int, list[int]] = {}
        """What was recorded of the cores that processes may run on."""
        self._seen: dict[int, _Seen] = {}
        """The last sample of each process, by its number."""
        self._read_cores: Callable[[], list[float]] | None = None

    @property
    def next_poll(self) -> float:
        """When it is time for the next sample."""
        return self._pace.next_poll

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what processes report: the kernel tells what they use."""

    def poll(self) -> None:
        """Sample the cores, and the processes: those whose sample changed are recorded."""
        read_cores = self._read_cores or self._start_reading_cores()
        with self._pace.poll():
            changed: dict[int, ProcessSample] = {}
            accounts: dict[int, CoreSeconds] = {}
            now = self._clock()
            for process in self._registry.living:
                before = self._seen.get(process.number)
                if before is not None and self._is_unchanged(process, before, now):
                    continue
                seen = self._sample(process, before)
                if seen is not None:
                    self._seen[process.number] = seen
                    if before is None or before.sample != seen.sample:
                        changed[process.number] = seen.sample
                    if seen.account is not None and (
                        before is None or before.account != seen.account
                    ):
                        accounts[process.number] = seen.account
                    if seen.sample.ready_percent >= _CROWDED_PERCENT:
                        self._note_cores(process)
            self._record(
                Sampled(
                    t=self._clock(),
                    cores=read_cores(),
                    processes=changed,
                    core_seconds=accounts,
                    throttled_percent=self._throttling.percent() or None,
                )
            )

    def look_again(self, process: WatchedProcess) -> None:
        """Read the account of a process that has just ended, if it is still kept by the kernel."""
        seen = self._sample(process, self._seen.get(process.number))
        if seen is not None:
            self._seen[process.number] = seen

    def account_of(self, process: WatchedProcess) -> CoreSeconds | None:
        """What the kernel had accounted to a process when last read."""
        seen = self._seen.get(process.number)
        return seen.account if seen is not None else None

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process."""
        self._seen.pop(process.number, None)
        self._cores.pop(process.number, None)
        self._accounts.forget(process.number)
        self._files.close(process.number)

    def finish(self) -> None:
        """Do nothing: nothing of the program is left to sample."""

    def _start_reading_cores(self) -> Callable[[], list[float]]:
        """Read the cores for the first time; the loads are known from the second time on."""
        try:
            # Not at the top: it takes 38 ms, which a program that ends before is spared.
            import psutil  # noqa: PLC0415

            psutil.cpu_percent(percpu=True)
        except (OSError, ImportError):
            # No descriptor is free: this sample goes without the cores.
            return list

        def read_cores() -> list[float]:
            try:
                return psutil.cpu_percent(percpu=True)
            except OSError:
                return []

        self._read_cores = read_cores
        return list

    def _is_unchanged(self, process: WatchedProcess, before: _Seen, now: float) -> bool:
        """Whether a sample would say the same again, without reading more than is needed."""
        if not before.is_settled:
            return False
        if process.threads == 1 and process.active_at < before.read_at:
            before.still_at = process.still_at
            if now - before.read_at >= _STILL_SECONDS:
                if self._read(process) != before.line:
                    return False
                before.read_at = now
            return True
        if process.threads == 1 or now - before.read_at >= _THREADS_SECONDS:
            return False
        return self._read(process) == before.line

    def _read(self, process: WatchedProcess) -> bytes | None:
        try:
            return self._files.read(process.number, f"/proc/{process.pid}/stat")
        except OSError:
            # It has ended, or no descriptor is free.
            return None

    def _sample(self, process: WatchedProcess, before: _Seen | None) -> _Seen | None:
        line = self._read(process)
        if line is None:
            return None
        now = self._clock()
        try:
            is_known = before is not None and before.line == line
            stat = before.stat if before is not None and is_known else kernel.parse_stat(line)
        except (ValueError, IndexError):
            return None
        process.threads = stat.threads
        account = self._accounts.read(process.number, process.pid, stat)
        used = None if before is None else self._used_until_now(before, now)
        use = CpuUse.since(used, stat, account, 100.0 * stat.threads)
        sample = ProcessSample(
            cpu_percent=use.percent,
            rss_bytes=stat.rss_bytes,
            core=stat.core,
            state=stat.state,
            threads=stat.threads,
            ready_percent=use.ready_percent,
        )
        if account is not None:
            account = CoreSeconds(round(account.on_core, 4), round(account.ready, 4))
        is_settled = use.is_none and stat.state != "R"
        return _Seen(line, stat, use, sample, account, now, is_settled)

    @staticmethod
    def _used_until_now(before: _Seen, now: float) -> CpuUse:
        """What had been used when the process was last seen to sleep on."""
        if not before.still_at:
            return before.use
        return before.use.unchanged_at(since_boot() - (now - before.still_at))

    def _note_cores(self, process: WatchedProcess) -> None:
        """Record on which cores it may run, where that is news."""
        cores = cores_of(process.pid)
        if cores and cores != self._cores.get(process.number, self._own_cores):
            self._cores[process.number] = cores
            self._record(ProcessChanged(t=self._clock(), process=process.number, cores=cores))
