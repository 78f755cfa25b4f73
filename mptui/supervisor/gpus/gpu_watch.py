"""Records how busy the GPUs are, once a process of the program uses one.

Where the machine has none this costs one look for a file at the start. Where it has some, the open
files of the processes are looked at until one of them has a GPU open; only then is the process
started that asks the driver. Must not load the driver's module, nor wait for the driver.
"""

from __future__ import annotations

import itertools
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.events import GpusSampled, GpuUse
from mptui.supervisor.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event, GpuSample
    from mptui.supervisor.gpus.gpu_reader import GpuReading, PidUse
    from mptui.supervisor.gpus.reader_line import ReaderLine
    from mptui.supervisor.link.probe_records import WatchedRecord
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

POLL_SECONDS: Final = 1.0
POLL_BUDGET: Final = 0.002
"""The share of one core that looking for processes with a GPU may take."""
_LONGEST_PAUSE: Final = 15.0
_DRIVER_FILES: Final = ("/dev/nvidiactl", "/dev/dxg")
"""One of them is there where NVIDIA's driver is; the other one is of Windows' Linux."""
_GPU_FILE: Final = re.compile(r"/dev/(nvidia[0-9]+|dxg)")
_MOST_DESCRIPTORS: Final = 1024


def has_driver() -> bool:
    """Whether there may be a GPU in this machine."""
    return any(map(Path.exists, map(Path, _DRIVER_FILES)))


def has_gpu_open(pid: int) -> bool:
    """Whether a process has a GPU open; not, where that cannot be seen."""
    with suppress(OSError):
        descriptors = Path(f"/proc/{pid}/fd").iterdir()
        for path in itertools.islice(descriptors, _MOST_DESCRIPTORS):
            with suppress(OSError):
                if _GPU_FILE.fullmatch(str(path.readlink())):
                    return True
    return False


def start_reader() -> ReaderLine | None:
    """Start the process that asks the driver."""
    # Not at the top: nearly no run needs it.
    from mptui.supervisor.gpus import reader_line  # noqa: PLC0415

    return reader_line.start_reader()


class GpuWatch:
    """Watches the GPUs.

    Args:
        registry: knows the processes.
        record: takes each event.
        clock: seconds since the run began.
        start: starts the process that asks the driver.
        uses_gpu: whether the process with this pid has a GPU open.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        start: Callable[[], ReaderLine | None] = start_reader,
        uses_gpu: Callable[[int], bool] = has_gpu_open,
    ) -> None:
        self._registry = registry
        self._record = record
        self._clock = clock
        self._start = start
        self._uses_gpu = uses_gpu
        self._pace = Pace(clock, POLL_SECONDS, POLL_BUDGET, _LONGEST_PAUSE)
        self._reader: ReaderLine | None = None
        self._users: set[int] = set()
        """The numbers of the processes that have a GPU open."""
        self._gpus: dict[int, GpuSample] = {}
        """As they were recorded last."""
        self._uses: dict[int, list[GpuUse]] = {}

    def stop(self) -> None:
        """Never look for anything."""
        self._pace.stop()

    @property
    def next_poll(self) -> float:
        """When it is time to look again."""
        return self._pace.next_poll

    def on_record(self, record: WatchedRecord, process: WatchedProcess) -> None:
        """Ignore what processes report: the driver tells what they use."""

    def poll(self) -> None:
        """Look for a process with a GPU; then take what the reader has written."""
        with self._pace.poll():
            self._look_for_users()
            if self._reader is None and self._users:
                self._reader = self._start()
                if self._reader is None:
                    self._pace.stop()
                    return
            reading = self._reader.newest() if self._reader is not None else None
        if reading is not None:
            self._note(reading)
        if self._reader is not None and not self._reader.is_open:
            # The driver cannot be asked, or answers no more.
            self._note_loss()
            self._pace.stop()

    def on_exit(self, process: WatchedProcess) -> None:
        """Forget a process."""
        self._users.discard(process.number)
        self._uses.pop(process.number, None)

    def finish(self) -> None:
        """Let the reader end."""
        if self._reader is not None:
            self._reader.close()

    def _look_for_users(self) -> None:
        for process in self._registry.living:
            if process.number not in self._users and self._uses_gpu(process.pid):
                self._users.add(process.number)

    def _note(self, reading: GpuReading) -> None:
        """Record what is new."""
        gpus = {
            number: sample
            for number, sample in reading.gpus.items()
            if self._gpus.get(number) != sample
        }
        uses = self._uses_by_process(reading.uses)
        changed = {number: use for number, use in uses.items() if use != self._uses.get(number)}
        changed |= {number: [] for number in self._uses.keys() - uses.keys()}
        self._gpus |= gpus
        self._uses = uses
        if gpus or changed:
            self._record(GpusSampled(t=self._clock(), gpus=gpus, processes=changed))

    def _note_loss(self) -> None:
        """Record that what was recorded last is not known to be so any more."""
        gpus = {n: replace(sample, busy_percent=None) for n, sample in self._gpus.items()}
        if gpus:
            users: dict[int, list[GpuUse]] = {number: [] for number in self._uses}
            self._record(GpusSampled(t=self._clock(), gpus=gpus, processes=users))

    def _uses_by_process(self, uses: Iterable[PidUse]) -> dict[int, list[GpuUse]]:
        """What belongs to the program: in a container the driver may tell pids of outside."""
        numbers = {
            process.pid: process.number
            for process in self._registry.living
            if process.number in self._users
        }
        found: dict[int, list[GpuUse]] = {}
        for use in uses:
            number = numbers.get(use.pid)
            if number is not None:
                mine = GpuUse(use.gpu, use.memory_bytes, use.busy_percent)
                found.setdefault(number, []).append(mine)
        return found


def watch_gpus(
    registry: ProcessRegistry, record: Callable[[Event], None], clock: Callable[[], float]
) -> GpuWatch:
    """A watch that never looks for anything where there is no GPU in this machine."""
    watch = GpuWatch(registry, record, clock)
    if not has_driver():
        watch.stop()
    return watch
