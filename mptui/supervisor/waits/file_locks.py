"""Locks on files: which one a process waits for, and who holds it.

The kernel lists them in `/proc/locks`, with those that wait below the one that is in their way; see
proc_locks(5). Who took a lock may have ended since and left the open file to others, such as its
children: they are found by their descriptors. Only the names of files are read, never a file.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.linux import open_files
from mptui.supervisor.waits.semaphores import Holders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

_MOST_KNOWN: Final = 1024
"""Beyond them the file that was of no interest for longest is forgotten."""
_MOST_DESCRIPTORS: Final = 256
_MOST_BYTES: Final = 256 * 1024
_IDENTITY: Final = re.compile(rb"^(?:mnt_id|ino):\s*([0-9]+)$", re.MULTILINE)
_LOCK_LINE: Final = b"\nlock:"
_FIELDS: Final = 8
"""Number, kind, mode, access, pid, file, first byte, last byte."""
_WHOLE_FILE: Final = "FLOCK"
_MOST_OUTSIDE: Final = 4


class LockEntry(NamedTuple):
    """A line of `/proc/locks`."""

    number: str
    """The same for a lock and for all that wait for it."""
    is_waiting: bool
    kind: str
    pid: int
    """Who asked for it; -1 where no process is told."""
    file: str


@dataclass(slots=True, eq=False)
class LockedFile:
    """A file that somebody waits to lock."""

    number: int
    """Its number among the locks of the run."""
    name: str | None
    identity: bytes
    """Of its file system and of the file, as its descriptors have it; empty where unknown."""


class FileLocks:
    """Every file that a process of one run has waited to lock.

    Args:
        registry: knows the processes.
        next_number: gives a number for one more lock.
    """

    def __init__(self, registry: ProcessRegistry, next_number: Callable[[], int]) -> None:
        self._registry = registry
        self._next_number = next_number
        self._files: dict[tuple[bytes, str], LockedFile] = {}

    def at(self, process: WatchedProcess, descriptor: int) -> LockedFile:
        """The file behind this descriptor."""
        path = open_files.open_file(process.pid, descriptor).name
        identity = _identity_of(_read(f"/proc/{process.pid}/fdinfo/{descriptor}"))
        key = (identity, "" if identity else path)
        known = self._files.pop(key, None)
        if known is None:
            if len(self._files) >= _MOST_KNOWN:
                del self._files[next(iter(self._files))]
            known = LockedFile(self._next_number(), Path(path).name or None, identity)
        self._files[key] = known
        return known

    def holders_of(self, file: LockedFile, waiting: WatchedProcess) -> Holders:
        """Who holds the lock that this process waits for."""
        entries = parse_locks(_read("/proc/locks"))
        inside: list[int] = []
        outside: list[tuple[int, str]] = []
        for pid in dict.fromkeys(_pids_in_the_way(entries, waiting.pid)):
            known = self._registry.alive(pid)
            if known is not None:
                inside.append(known.number)
            elif (command := _command_of(pid)) is not None:
                outside.append((pid, command))
        if not inside and not outside:
            inside = [one.number for one in self._registry.living if _has_locked(one.pid, file)]
        is_complete = bool(inside or outside)
        return Holders(tuple(inside), is_complete, tuple(outside[:_MOST_OUTSIDE]))


def parse_locks(text: bytes) -> list[LockEntry]:
    """The lines of `/proc/locks`; those that cannot be understood are left out."""
    entries = []
    for line in text.decode(errors="replace").splitlines():
        number, _, rest = line.partition(":")
        fields = rest.split()
        is_waiting = fields[:1] == ["->"]
        fields = [number, *(fields[1:] if is_waiting else fields)]
        with contextlib.suppress(ValueError):
            if len(fields) == _FIELDS:
                entry = LockEntry(number, is_waiting, fields[1], int(fields[4]), fields[5])
                entries.append(entry)
    return entries


def _pids_in_the_way(entries: Iterable[LockEntry], pid: int) -> Iterator[int]:
    """The processes that took what this one waits for, as far as the kernel tells."""
    entries = list(entries)
    waits = [entry for entry in entries if entry.is_waiting and entry.pid == pid]
    for entry, wait in itertools.product(entries, waits):
        # A file that is locked as a whole may be shared by several.
        is_shared = entry.kind == wait.kind == _WHOLE_FILE and entry.file == wait.file
        if not entry.is_waiting and (entry.number == wait.number or is_shared):
            yield entry.pid


def _has_locked(pid: int, file: LockedFile) -> bool:
    """Whether a process has a descriptor through which this file is locked."""
    with contextlib.suppress(OSError):
        paths = itertools.islice(Path(f"/proc/{pid}/fdinfo").iterdir(), _MOST_DESCRIPTORS)
        for path in paths:
            information = _read(str(path))
            if _LOCK_LINE in information and _identity_of(information) == file.identity != b"":
                return True
    return False


def _identity_of(information: bytes) -> bytes:
    """What tells a file from others; empty where the kernel is too old to tell."""
    found = _IDENTITY.findall(information)
    return b":".join(found) if len(found) > 1 else b""


def _command_of(pid: int) -> str | None:
    """The command of a living process."""
    return _read(f"/proc/{pid}/comm").decode(errors="replace").strip() or None


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb", buffering=0) as file:
            return b"".join(iter(lambda: file.read(_MOST_BYTES), b""))[:_MOST_BYTES]
    except OSError:
        return b""
