"""Small files of `/proc` that are read again and again, kept open in between.

To read one again costs a fraction of opening it, and an open one cannot be mistaken for that of the
next process with the same pid. Descriptors are scarce with very many processes, and the processes'
pipes come first: beyond a quarter of what may be open, a file is opened for each reading.
"""

from __future__ import annotations

import os
import resource
from typing import Final

_BYTES: Final = 1024


class ProcFiles:
    """The open files, by the number of the process they belong to."""

    def __init__(self) -> None:
        self._descriptors: dict[int, dict[str, int]] = {}

    def read(self, process: int, path: str) -> bytes:
        """The first kilobyte of a file that belongs to a process.

        Raises:
            OSError: it cannot be read, or is gone.
        """
        kept = self._descriptors.get(process)
        descriptor = kept.get(path) if kept else None
        if descriptor is not None:
            return os.pread(descriptor, _BYTES, 0)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            text = os.pread(descriptor, _BYTES, 0)
        except OSError:
            os.close(descriptor)
            raise
        if descriptor < resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4:
            self._descriptors.setdefault(process, {})[path] = descriptor
        else:
            os.close(descriptor)
        return text

    def close_one(self, process: int, path: str) -> None:
        """Close one file of a process."""
        descriptor = self._descriptors.get(process, {}).pop(path, None)
        if descriptor is not None:
            os.close(descriptor)

    def close(self, process: int) -> None:
        """Close all files of a process."""
        for descriptor in self._descriptors.pop(process, {}).values():
            os.close(descriptor)
