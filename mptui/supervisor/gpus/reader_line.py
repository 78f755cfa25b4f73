"""The supervisor's line to the process that reads the GPUs."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from contextlib import suppress
from typing import Final

import msgspec

from mptui.own_path import interpreter_arguments
from mptui.supervisor.gpus.gpu_reader import GpuReading

_PIECE_BYTES: Final = 1024 * 1024
_LONGEST_LINE: Final = 8 * 1024 * 1024
_READER: Final = "mptui.supervisor.gpus.gpu_reader"
_decoder: Final = msgspec.json.Decoder(GpuReading)


class ReaderLine:
    """Readings as they come; never waits for one.

    Args:
        line: connected to the standard input of the reader.
    """

    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._line = line
        self._torn = b""
        self.is_open = True
        """Whether there is a reader at the other end."""

    def newest(self) -> GpuReading | None:
        """The newest reading that came since this was asked last."""
        lines = (self._torn + self._received()).split(b"\n")
        self._torn = lines.pop()
        if len(self._torn) > _LONGEST_LINE:
            self.close()
        if not lines:
            return None
        try:
            return _decoder.decode(lines[-1])
        except msgspec.DecodeError:
            self.close()
            return None

    def close(self) -> None:
        """Let the reader end."""
        self.is_open = False
        self._line.close()

    def _received(self) -> bytes:
        pieces: list[bytes] = []
        with suppress(BlockingIOError):
            while self.is_open:
                try:
                    piece = self._line.recv(_PIECE_BYTES)
                except BlockingIOError:
                    raise
                except OSError:
                    piece = b""
                if not piece:
                    self.close()
                pieces.append(piece)
        return b"".join(pieces)


def start_reader() -> ReaderLine | None:
    """Start the process that reads the GPUs; None where that cannot be, or cannot be of use."""
    if importlib.util.find_spec("pynvml") is None:
        return None
    ours, theirs = socket.socketpair()
    nowhere = [
        (os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_WRONLY, 0) for descriptor in (1, 2)
    ]
    try:
        os.posix_spawn(
            sys.executable,
            [sys.executable, *interpreter_arguments(_READER)],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0), *nowhere],
        )
    except OSError:
        ours.close()
        return None
    finally:
        theirs.close()
    return ReaderLine(ours)
