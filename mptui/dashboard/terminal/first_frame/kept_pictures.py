"""Keeps first pictures from one start to the next: in `$XDG_STATE_HOME/mptui/first-frames/`.

And other bytes that make a start quick, in folders beside that one. A file is believed where it
belongs to this user, nobody else may read or write it, it is whole, and it was made in the very
circumstances that hold now. Everything else counts as none.
"""

from __future__ import annotations

import binascii
import os
import stat

from mptui.dashboard.terminal.first_frame.picture import decoded
from mptui.own_folders import state_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from mptui.dashboard.terminal.first_frame.picture import Picture

_PICTURES: Final = "first-frames"
_MOST_FILES: Final = 16
_MOST_BYTES: Final = 512 * 1024
_OTHERS: Final = 0o077
_FORM: Final = b"mptui first frame 1"


def kept_picture(circumstances: str) -> Picture | None:
    """What was kept in the same circumstances; None where nothing was."""
    data = kept_bytes(_PICTURES, circumstances)
    return None if data is None else decoded(data)


def keep_picture(circumstances: str, picture: Picture) -> None:
    """Keep it in place of what was kept before; where that can't be done, nothing is kept."""
    keep_bytes(_PICTURES, circumstances, picture.encoded())


def kept_bytes(folder: str, circumstances: str) -> bytes | None:
    """What was kept in the same circumstances; None where nothing was.

    Args:
        folder: the name of the one that it is in.
        circumstances: all that it depends on.
    """
    try:
        data = _read(folder, _name(circumstances))
    except OSError:
        return None
    head, _, rest = data.partition(b"\n")
    is_whole = head == b"%b %08x" % (_FORM, binascii.crc32(rest))
    key = os.fsencode(circumstances)
    if not (is_whole and rest.startswith(key + b"\n")):
        return None
    return rest[len(key) + 1 :]


def keep_bytes(folder: str, circumstances: str, kept: bytes) -> None:
    """Keep them in place of what was kept before; where that can't be done, nothing is kept."""
    rest = b"%b\n%b" % (os.fsencode(circumstances), kept)
    data = b"%b %08x\n%b" % (_FORM, binascii.crc32(rest), rest)
    if len(data) > _MOST_BYTES:
        return
    try:
        os.makedirs(_path(folder), mode=0o700, exist_ok=True)  # noqa: PTH103
        _write(folder, _name(circumstances), data)
    except OSError:
        return


def _path(folder: str) -> str:
    return f"{state_folder()}/{folder}"


def _name(circumstances: str) -> str:
    return f"{binascii.crc32(os.fsencode(circumstances)):08x}"


def _open_folder(name: str) -> int:
    """Raises OSError where others may write to it."""
    folder = os.open(_path(name), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    if _is_private(os.fstat(folder)):
        return folder
    os.close(folder)
    raise PermissionError


def _read(folder_name: str, name: str) -> bytes:
    folder = _open_folder(folder_name)
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(name, flags, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        found = os.fstat(file)
        if not (_is_private(found) and stat.S_ISREG(found.st_mode)):
            raise PermissionError
        return os.read(file, _MOST_BYTES) if found.st_size <= _MOST_BYTES else b""
    finally:
        os.close(file)


def _write(folder_name: str, name: str, data: bytes) -> None:
    folder = _open_folder(folder_name)
    draft = f"{name}.{os.getpid()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(draft, flags, 0o600, dir_fd=folder)
        try:
            os.fchmod(file, 0o600)
            os.write(file, data)
        finally:
            os.close(file)
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
        _remove_oldest(folder)
    finally:
        os.close(folder)


def _remove_oldest(folder: int) -> None:
    names = os.listdir(folder)
    if len(names) > _MOST_FILES:
        ages = {one: os.stat(one, dir_fd=folder, follow_symlinks=False).st_mtime for one in names}
        for name in sorted(names, key=ages.__getitem__)[:-_MOST_FILES]:
            os.unlink(name, dir_fd=folder)


def _is_private(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS
