"""Reads a recording, also one that is still being written.

Each call reads what was appended since the last one, so the same reader serves a finished run and
one that goes on. It lifts recordings of an older schema and refuses those of a newer one, so that
its callers know one schema only. It must not wait (the supervisor tells a front end when there is
something to read) and must not know what an event means.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Self

import msgspec

from mptui import __version__, events
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.recording import schema_one

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from mptui.events import Event

_CHUNK_BYTES: Final = 128 * 1024
"""Larger pieces of memory are new ones each time, which costs more than reading and decoding."""
_AT_ONCE_BYTES: Final = 8 * 1024 * 1024
_HEAD_BYTES: Final = 64 * 1024


class _FirstLine(msgspec.Struct, gc=False):
    """What to know of a recording before its events can be read."""

    schema: int = events.SCHEMA


_first_line_decoder = msgspec.json.Decoder(_FirstLine)


class RecordingReader:
    """Reads whole lines from where it stopped before; a torn last line waits for its end.

    Args:
        path: the recording; None: it comes through standard input.
        offset: where in a file to begin, which must be the beginning of a line.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path | None, offset: int = 0) -> None:
        # Opened by a name of its own, a pipe might be refused and a file would begin anew.
        self._descriptor = os.dup(0) if path is None else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._name = "standard input" if path is None else str(path)
        self._torn: list[bytes] = []
        self._schema: int | None = None
        """Of this recording; None until its first line is there."""
        if offset:
            self._schema = schema_at_beginning(self._descriptor)
            os.lseek(self._descriptor, offset, os.SEEK_SET)
        self.position = offset
        """How many bytes of the recording were handed on, in whole lines."""

    @property
    def size(self) -> int:
        """How many bytes the file has by now."""
        return os.fstat(self._descriptor).st_size

    def read_lines(self, limit_bytes: int = _AT_ONCE_BYTES) -> bytes:
        """The whole lines appended since the last call, as they are; b"" for none.

        Args:
            limit_bytes: about how much to read at once; call again until there is none.

        Raises:
            MptuiError: the recording has a schema that this version does not know.
            OSError: the file cannot be read.
        """
        whole: list[bytes] = []
        size = 0
        while size < limit_bytes and (chunk := self._read_chunk(_CHUNK_BYTES)):
            size += len(chunk)
            end = chunk.rfind(b"\n") + 1
            if end:
                whole += [*self._torn, chunk[:end]]
                self._torn.clear()
            if end < len(chunk):
                self._torn.append(chunk[end:])
        lines = b"".join(whole)
        self.position += len(lines)
        if self._schema is None and lines:
            self._schema = _schema_of(lines[: lines.index(b"\n")])
        if self._schema is not None and self._schema > events.SCHEMA:
            raise MptuiError(
                f"cannot read {self._name}: it has schema {self._schema}, and mptui {__version__} "
                f"knows schemas up to {events.SCHEMA}; update mptui",
                EXIT_USAGE,
            )
        return lines

    def read(self, limit_bytes: int = _AT_ONCE_BYTES) -> list[Event]:
        """The same as events of this schema; unknown events and damaged lines are left out.

        Empty only when no line is left.

        Args:
            limit_bytes: as for `read_lines`.

        Raises:
            MptuiError: the recording has a schema that this version does not know.
            OSError: the file cannot be read.
        """
        while lines := self.read_lines(limit_bytes):
            decode = decode_of(self._schema)
            decoded = (decode(line) for line in lines.split(b"\n") if line)
            if known := [event for event in decoded if event is not None]:
                return known
        return []

    def _read_chunk(self, size: int) -> bytes:
        """What comes next, so much at most; b"" where there is nothing (yet)."""
        return os.read(self._descriptor, size)

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


def decode_of(schema: int | None) -> Callable[[bytes], Event | None]:
    """What makes an event of a line of a recording with this schema, or nothing of a damaged one.

    Args:
        schema: one that this version knows; None: the recording has not said it yet.
    """
    return schema_one.lift if schema == schema_one.SCHEMA else events.decode


def schema_at_beginning(descriptor: int) -> int:
    """The schema of the recording in this file, whose position stays.

    Raises:
        OSError: the file cannot be read.
    """
    first_line, _, _ = os.pread(descriptor, _HEAD_BYTES, 0).partition(b"\n")
    return _schema_of(first_line)


def _schema_of(first_line: bytes) -> int:
    """The schema of a recording; one whose first line is damaged is read as if of this one."""
    try:
        return _first_line_decoder.decode(first_line).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return events.SCHEMA
