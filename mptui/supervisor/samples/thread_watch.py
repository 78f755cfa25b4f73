"""Samples the threads of the processes that have several.

Of each thread one kept-open `/proc/PID/task/TID/stat` is read again, as the sampler does it for
processes. The probe reports the names that the program gave; without one, the kernel's name is good
enough. Of a process with very many threads only the first are sampled; its samples have the count.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from mptui import events
from mptui.events import ThreadSample
from mptui.supervisor.link.probe_records import ThreadNamed
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.pace import Pace
from mptui.supervisor.samples.core_accounts import (
    account_in,
    close_thread,
    is_counted,
    read_trace,
)
from mptui.supervisor.samples.cpu_use import CpuUse, since_boot

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

POLL_SECONDS: Final = 0.5
POLL_BUDGET: Final = 0.01
"""The share of one core that sampling threads may take."""
MOST_THREADS: Final = 64
"""How many threads of a process are sampled."""
_MOST_NAMES: Final = 256
_LINKS_OF_EMPTY_FOLDER: Final = 2


class _Seen(NamedTuple):
    """What was read of a thread."""

    trace: bytes
    """What changes as soon as it runs."""
    use: CpuUse
    sample: ThreadSample

    @property
    def is_settled(self) -> bool:
        """Whether the next sample is the same, if the thread does not run."""
        return self.use.is_none and self.sample.state != "R"


@dataclass(slots=True)
class _Threads:
    """What is known of the threads of one process, by native id."""

    seen: dict[int, _Seen] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


class ThreadWatch:
    """Watches threads.

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
        self._files = ProcFiles()
        self._pace = Pace(clock, seconds, POLL_BUDGET)
        self._threads: dict[int, _Threads] = {}

    @property
    def next_poll(self) -> float:
        """When it is time to sample again."""
        return self._pace.next_poll

    def name_of(self, process: WatchedProcess, thread: int) -> str | None:
        """The name that the program gave to a thread; None where that is not known."""
        known = self._threads.get(process.number)
        if known is not None and thread in known.names:
            return known.names[thread]
        return "MainThread" if process.instrumented and thread == process.pid else None

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Remember the name of a thread."""
        if isinstance(record, ThreadNamed):
            names = self._threads.setdefault(process.number, _Threads()).names
            names.pop(record.thread, None)
            names[record.thread] = record.name
            if len(names) > _MOST_NAMES:
                del names[next(iter(names))]

    def poll(self) -> None:
        """Sample the threads of every process that has, or had, several."""
        with self._pace.poll():
            for process in self._registry.living:
                threads = self._threads.get(process.number)
                has_had_several = threads is not None and threads.seen
                if has_had_several or (process.threads != 1 and _has_several(process)):
                    threads = self._threads.setdefault(process.number, _Threads())
                    self._sample(process, threads)

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget the threads of a process: they ended with it."""
        self._files.close(process.number)
        self._threads.pop(process.number, None)

    def finish(self) -> None:
        """Do nothing: what is left of the program is not sampled any more."""

    def _sample(self, process: WatchedProcess, threads: _Threads) -> None:
        """Record what changed among the threads of a process since its last sample."""
        changed: dict[int, ThreadSample] = {}
        seen: dict[int, _Seen] = {}
        for thread in _threads_of(process.pid):
            before = threads.seen.get(thread)
            found = self._sample_thread(process, thread, before)
            if found is not None:
                seen[thread] = found
                if before is None or before.sample != found.sample:
                    changed[thread] = found.sample
        ended = [thread for thread in threads.seen if thread not in seen]
        for thread in ended:
            self._files.close_one(process.number, _stat_path(process.pid, thread))
            close_thread(self._files, process.number, process.pid, thread)
            threads.names.pop(thread, None)
        threads.seen = seen
        if changed or ended:
            self._record(
                events.ThreadsSampled(
                    t=self._clock(), process=process.number, threads=changed, ended=ended
                )
            )

    def _sample_thread(
        self, process: WatchedProcess, thread: int, before: _Seen | None
    ) -> _Seen | None:
        trace = read_trace(self._files, process.number, process.pid, thread)
        if before and is_counted(trace) and before.trace == trace and before.is_settled:
            # It has not run since, and of what it uses later nothing was used by now.
            use = before.use.unchanged_at(since_boot())
            return before._replace(use=use, sample=self._renamed(process, thread, before.sample))
        try:
            line = self._files.read(process.number, _stat_path(process.pid, thread))
            stat = kernel.parse_stat(line)
        except (OSError, ValueError, IndexError):
            return None
        use = CpuUse.since(before.use if before else None, stat, account_in(trace), 100.0)
        sample = ThreadSample(
            name=self.name_of(process, thread) or _name_in(line),
            cpu_percent=use.percent,
            core=stat.core,
            state=stat.state,
            ready_percent=use.ready_percent,
        )
        return _Seen(trace, use, sample)

    def _renamed(self, process: WatchedProcess, thread: int, sample: ThreadSample) -> ThreadSample:
        """The sample of a thread that may have got its name from another one meanwhile."""
        name = self.name_of(process, thread)
        return sample if name in (None, sample.name) else replace(sample, name=name)


def _stat_path(pid: int, thread: int) -> str:
    return f"/proc/{pid}/task/{thread}/stat"


def _name_in(line: bytes) -> str:
    """The kernel's short name of a thread, from its line of `stat`."""
    return line[line.index(b"(") + 1 : line.rindex(b")")].decode(errors="backslashreplace")


def _has_several(process: WatchedProcess) -> bool:
    """Whether a process has more than one thread: each is a folder, linked from this one."""
    if process.threads is not None:
        return process.threads > 1
    try:
        return Path(f"/proc/{process.pid}/task").stat().st_nlink > _LINKS_OF_EMPTY_FOLDER + 1
    except OSError:
        return False


def _threads_of(pid: int) -> list[int]:
    """The native ids of the threads to sample, the main one first, then the oldest."""
    try:
        # Not by `Path`, which takes longer than what is done.
        threads = [int(name) for name in os.listdir(f"/proc/{pid}/task")]  # noqa: PTH208
    except OSError:
        return []
    return sorted(threads, key=lambda thread: (thread != pid, thread))[:MOST_THREADS]
