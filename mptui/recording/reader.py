"""Reads a recording, also one that is still being written.

Watching, attaching again and replaying are all this: read what is there, later read what came. It
must not wait (whoever follows a run is told by the supervisor when there is something to read) and
must not know what an event means.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Self

from mptui import events

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from mptui.events import Event

_CHUNK_BYTES: Final = 1024 * 1024


class RecordingReader:
    """Reads whole lines from where it stopped before; a torn last line waits for its end.

    Args:
        path: the recording.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._torn: list[bytes] = []

    def read_lines(self, limit_bytes: int = 8 * _CHUNK_BYTES) -> bytes:
        """The whole lines appended since the last call; b"" for none.

        Args:
            limit_bytes: about how much to read at once; call again until there is none.
        """
        whole: list[bytes] = []
        size = 0
        while size < limit_bytes and (chunk := os.read(self._descriptor, _CHUNK_BYTES)):
            size += len(chunk)
            end = chunk.rfind(b"\n") + 1
            if end:
                whole += [*self._torn, chunk[:end]]
                self._torn.clear()
            if end < len(chunk):
                self._torn.append(chunk[end:])
        return b"".join(whole)

    def read(self, limit_bytes: int = 8 * _CHUNK_BYTES) -> list[Event]:
        """The same as events; unknown events and damaged lines are left out."""
        lines = self.read_lines(limit_bytes).split(b"\n")
        return [event for line in lines if line and (event := events.decode(line)) is not None]

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
