"""The read end of one pipe or terminal of the program, and what came through it, text or bytes.

It reads without ever waiting and keeps nothing but the first bytes of a character that is not whole
yet. It must not look at lines: what a program wrote is recorded exactly as written.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

from mptui.events import MAX_OUTPUT_BYTES

if TYPE_CHECKING:
    from mptui.events import StreamName

_UTF8_LEAD_BITS: Final = 0xC0


class OutputPipe:
    """One stream of one process.

    Args:
        descriptor: the non-blocking read end; `close` closes it.
        process: the number of the process whose stream this is.
        label: which stream.
    """

    def __init__(self, descriptor: int, process: int, label: StreamName) -> None:
        self.descriptor = descriptor
        self.process = process
        self.label: StreamName = label
        self.is_at_end = False
        self._cut = b""

    def read(self) -> str | bytes | None:
        """What was written since, at most `MAX_OUTPUT_BYTES`; None if there is nothing (more).

        Text where the bytes are UTF-8. A character cut in two by the reading waits for its rest;
        `rest` gives what never became whole.
        """
        try:
            piece = os.read(self.descriptor, MAX_OUTPUT_BYTES - len(self._cut))
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            piece = b""  # A terminal that nobody writes to any more.
        if not piece:
            self.is_at_end = True
            return self.rest()
        piece = self._cut + piece
        length = _whole_characters(piece)
        self._cut = piece[length:]
        return _decode(piece[:length]) if length else ""

    def rest(self) -> str | bytes | None:
        """The bytes of a character that will not become whole, if there are any."""
        rest, self._cut = self._cut, b""
        return rest or None

    def close(self) -> None:
        """Close the read end."""
        os.close(self.descriptor)


def _decode(piece: bytes) -> str | bytes:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return piece


def _whole_characters(piece: bytes) -> int:
    """How many bytes of `piece` precede a UTF-8 character that its end cuts in two."""
    for back in range(1, min(3, len(piece)) + 1):
        byte = piece[-back]
        if byte < 0x80:
            return len(piece)
        if byte & _UTF8_LEAD_BITS == _UTF8_LEAD_BITS:
            # A lead byte says by its leading ones how many bytes its character has.
            needs = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(piece) - back if back < needs else len(piece)
    return len(piece)
