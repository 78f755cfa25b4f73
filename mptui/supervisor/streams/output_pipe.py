"""The read end of one output pipe or terminal of the program: what came through it, text or bytes.

It reads without ever waiting and keeps nothing but the first bytes of a character whose rest has
not come yet. It must not look at lines: what a program wrote is recorded exactly as written.
"""

from __future__ import annotations

import codecs
import errno
import os
from typing import TYPE_CHECKING, Final

from mptui.events import MAX_OUTPUT_BYTES

if TYPE_CHECKING:
    from mptui.events import StreamName

_decoder_type = codecs.getincrementaldecoder("utf-8")
_UNDECODABLE: Final = "surrogateescape"
"""Stands for each byte that is not UTF-8 in a way that can be turned back into that byte."""
_MOST_KEPT_BYTES: Final = 3
"""How much of a character can be kept that is not whole yet."""


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
        self._decoder = _decoder_type(_UNDECODABLE)

    def read(self) -> str | bytes | None:
        """What was written since, at most `MAX_OUTPUT_BYTES`; None if there is nothing (more).

        Text where the bytes are UTF-8. A character cut in two by the reading waits for its rest;
        `rest` gives what never became whole.
        """
        try:
            piece = os.read(self.descriptor, MAX_OUTPUT_BYTES - _MOST_KEPT_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            piece = b""  # A terminal whose last writer is gone.
        if not piece:
            self.is_at_end = True
            return self.rest()
        return _text_or_bytes(self._decoder.decode(piece))

    def rest(self) -> bytes | None:
        """The bytes of a character that will not become whole, if there are any."""
        kept, _ = self._decoder.getstate()
        self._decoder.reset()
        return kept or None

    def close(self) -> None:
        """Close the read end."""
        os.close(self.descriptor)


def _text_or_bytes(decoded: str) -> str | bytes:
    """The text; where not all of it was UTF-8, the bytes that it was decoded from."""
    try:
        decoded.encode()
    except UnicodeEncodeError:
        return decoded.encode(errors=_UNDECODABLE)
    return decoded
