"""A run that somebody else has started: the link to its supervisor through the door of the run."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from mptui.supervisor.front_ends.door import connect
from mptui.supervisor.front_ends.run_link import NewsLines, RunLink

if TYPE_CHECKING:
    from pathlib import Path


class AttachedRun(RunLink):
    """A run that one looks at; made by `attach`. Leaving it changes nothing for the program."""

    def __init__(self, connection: socket.socket, recording: Path) -> None:
        super().__init__(connection.fileno(), NewsLines(os.dup(connection.fileno())), recording)
        self._connection = connection

    @classmethod
    def attach(cls, recording: Path) -> Self:
        """Look at a run that goes on.

        Args:
            recording: its file.

        Raises:
            OSError: it is over, or cannot be reached.
        """
        return cls(connect(recording), recording)

    @property
    def has_ended(self) -> bool:
        """Whether the supervisor has ended: it stays as long as anything of the run lives."""
        try:
            flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
            return self._commands is None or not self._connection.recv(1, flags)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def detach(self) -> None:
        """Leave; whoever waits for news has them no more."""
        if self._commands is not None:
            self._commands = None
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()
