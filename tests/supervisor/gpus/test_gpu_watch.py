"""What is recorded of GPUs, and that nothing is done for it where there is none."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from mptui.events import Event, GpuSample, GpusSampled, GpuUse
from mptui.supervisor.gpus import gpu_watch
from mptui.supervisor.gpus.gpu_reader import GpuReading, PidUse
from mptui.supervisor.gpus.gpu_watch import GpuWatch, has_gpu_open, watch_gpus

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BUSY = GpuSample("GPU", 90.0, 10, 80)
IDLE = GpuSample("GPU", 0.0, 1, 80)


class Reader:
    """Stands for the line to the reader."""

    def __init__(self) -> None:
        self.readings: list[GpuReading] = []
        self.is_open = True
        self.starts = 0

    def start(self) -> Any:
        self.starts += 1
        return self

    def newest(self) -> GpuReading | None:
        return self.readings.pop() if self.readings else None

    def close(self) -> None:
        self.is_open = False


class Bench:
    """A watch of two processes, pids 100 and 101; those in `users` have a GPU open."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.users: set[int] = set()
        self.living = [SimpleNamespace(number=n, pid=100 + n) for n in range(2)]
        self.events: list[Event] = []
        registry = cast("Any", SimpleNamespace(living=self.living))
        self.watch = GpuWatch(
            registry, self.events.append, lambda: 1.0, self.reader.start, self.users.__contains__
        )

    def read(self, gpus: dict[int, GpuSample], *uses: PidUse) -> list[GpusSampled]:
        """What is recorded of this reading."""
        self.reader.readings = [GpuReading(gpus, list(uses))]
        before = len(self.events)
        self.watch.poll()
        return cast("list[GpusSampled]", self.events[before:])


def test_as_long_as_no_process_has_a_gpu_open_no_reader_is_started() -> None:
    bench = Bench()
    bench.watch.poll()
    assert bench.reader.starts == 0
    bench.users.add(101)
    bench.watch.poll()
    bench.watch.poll()
    assert bench.reader.starts == 1
    assert bench.events == []
    assert bench.watch.next_poll < math.inf


def test_what_changed_is_recorded_for_the_processes_of_the_program_alone() -> None:
    bench = Bench()
    bench.users.add(101)
    # Pid 100 has no GPU open: in a container the driver may tell the pid of another process.
    others = (PidUse(100, 0, 5, 1.0), PidUse(7, 0, 5, 1.0))
    (first,) = bench.read({0: BUSY, 1: IDLE}, PidUse(101, 0, 9, 80.0), *others)
    assert first.gpus == {0: BUSY, 1: IDLE}
    assert first.processes == {1: [GpuUse(0, 9, 80.0)]}
    assert bench.read({0: BUSY, 1: IDLE}, PidUse(101, 0, 9, 80.0), *others) == []
    (second,) = bench.read({0: IDLE, 1: IDLE})
    assert (second.gpus, second.processes) == ({0: IDLE}, {1: []})


def test_process_that_ended_is_forgotten_without_a_word() -> None:
    bench = Bench()
    bench.users.add(101)
    bench.read({0: BUSY}, PidUse(101, 0, 9, 80.0))
    bench.watch.on_exit(cast("Any", bench.living.pop()))
    assert bench.read({0: BUSY}) == []


def test_reader_that_ends_leaves_nothing_that_looks_as_if_it_were_of_now() -> None:
    bench = Bench()
    bench.users.add(101)
    bench.read({0: BUSY}, PidUse(101, 0, 9, 80.0))
    bench.reader.is_open = False
    bench.watch.poll()
    last = bench.events[-1]
    assert isinstance(last, GpusSampled)
    assert last.gpus[0].busy_percent is None
    assert last.processes == {1: []}
    assert bench.watch.next_poll == math.inf


def test_end_of_the_run_ends_the_reader() -> None:
    bench = Bench()
    bench.watch.finish()
    bench.users.add(100)
    bench.watch.poll()
    bench.watch.finish()
    assert not bench.reader.is_open


def test_without_a_driver_nothing_is_ever_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gpu_watch, "_DRIVER_FILES", (str(tmp_path / "nvidiactl"),))
    registry = cast("Any", SimpleNamespace(living=[]))
    assert watch_gpus(registry, lambda _: None, lambda: 0.0).next_poll == math.inf
    (tmp_path / "nvidiactl").touch()
    assert watch_gpus(registry, lambda _: None, lambda: 0.0).next_poll < math.inf


def test_process_with_a_gpu_open_is_known_by_its_descriptor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not has_gpu_open(os.getpid())
    assert not has_gpu_open(2**30)
    gpu = tmp_path / "nvidia0"
    gpu.touch()
    monkeypatch.setattr(gpu_watch, "_GPU_FILE", re.compile(f"{tmp_path}/nvidia[0-9]+"))
    with gpu.open():
        assert has_gpu_open(os.getpid())
    assert not has_gpu_open(os.getpid())


def test_supervisor_loads_nothing_of_it_at_its_start() -> None:
    code = (
        "import sys, mptui.supervisor.supervisor; print([name for name in sys.modules if "
        "name in ('pynvml', 'mptui.supervisor.gpus.reader_line', "
        "'mptui.supervisor.gpus.gpu_reader', 'ctypes')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
