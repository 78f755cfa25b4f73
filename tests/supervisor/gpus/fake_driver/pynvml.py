"""Stands for NVIDIA's module at the border: two GPUs, of which the second one tells little."""

import os
from types import SimpleNamespace


class NVMLError(Exception):
    """The driver has no answer."""


def nvmlInit() -> None:  # noqa: N802 - as the driver's module has it
    if os.environ.get("FAKE_DRIVER") == "broken":
        raise NVMLError


def nvmlDeviceGetCount() -> int:  # noqa: N802
    return 2


def nvmlDeviceGetHandleByIndex(index: int) -> int:  # noqa: N802
    return index


def nvmlDeviceGetName(gpu: int) -> str | bytes:  # noqa: N802
    return b"NVIDIA H100" if gpu == 0 else "NVIDIA H100 MIG"


def nvmlDeviceGetUtilizationRates(gpu: int) -> SimpleNamespace:  # noqa: N802
    if gpu:
        raise NVMLError
    return SimpleNamespace(gpu=42, memory=7)


def nvmlDeviceGetMemoryInfo(gpu: int) -> SimpleNamespace:  # noqa: N802
    return SimpleNamespace(used=(3 + gpu) * 2**30, total=80 * 2**30, free=0)


def nvmlDeviceGetComputeRunningProcesses(gpu: int) -> list[SimpleNamespace]:  # noqa: N802
    mine = int(os.environ.get("FAKE_DRIVER_PID", "0"))
    return [
        SimpleNamespace(pid=mine, usedGpuMemory=2**30 if gpu == 0 else None),
        SimpleNamespace(pid=999_999_999, usedGpuMemory=2**30),
    ]


def nvmlDeviceGetProcessUtilization(gpu: int, since: int) -> list[SimpleNamespace]:  # noqa: N802
    if gpu:
        raise NVMLError
    mine = int(os.environ.get("FAKE_DRIVER_PID", "0"))
    return [
        SimpleNamespace(pid=mine, timeStamp=since + 2, smUtil=40),
        SimpleNamespace(pid=mine, timeStamp=since + 1, smUtil=90),
        SimpleNamespace(pid=0, timeStamp=0, smUtil=0),
    ]
