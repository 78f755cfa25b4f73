"""Opens the files that the program writes into the run folder for others to read as it runs.

The program can put anything there under any name. So only a plain file of this user's is opened,
never through a link and never waiting; and it is read by `pread`, never mapped: to touch a mapped
page behind the end of a file that was cut short ends in SIGBUS. Nothing here knows what the files
hold.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import Final

from mptui.supervisor.linux import kernel

_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class SharedFile:
    """A file of the run folder, open for reading.

    Args:
        folder: the run folder's descriptor.
        name: a plain name in it.
        most_bytes: the size beyond which it cannot be what it is taken for.

    Raises:
        OSError: there is no such file, it is not a plain one, or no descriptor is free.
    """

    def __init__(self, folder: int, name: str, most_bytes: int) -> None:
        if "/" in name:
            raise OSError(errno.EINVAL, "not a plain name", name)
        self._folder = folder
        self._name = name
        self._descriptor = os.open(name, _FLAGS, dir_fd=folder)
        try:
            self.size = _size_of(self._descriptor, most_bytes)
        except OSError:
            os.close(self._descriptor)
            raise

    def read(self, size: int, offset: int) -> bytes:
        """This many bytes from there; fewer where the file ends."""
        try:
            return os.pread(self._descriptor, size, offset)
        except OSError:
            return b""

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def remove(self) -> None:
        """Close the file and remove it: its writer has ended, and it takes memory."""
        self.close()
        with suppress(OSError):
            os.unlink(self._name, dir_fd=self._folder)


def _size_of(descriptor: int, most_bytes: int) -> int:
    found = os.fstat(descriptor)
    is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
    # Under a thousand names one file would be read, and kept, a thousand times.
    is_ours = is_ours and found.st_nlink == 1
    if not is_ours or found.st_size > most_bytes:
        raise OSError(errno.EINVAL, "not a file of the program's")
    if kernel.is_among_the_last(descriptor):
        raise OSError(errno.EMFILE, "descriptors are scarce")
    return found.st_size
