"""Samples the threads of the processes that have several.

Of each thread one kept-open `/proc/PID/task/TID/stat` is read again, as the sampler does it for
processes; the probe tells the names that the program gave, else the kernel's are good enough. A
process with a crowd of threads is told of by the first of them, and by the count in its samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events
from mptui.events import ThreadSample
from mptui.supervisor.link.probe_records import ThreadNamed
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import KeptFiles
from mptui.supervisor.pace import Pace
from mptui.supervisor.samples.cpu_use import CpuUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry, WatchedProcess

LOOK_SECONDS: Final = 0.5
LOOK_BUDGET: Final = 0.01
"""The share of one core that looking at threads may take."""
MOST_THREADS: Final = 64
"""How many threads of a process are looked at."""
_MOST_NAMES: Final = 256
_LINKS_OF_EMPTY_FOLDER: Final = 2


class _Look(NamedTuple):
    use: CpuUse
    sample: ThreadSample


@dataclass(slots=True)
class _Threads:
    """What is known of the threads of one process, by native id."""

    looks: dict[int, _Look] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


class ThreadWatch:
    """Watches threads.

    Args:
        registry: knows the processes.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._record = record
        self._clock = clock
        self._files = KeptFiles()
        self._pace = Pace(clock, LOOK_SECONDS, LOOK_BUDGET)
        self._threads: dict[int, _Threads] = {}

    @property
    def next_look(self) -> float:
        """When it is time to look again."""
        return self._pace.next_look

    def take(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Remember the name of a thread."""
        if isinstance(record, ThreadNamed):
            names = self._threads.setdefault(process.number, _Threads()).names
            names.pop(record.thread, None)
            names[record.thread] = record.name
            if len(names) > _MOST_NAMES:
                del names[next(iter(names))]

    def look(self) -> None:
        """Look at the threads of every process that has, or had, several."""
        with self._pace.look():
            for process in self._registry.living:
                threads = self._threads.get(process.number)
                if (threads is not None and threads.looks) or _has_several(process.pid):
                    threads = self._threads.setdefault(process.number, _Threads())
                    self._sample(process, threads)

    def let_go(self, process: WatchedProcess) -> None:
        """A process has ended, and all its threads with it."""
        self._files.let_go(process.number)
        self._threads.pop(process.number, None)

    def finish(self) -> None:
        """The run is over; there is nothing to add."""

    def _sample(self, process: WatchedProcess, threads: _Threads) -> None:
        """Record what changed among the threads of a process since the last look."""
        changed: dict[int, ThreadSample] = {}
        looks: dict[int, _Look] = {}
        for thread in _threads_of(process.pid):
            before = threads.looks.get(thread)
            look = self._look_at(process, thread, before, threads.names.get(thread))
            if look is not None:
                looks[thread] = look
                if before is None or before.sample != look.sample:
                    changed[thread] = look.sample
        ended = [thread for thread in threads.looks if thread not in looks]
        for thread in ended:
            self._files.close(process.number, _stat_path(process.pid, thread))
            threads.names.pop(thread, None)
        threads.looks = looks
        if changed or ended:
            self._record(
                events.ThreadsSampled(
                    t=self._clock(), process=process.number, threads=changed, ended=ended
                )
            )

    def _look_at(
        self, process: WatchedProcess, thread: int, before: _Look | None, name: str | None
    ) -> _Look | None:
        try:
            line = self._files.read(process.number, _stat_path(process.pid, thread))
            stat = kernel.parse_stat(line)
        except (OSError, ValueError, IndexError):
            return None
        use = CpuUse.since(before.use if before else None, stat, 100.0)
        if name is None and process.instrumented and thread == process.pid:
            name = "MainThread"
        sample = ThreadSample(
            name=name or _name_in(line),
            cpu_percent=use.percent,
            core=stat.core,
            state=stat.state,
        )
        return _Look(use, sample)


def _stat_path(pid: int, thread: int) -> str:
    return f"/proc/{pid}/task/{thread}/stat"


def _name_in(line: bytes) -> str:
    """The kernel's short name of a thread, from its line of `stat`."""
    return line[line.index(b"(") + 1 : line.rindex(b")")].decode(errors="backslashreplace")


def _has_several(pid: int) -> bool:
    """Whether a process has more than one thread: each is a folder, linked from this one."""
    try:
        return Path(f"/proc/{pid}/task").stat().st_nlink > _LINKS_OF_EMPTY_FOLDER + 1
    except OSError:
        return False


def _threads_of(pid: int) -> list[int]:
    """The native ids of the threads to look at, the main one first, then the oldest."""
    try:
        threads = [int(folder.name) for folder in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return sorted(threads, key=lambda thread: (thread != pid, thread))[:MOST_THREADS]
