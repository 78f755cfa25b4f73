"""Folders that live no longer than the process that made them, even if that is killed.

Each is locked while its owner lives. Making the next one removes those that are not locked any
more: only folders of the same user, only such with a name given here, and never through a link.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"mptui-[0-9a-f]{16}")
_OPEN_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ATTEMPTS: Final = 3


def make_locked_folder(parent: str) -> tuple[Path, int] | None:
    """Make a private folder in `parent`; None if it cannot be written to.

    Returns:
        The folder, and the descriptor that keeps it locked as long as it is open.
    """
    _remove_abandoned(parent)
    for _ in range(_ATTEMPTS):
        path = Path(parent, f"mptui-{os.urandom(8).hex()}")
        with suppress(OSError):
            path.mkdir(mode=0o700)
            path.chmod(0o700)  # A umask may have taken something away from the owner too.
            if (lock := _lock(path)) is not None:
                return path, lock
    return None


def remove_locked_folder(path: Path, lock: int) -> None:
    """Remove such a folder, with all that is in it, and let go of it."""
    with suppress(OSError):
        for name in os.listdir(lock):
            os.unlink(name, dir_fd=lock)
        path.rmdir()
    os.close(lock)


def is_guarded(parent: str) -> bool:
    """Whether nobody else can move away what lies in this folder, and put something in its place.

    It is this user's own or root's, and others cannot write to it, or only to what is theirs.
    """
    with suppress(OSError):
        found = os.stat(parent)  # noqa: PTH116 - there is no path yet
        is_open = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
        return found.st_uid in (0, os.geteuid()) and not is_open
    return False


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
                remove_locked_folder(path, lock)
