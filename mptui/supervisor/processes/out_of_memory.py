"""Whether the kernel killed a process for want of memory: the cgroup's own count of such kills.

`memory.events` of cgroup v2 counts `oom_kill`; see the kernel's cgroup-v2 documentation. Where
there is no such file the answer is always no.
"""

from __future__ import annotations

from pathlib import Path


class OutOfMemoryCount:
    """Notices a rise of `oom_kill` in this process's cgroup."""

    def __init__(self) -> None:
        self._file = _memory_events()
        self._count = self._read()

    def has_risen(self) -> bool:
        """Whether there was such a kill since this was asked last."""
        before, self._count = self._count, self._read()
        return self._count > before

    def _read(self) -> int:
        try:
            for line in self._file.read_text().splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value)
        except (OSError, ValueError):
            pass
        return 0


def _memory_events() -> Path:
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        lines = []
    path = next((line[3:] for line in lines if line.startswith("0::")), "/")
    return Path("/sys/fs/cgroup") / path.lstrip("/") / "memory.events"
