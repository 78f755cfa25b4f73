"""Which cores there are: those that the program may run on, and on which NUMA node each is.

Core numbers are given only where they are the places in a sample of the machine: with a core
switched off they are not, and nothing is said.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from mptui.supervisor.samples.usable_cores import cores_of

SYSTEM: Final = Path("/sys/devices/system")


def allowed_cores(system: Path = SYSTEM, *, pid: int = 0) -> list[int] | None:
    """The cores that a child of a process may run on; None where these are all, or unknown.

    Args:
        system: where the kernel tells of the machine.
        pid: the process; 0: this one.
    """
    allowed, online = cores_of(pid), _online(system)
    return allowed if allowed and online and set(allowed) < set(online) else None


def numa_nodes(system: Path = SYSTEM) -> list[list[int]] | None:
    """The cores of each NUMA node that has some; None where there is one node, or unknown."""
    online = set(_online(system))
    nodes = []
    with suppress(OSError, ValueError):
        folders = (system / "node").glob("node[0-9]*")
        for folder in sorted(folders, key=lambda folder: int(folder.name.removeprefix("node"))):
            cores = [core for core in _listed((folder / "cpulist").read_text()) if core in online]
            if cores:
                nodes.append(cores)
    return nodes if len(nodes) > 1 else None


def _online(system: Path) -> list[int]:
    """The cores that are switched on, where none is off before the last one."""
    with suppress(OSError, ValueError):
        cores = _listed((system / "cpu" / "online").read_text())
        if cores == list(range(len(cores))) and len(cores) == os.cpu_count():
            return cores
    return []


def _listed(text: str) -> list[int]:
    """``0-2,5`` as the kernel writes it."""
    cores: list[int] = []
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        cores += range(int(first), int(last or first) + 1)
    return cores
