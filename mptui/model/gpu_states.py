"""The GPUs as last sampled, and which process of the program uses what of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.model.plausible import kept_text, possible_count

if TYPE_CHECKING:
    from collections.abc import Container

    from mptui.events import GpuSample, GpusSampled, GpuUse

GPUS_KEPT: Final = 64


class GpuStates:
    """Empty for a program that uses none, or that nobody watched for it."""

    def __init__(self) -> None:
        self.of_number: dict[int, GpuSample] = {}
        """In the order of their numbers. Their names are not safe to show."""
        self.of_process: dict[int, tuple[GpuUse, ...]] = {}
        """What each living process uses, of the GPUs that it uses; none without one."""
        self.changes = 0
        """Counts changes: as long as it stays, so does everything here."""

    def __bool__(self) -> bool:
        return bool(self.of_number)

    def sample(self, event: GpusSampled, alive: Container[int]) -> None:
        """The GPUs were sampled."""
        known = self.of_number | {gpu: _possible(sample) for gpu, sample in event.gpus.items()}
        self.of_number = dict(sorted(known.items())[:GPUS_KEPT])
        for process, uses in event.processes.items():
            self.of_process.pop(process, None)
            if process in alive and uses:
                self.of_process[process] = tuple(map(_possible_use, uses[:GPUS_KEPT]))
        self.changes += 1

    def close(self, process: int) -> None:
        """A process ended."""
        if self.of_process.pop(process, None):
            self.changes += 1

    def busy_percent(self, process: int) -> float | None:
        """How busy the process keeps its GPUs, added up; None: not known."""
        shares = [use.busy_percent for use in self.of_process.get(process, ())]
        known = [share for share in shares if share is not None]
        return sum(known) if known else None

    def memory_bytes(self, process: int) -> int | None:
        """What it occupies on all of them; None: not known."""
        sizes = [use.memory_bytes for use in self.of_process.get(process, ())]
        known = [size for size in sizes if size is not None]
        return sum(known) if known else None


def _possible(sample: GpuSample) -> GpuSample:
    return replace(
        sample,
        name=kept_text(sample.name),
        busy_percent=_possible_percent(sample.busy_percent),
        used_bytes=possible_count(sample.used_bytes),
        total_bytes=possible_count(sample.total_bytes),
    )


def _possible_use(use: GpuUse) -> GpuUse:
    size = use.memory_bytes
    return replace(
        use,
        busy_percent=_possible_percent(use.busy_percent),
        memory_bytes=None if size is None else possible_count(size),
    )


def _possible_percent(percent: float | None) -> float | None:
    """At most 100; None where it is no share."""
    return min(percent, 100.0) if percent is not None and percent >= 0.0 else None
