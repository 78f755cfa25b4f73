r"""The supervisor's ends of the link to one front end: two pipes, or a socket for both.

The lifeline, which only the front end writes to: its first line is the request, each further line a
command (`stop`, `interrupt`, `kill`, `signal <process> <number> [tree]`, `stacks [process]`,
`native-stacks [process]`, `input <JSON string>`, `end-input`), its end means that the front end is
gone. The news, which only the supervisor writes: its first line is the answer, an empty line means
that the recording grew, `trouble <why>` that it cannot be written, `overflow <bytes>` that what
comes behind so many bytes of it goes through the overflow, `end <exit status>` that the run is
finished. Neither is ever waited for; a front end that does not read costs nothing.
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
_LINE_BYTES: Final = 16 * 1024 * 1024
"""Nobody types so much at once."""
_COUNT: Final = struct.Struct("i")


class Control:
    """The two ends.

    Args:
        lifeline: the read end of the lifeline.
        news: the write end of the news.
        unread: asks the kernel how many bytes the front end has yet to read; at a socket this is
            another question than at a pipe.
    """

    def __init__(self, lifeline: int, news: int, unread: int = termios.FIONREAD) -> None:
        self.lifeline = lifeline
        self._news: int | None = news
        self._unread = unread
        self._torn = b""
        self._reported_trouble: str | None = None
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
        except OSError:
            return None
        if not piece or len(self._torn) > _LINE_BYTES:
            return None
        *lines, self._torn = (self._torn + piece).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def answer(self, answer: RunAnswer) -> None:
        """Answer the request."""
        self._send(msgspec.json.encode(answer))

    def report_news(self) -> None:
        """Report that the recording grew, unless the front end has yet to read such a report."""
        if not self._unread_bytes():
            self._send(b"")

    def report_trouble(self, trouble: str | None) -> None:
        """Report once that the recording cannot be written, or can be again (None)."""
        if trouble != self._reported_trouble:
            self._reported_trouble = trouble
            self._send(b"trouble " + (trouble or "").encode(errors="replace"))

    def report_overflow(self, at: int) -> None:
        """Report that events go through the overflow too, behind so many bytes of the recording."""
        self._send(b"overflow %d" % at)

    def report_end(self, exit_status: int) -> None:
        """Report that the run is finished; there will be no more news."""
        self._send(b"end %d" % exit_status)
        if self._news is not None:
            os.close(self._news)
            self._news = None

    def close(self) -> None:
        """Part with a front end that has gone."""
        os.close(self.lifeline)
        if self._news is not None:
            os.close(self._news)
            self._news = None

    def _unread_bytes(self) -> int:
        with suppress(OSError):
            if self._news is not None:
                count = fcntl.ioctl(self._news, self._unread, bytes(_COUNT.size))
                return int(_COUNT.unpack(count)[0])
        return 0

    def _send(self, line: bytes) -> None:
        # The pipe is never full, since news do not pile up; a closed one has no reader.
        with suppress(OSError):
            if self._news is not None:
                os.write(self._news, line + b"\n")
