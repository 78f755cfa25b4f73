"""Folders that live no longer than the process that made them, even if that is killed.

Each is locked while its owner lives. Making the next one removes those that are not locked any
more: only folders of the same user, only such with a name given here, and never through a link.
"""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME: Final = re.compile(r"mptui-[0-9a-f]{16}")
_OPEN_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ATTEMPTS: Final = 3


def make_locked_folder(parents: Iterable[str]) -> tuple[Path, int] | None:
    """Make a private folder in the first of `parents` that can be written to; None if none can.

    Returns:
        The folder, and the descriptor that keeps it locked as long as it is open.
    """
    for parent in parents:
        _remove_abandoned(parent)
        for _ in range(_ATTEMPTS):
            path = Path(parent, f"mptui-{os.urandom(8).hex()}")
            with suppress(OSError):
                path.mkdir(mode=0o700)
                if (lock := _lock(path)) is not None:
                    return path, lock
    return None


def _lock(path: Path) -> int | None:
    """Lock a folder; None where another process has locked it, or removed it meanwhile."""
    try:
        lock = os.open(path, _OPEN_FLAGS)
    except OSError:
        return None
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), path.lstat()):
            return lock
    os.close(lock)
    return None


def _remove_abandoned(parent: str) -> None:
    with suppress(OSError):
        for path in Path(parent).glob("mptui-*"):
            is_one = _NAME.fullmatch(path.name) and path.lstat().st_uid == os.getuid()
            if is_one and (lock := _lock(path)) is not None:
                _remove(path, lock)


def _remove(path: Path, lock: int) -> None:
    with suppress(OSError):
        for name in os.listdir(lock):
            os.unlink(name, dir_fd=lock)
        path.rmdir()
    os.close(lock)
