"""The process that keeps the program's pipes open, should the supervisor be killed.

Whoever writes to a pipe that nobody can read ends of it. So a process that does nothing else has
every read end too; it reads none of them as long as the supervisor lives. When that is killed, it
either reads on, and throws away what it reads, until the last writer is gone; or it ends the
program, where that is what was wanted for a front end that goes. In the end it removes the run
folder. It must not record anything.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from mptui.supervisor.launch import RUN_FOLDER_VARIABLE
from mptui.supervisor.processes.abandoned_program import AbandonedProgram

if TYPE_CHECKING:
    from pathlib import Path

_MESSAGE_BYTES: Final = 8192
_PIECE_BYTES: Final = 1024 * 1024
_FOLDER: Final = b"folder "
_KEEP: Final = b"keep"
_OVER: Final = b"over"
_STOP: Final = b"stop"
_SIGNALS: Final = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)


class KeeperLink:
    """The supervisor's line to the keeper; nothing of it ever waits or fails.

    Args:
        line: connected to the keeper.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        line.setblocking(False)  # noqa: FBT003 - the standard library's signature

    def keep(self, descriptor: int) -> None:
        """Let it have this read end too."""
        with suppress(OSError):
            socket.send_fds(self._line, [b"pipe"], [descriptor])

    def tell_folder(self, path: Path) -> None:
        """Let it know the run folder, which names the processes of the program."""
        self._send(_FOLDER + os.fsencode(path))

    def stop_if_killed(self) -> None:
        """Let it end the program, should this process be killed."""
        self._send(_STOP)

    def spare(self) -> None:
        """Let it leave alone what there is, whatever becomes of this process."""
        self._send(_KEEP)

    def dismiss(self) -> None:
        """All is over, the run folder is gone."""
        self._send(_OVER)

    def _send(self, message: bytes) -> None:
        with suppress(OSError):
            self._line.send(message)


def split_off_keeper() -> KeeperLink | None:
    """Fork a keeper; None where there can be no other process.

    To be called before there is anything that the supervisor alone must have, and not as a parent
    of the program: the keeper is none of it.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        keeper = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return None
    if keeper == 0:
        _become_keeper(theirs.detach())
    theirs.close()
    return KeeperLink(ours)


def _become_keeper(descriptor: int) -> NoReturn:
    try:
        os.setsid()
        for ignored in _SIGNALS:
            signal.signal(ignored, signal.SIG_IGN)
        line = os.dup2(descriptor, 0)
        os.closerange(1, os.sysconf("SC_OPEN_MAX"))
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
        os.chdir("/")
        with suppress(OSError, ValueError):
            _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        Keeper(socket.socket(fileno=line)).run()
    finally:
        os._exit(0)


class Keeper:
    """The keeper's own side.

    Args:
        line: connected to the supervisor.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line: socket.socket | None = line
        self._folder: str | None = None
        self._is_to_stop = False
        self._pipes: set[int] = set()
        self._poll = select.poll()
        self._poll.register(line, select.POLLIN)

    def run(self) -> None:
        """Keep what comes as long as the supervisor lives, then do what is to be done."""
        while self._line is not None:
            for descriptor, _ in self._poll.poll():
                if descriptor in self._pipes:
                    self._close(descriptor)  # Its last writer is gone.
                elif self._line is not None:
                    self._receive(self._line)
        if self._folder is not None and self._is_to_stop:
            AbandonedProgram(f"{RUN_FOLDER_VARIABLE}={self._folder}").end("disconnect")
        self._drain()
        if self._folder is not None:
            # Only now, when nothing waits for this process: it takes 3 ms to import.
            import shutil  # noqa: PLC0415

            shutil.rmtree(self._folder, ignore_errors=True)

    def _receive(self, line: socket.socket) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(line, _MESSAGE_BYTES, 1)
        except OSError:
            message, descriptors = b"", []
        for descriptor in descriptors:
            self._pipes.add(descriptor)
            # Without an event to wait for: what is to be noticed is only that nobody writes.
            self._poll.register(descriptor, 0)
        if message in {_KEEP, _STOP}:
            self._is_to_stop = message == _STOP
        elif message == _OVER:
            self._folder = None
        elif message.startswith(_FOLDER):
            self._folder = os.fsdecode(message.removeprefix(_FOLDER))
        elif not message:
            self._poll.unregister(line)
            line.close()
            self._line = None

    def _drain(self) -> None:
        """Read until nobody writes any more."""
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
            self._poll.modify(pipe, select.POLLIN)
        while self._pipes:
            for descriptor, _ in self._poll.poll():
                try:
                    piece = os.read(descriptor, _PIECE_BYTES)
                except BlockingIOError:
                    continue
                except OSError:
                    piece = b""  # A terminal whose last writer is gone.
                if not piece:
                    self._close(descriptor)

    def _close(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        self._pipes.discard(descriptor)
        os.close(descriptor)
