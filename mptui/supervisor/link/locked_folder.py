"""Folders that live no longer than the process that made them, even if that is killed.

Each is locked while its owner lives. Whoever makes the next one removes those that nobody holds any
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


def make_owned_folder(parents: Iterable[str]) -> tuple[Path, int] | None:
    """Make a private folder in the first of `parents` that can be written; None if none can.

    Returns:
        The folder, and the descriptor that holds it as long as it is open.
    """
    for parent in parents:
        _remove_abandoned(parent)
        for _ in range(_ATTEMPTS):
            path = Path(parent, f"mptui-{os.urandom(8).hex()}")
            with suppress(OSError):
                path.mkdir(mode=0o700)
                if (holding := _hold(path)) is not None:
                    return path, holding
    return None


def _hold(path: Path) -> int | None:
    """Lock a folder; None where somebody else holds it, or removed it before it was locked."""
    try:
        holding = os.open(path, _OPEN_FLAGS)
    except OSError:
        return None
    with suppress(OSError):
        fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(holding), path.lstat()):
            return holding
    os.close(holding)
    return None


def _remove_abandoned(parent: str) -> None:
    with suppress(OSError):
        for path in Path(parent).glob("mptui-*"):
            is_one = _NAME.fullmatch(path.name) and path.lstat().st_uid == os.getuid()
            if is_one and (holding := _hold(path)) is not None:
                _remove(path, holding)


def _remove(path: Path, holding: int) -> None:
    with suppress(OSError):
        for name in os.listdir(holding):
            os.unlink(name, dir_fd=holding)
        path.rmdir()
    os.close(holding)
