"""Makes the folders that recordings lie in, for their owner alone, whatever the umask is.

A recording holds whatever a program printed: a folder that belongs to somebody else, or that others
may write to, would give it away, today or once they have replaced it. This module must not change
a folder that was not made for mptui: what a link leads to keeps its mode.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from mptui.errors import MptuiError

if TYPE_CHECKING:
    from pathlib import Path

_PRIVATE: Final = 0o700
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


def make_private(folder: Path) -> None:
    """Make a folder, and what is missing above it, or see that it is private as it stands.

    Raises:
        MptuiError: it is another user's, or what a link leads to is open to others.
        OSError: it cannot be made.
    """
    for parent in reversed(folder.parents):
        _make(parent)
    if _make(folder):
        return
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise MptuiError(
            f"cannot keep a recording in {folder}: it belongs to another user (uid "
            f"{found.st_uid}); set XDG_STATE_HOME to a folder of yours"
        )
    if not folder.is_symlink():
        folder.chmod(_PRIVATE)
    elif found.st_mode & _WRITABLE_BY_OTHERS:
        raise MptuiError(
            f"cannot keep a recording in {folder}: others may write to what it leads to; "
            f"chmod go-w {folder}"
        )


def _make(folder: Path) -> bool:
    """Make a folder; False if it is there."""
    try:
        folder.mkdir(mode=_PRIVATE)
    except OSError:
        # There already; or on a file system that says first that it is read-only.
        if folder.is_dir():
            return False
        raise
    folder.chmod(_PRIVATE)  # A umask may have taken something away from the owner too.
    return True
