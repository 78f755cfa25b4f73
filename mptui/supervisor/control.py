r"""The supervisor's side of the line to its front end.

Two pipes. The lifeline, which only the front end can write: its first line is the request, each
further line a command (`stop`, `interrupt`, `kill`, `input <JSON string>`, `end-input`), its end
means that the front end is gone. The news, which only the supervisor writes: its first line is the
answer, an empty line means that the recording grew, `trouble <why>` that it cannot be written,
`end <exit status>` that the run is finished. Neither is ever waited for; a front end that does not
read costs nothing.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from contextlib import suppress
from typing import Final

import msgspec

from mptui.supervisor.request import RunAnswer, RunRequest

_REQUEST_BYTES: Final = 1024 * 1024
_COUNT: Final = struct.Struct("i")


class FrontEnd:
    """The two pipes.

    Args:
        lifeline: the read end of the lifeline.
        news: the write end of the news.
    """

    def __init__(self, lifeline: int, news: int) -> None:
        self.lifeline = lifeline
        self._news: int | None = news
        self._torn = b""
        self._told_trouble: str | None = None
        os.set_blocking(news, False)

    def read_request(self) -> RunRequest:
        """Wait for the request.

        Raises:
            EOFError: the front end ended before it asked for anything.
            msgspec.DecodeError: it is not a request.
        """
        while b"\n" not in self._torn and len(self._torn) < _REQUEST_BYTES:
            piece = os.read(self.lifeline, 65536)
            if not piece:
                raise EOFError
            self._torn += piece
        line, _, self._torn = self._torn.partition(b"\n")
        os.set_blocking(self.lifeline, False)
        return msgspec.json.decode(line, type=RunRequest)

    def read_commands(self) -> list[str] | None:
        """The commands that came since; None when the front end is gone."""
        try:
            piece = os.read(self.lifeline, 4096)
        except BlockingIOError:
            return []
        if not piece:
            return None
        *lines, self._torn = (self._torn + piece).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def answer(self, answer: RunAnswer) -> None:
        """Answer the request."""
        self._tell(msgspec.json.encode(answer))

    def tell_news(self) -> None:
        """Say that the recording grew; once is enough for a front end that has not read it yet."""
        if not self._unread_bytes():
            self._tell(b"")

    def tell_trouble(self, trouble: str | None) -> None:
        """Say once that the recording cannot be written, or can be again (None)."""
        if trouble != self._told_trouble:
            self._told_trouble = trouble
            self._tell(b"trouble " + (trouble or "").encode(errors="replace"))

    def tell_end(self, exit_status: int) -> None:
        """Say that the run is finished; there will be no more news."""
        self._tell(b"end %d" % exit_status)
        if self._news is not None:
            os.close(self._news)
            self._news = None

    def _unread_bytes(self) -> int:
        with suppress(OSError):
            if self._news is not None:
                count = fcntl.ioctl(self._news, termios.FIONREAD, bytes(_COUNT.size))
                return int(_COUNT.unpack(count)[0])
        return 0

    def _tell(self, line: bytes) -> None:
        # Never full, since news do not pile up; a closed one has nobody to tell.
        with suppress(OSError):
            if self._news is not None:
                os.write(self._news, line + b"\n")
