"""How many cores the program may use, and how often its CPU limit keeps it from running.

The cores that a machine has say little: an affinity (`taskset`), a cpuset and the CPU limit of a
control group (`docker run --cpus 1.5`, a pod's limit) leave fewer. The kernel's files are read, of
both versions of control groups; where they cannot be read, no limit is known.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LEVELS: Final = 32


class CpuLimit(NamedTuple):
    """The CPU limit of one control group."""

    cores: float
    """Seconds of a core that it may use in a second."""
    statistics: Path
    """Where the kernel counts the periods, and those in which it kept the group from running."""


def cores_of(pid: int) -> list[int]:
    """The cores that this process may run on (0: this one); empty where that is not known."""
    try:
        return sorted(os.sched_getaffinity(pid))
    except OSError:
        return []


def usable_cores(limit: CpuLimit | None = None) -> float:
    """How many cores a child of this process may use."""
    count = float(len(cores_of(0)) or os.cpu_count() or 1)
    limit = limit or smallest_limit()
    return count if limit is None else min(count, round(limit.cores, 2))


def smallest_limit() -> CpuLimit | None:
    """The smallest CPU limit of the control groups around this process; None without any."""
    limits = [limit for folder in _group_folders() if (limit := limit_in(folder)) is not None]
    return min(limits, key=lambda limit: limit.cores, default=None)


def limit_in(folder: Path) -> CpuLimit | None:
    """The CPU limit that is set in this folder of a control group, if any."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text()
        if quota not in ("max", "-1"):
            return CpuLimit(int(quota) / int(period), folder / "cpu.stat")
    return None


class Throttling:
    """Counts the periods in which the CPU limit kept the program from running."""

    def __init__(self, limit: CpuLimit | None = None) -> None:
        self._limit = limit or smallest_limit()
        self._before = self._read()

    def percent(self) -> float:
        """In how many percent of the periods since it was last asked; 0 without a limit."""
        if self._limit is None:
            return 0.0
        (periods, throttled), now = self._before, self._read()
        self._before = now
        passed = now[0] - periods
        return round(min(100.0 * (now[1] - throttled) / passed, 100.0), 1) if passed > 0 else 0.0

    def _read(self) -> tuple[int, int]:
        counts = {"nr_periods": 0, "nr_throttled": 0}
        if self._limit is not None:
            with suppress(OSError, ValueError):
                for line in self._limit.statistics.read_text().splitlines():
                    name, _, count = line.partition(" ")
                    if name in counts:
                        counts[name] = int(count)
        return counts["nr_periods"], counts["nr_throttled"]


def _group_folders() -> Iterator[Path]:
    """The folders of the control groups around this process that may limit its CPU time."""
    with suppress(OSError, ValueError, IndexError):
        groups = _own_groups(Path("/proc/self/cgroup").read_text())
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            before, _, after = line.partition(" - ")
            kind, _, options = after.split()[:3]
            controllers = set(options.split(",")) if kind == "cgroup" else {""}
            if kind in ("cgroup", "cgroup2") and controllers & groups.keys() & {"cpu", ""}:
                root, point = before.split()[3:5]
                name = "cpu" if kind == "cgroup" else ""
                yield from _upwards(Path(point), groups[name], root)


def _own_groups(text: str) -> dict[str, str]:
    """The group of this process by its controller; "" stands for version 2, which has them all."""
    groups = {}
    for line in text.splitlines():
        _, controllers, group = line.split(":", 2)
        for controller in controllers.split(","):
            groups[controller] = group
    return groups


def _upwards(point: Path, group: str, root: str) -> Iterator[Path]:
    """The folder of a group and those around it, as far as they can be seen from here."""
    inside = os.path.relpath(group, root) if group.startswith(root) else "."
    folder = point / inside
    for _ in range(_MOST_LEVELS):
        yield folder
        if folder == point or point not in folder.parents:
            return
        folder = folder.parent
