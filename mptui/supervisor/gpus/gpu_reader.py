"""The process that reads the GPUs for the supervisor: `python -m mptui.supervisor.gpus.gpu_reader`.

A process of its own, since the driver may take seconds to answer, or fail in C: neither may delay
the program's output. Its standard input is the supervisor's line to it: it writes a reading there
every second, and ends with it. It is started only where a process of the program uses a GPU.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from mptui.events import GpuSample

if TYPE_CHECKING:
    from collections.abc import Callable

PERIOD_SECONDS: Final = 1.0
_LONGEST_READING: Final = 30
"""Seconds after which a driver that does not answer is given up, and this process with it."""
_MICROSECONDS: Final = 1_000_000
_LOOKED_BACK_SECONDS: Final = 2.0
_MOST_GPUS: Final = 64
_T = TypeVar("_T")


class PidUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the process with this pid uses of a GPU; the pid is the driver's, maybe of a host."""

    pid: int
    gpu: int
    memory_bytes: int | None
    busy_percent: float | None


class GpuReading(msgspec.Struct, frozen=True):
    """All GPUs and who uses them, at one moment."""

    gpus: dict[int, GpuSample]
    uses: list[PidUse]


def read_gpus(nvml: Any) -> GpuReading:
    """Ask the driver; what it does not know is left out, or None.

    Args:
        nvml: the module `pynvml`, initialised.
    """
    gpus: dict[int, GpuSample] = {}
    uses: list[PidUse] = []
    for number in range(min(_asked(nvml, nvml.nvmlDeviceGetCount) or 0, _MOST_GPUS)):
        gpu = _asked(nvml, nvml.nvmlDeviceGetHandleByIndex, number)
        if gpu is None:
            continue
        name = _asked(nvml, nvml.nvmlDeviceGetName, gpu) or "GPU"
        rates = _asked(nvml, nvml.nvmlDeviceGetUtilizationRates, gpu)
        memory = _asked(nvml, nvml.nvmlDeviceGetMemoryInfo, gpu)
        gpus[number] = GpuSample(
            name.decode(errors="replace") if isinstance(name, bytes) else name,
            None if rates is None else float(rates.gpu),
            0 if memory is None else int(memory.used),
            0 if memory is None else int(memory.total),
        )
        uses += _uses_of(nvml, number, gpu)
    return GpuReading(gpus, uses)


def _uses_of(nvml: Any, number: int, gpu: Any) -> list[PidUse]:
    since = int((time.time() - _LOOKED_BACK_SECONDS) * _MICROSECONDS)
    samples = _asked(nvml, nvml.nvmlDeviceGetProcessUtilization, gpu, since)
    # Without samples of any process nothing ran, or the driver cannot tell: that is not known.
    busy = {one.pid: (one.timeStamp, float(one.smUtil)) for one in _in_order(samples or [])}
    running = _asked(nvml, nvml.nvmlDeviceGetComputeRunningProcesses, gpu) or []
    return [
        PidUse(
            one.pid,
            number,
            one.usedGpuMemory,
            busy.get(one.pid, (0, 0.0))[1] if busy else None,
        )
        for one in running
    ]


def _in_order(samples: list[Any]) -> list[Any]:
    """The samples of processes, the newest last; empty places of the driver's table left out."""
    return sorted((one for one in samples if one.pid), key=lambda one: int(one.timeStamp))


def _asked(nvml: Any, ask: Callable[..., _T], *what: Any) -> _T | None:
    """The driver's answer; None where it has none."""
    try:
        return ask(*what)
    except nvml.NVMLError:
        return None


def main() -> None:
    """Write a reading every second until the supervisor has gone."""
    line = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_LONGEST_READING)
    nvml = importlib.import_module("pynvml")
    nvml.nvmlInit()
    with suppress(OSError):
        while True:
            line.sendall(msgspec.json.encode(read_gpus(nvml)) + b"\n")
            signal.alarm(0)
            if select.select([line], [], [], PERIOD_SECONDS)[0]:
                return  # Nothing is ever sent here: the supervisor has gone.
            signal.alarm(_LONGEST_READING)


if __name__ == "__main__":
    main()
