"""Reads any part of a recording, from the beginning of a line to the end of another.

It may be asked by several threads at a time. It must not wait for what is yet to be written, and
must not know what an event means.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Self

from mptui.recording.reader import decode_of, schema_at_beginning

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class PartReader:
    """Reads one recording.

    Args:
        path: its file.

    Raises:
        OSError: the file cannot be opened, or not be read.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.decode: Final = decode_of(schema_at_beginning(self._descriptor))
        """The event on a line; None for one that is not known, or a damaged line."""

    def read(self, begin: int, end: int) -> bytes:
        """What stands between these bytes; less where the file has become shorter.

        Raises:
            OSError: it cannot be read.
        """
        parts = []
        while begin < end and (part := os.pread(self._descriptor, end - begin, begin)):
            parts.append(part)
            begin += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
