"""The process that reads stacks, and the supervisor's line to it.

It is the parent of the supervisor, for where `ptrace_scope` is 1 the kernel lets only an ancestor
read the memory of a process; and a process of its own, since reading may take long and can end it
(pystack takes a C frame for each Python frame). It does nothing until it is asked, and ends with
the supervisor. Whatever happens to it, the run goes on; another one that takes its place is no
ancestor, and where that matters reads nothing.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import Final, NoReturn

import msgspec

from mptui.supervisor.stacks.stack_reader import StackReply, read_stacks

_STACK_BYTES: Final = 512 * 1024**2
"""Room for a stack of 150,000 frames; what is not used of it costs nothing."""
_MEMORY_BYTES: Final = 2 * 1024**3
_NICENESS: Final = 10
_PID_BYTES: Final = 32
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)
"""Those that the supervisor handles."""
_PIECE_BYTES: Final = 1024 * 1024


class ReaderLink:
    """The supervisor's end of the line; one question at a time.

    Args:
        line: connected to the reader process.
        reader: its pid.
    """

    def __init__(self, line: socket.socket, reader: int) -> None:
        self._line = line
        self._reader = reader
        self._is_parent = reader == os.getppid()
        self._torn = b""
        line.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self.is_open = True
        """Whether there is a reader process."""

    def fileno(self) -> int:
        """The descriptor on which answers come."""
        return self._line.fileno()

    def ask(self, pid: int, *, native: bool = False) -> None:
        """Ask for the stacks of a process, also of its C code if ``native``.

        Where there is no reader process any more, the line is not open after that.
        """
        if not self.is_open:
            return
        try:
            self._line.send(b"%d %d\n" % (pid, native))
        except OSError:
            self.is_open = False

    def receive(self) -> StackReply | None:
        """The answer, once it is whole; at the end of the reader process the line is not open."""
        try:
            piece = self._line.recv(_PIECE_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            piece = b""
        if not piece:
            self.is_open = False
            return None
        self._torn += piece
        if not self._torn.endswith(b"\n"):
            return None
        line, self._torn = self._torn, b""
        try:
            return msgspec.json.decode(line, type=StackReply)
        except msgspec.DecodeError:
            self.is_open = False
            return None

    def give_up(self) -> None:
        """End the reader process: it has not answered for too long."""
        self.is_open = False
        # One that is no parent hears of the end of the line, and nobody else has its pid till then.
        if not self._is_parent or os.getppid() == self._reader:
            with suppress(OSError):
                os.kill(self._reader, signal.SIGKILL)

    def close(self) -> None:
        """Close the line, which ends a reader process that still lives."""
        self.is_open = False
        self._line.close()


def split_off_reader() -> ReaderLink | None:
    """Fork: the child returns and is the supervisor, its parent reads stacks and never returns.

    None where there can be no other process; then no stacks are read.
    """
    ours, theirs = socket.socketpair()
    try:
        supervisor = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return None
    if supervisor == 0:
        theirs.close()
        # A terminal of the program's has to be that of the session of the supervisor.
        os.setsid()
        return ReaderLink(ours, os.getppid())
    status = 1
    try:
        _become_reader(theirs.detach())
        _, wait_status = os.waitpid(supervisor, 0)
        status = abs(os.waitstatus_to_exitcode(wait_status))
    finally:
        os._exit(status)


def start_reader() -> ReaderLink | None:
    """Start another reader process, in the place of one that has ended.

    It is the child of a child that ends at once: a child of the supervisor is the program's. None
    where there can be no other process.
    """
    ours, theirs = socket.socketpair()
    try:
        between = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return None
    if between == 0:
        _split_off_orphan(theirs)
    theirs.close()
    os.waitpid(between, 0)
    said = ours.recv(_PID_BYTES)
    if not said:
        ours.close()
        return None
    return ReaderLink(ours, int(said))


def _split_off_orphan(line: socket.socket) -> NoReturn:
    """In a child of the supervisor: leave a reader process behind, and end."""
    try:
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        if (reader := os.fork()) == 0:
            os.setsid()
            _become_reader(line.detach())
        else:
            line.send(b"%d" % reader)
    finally:
        os._exit(0)


def _become_reader(descriptor: int) -> None:
    """Keep nothing of what the supervisor needs, above all no end of a pipe; answer questions."""
    line = os.dup2(descriptor, 0)
    os.closerange(1, os.sysconf("SC_OPEN_MAX"))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.chdir("/")
    with suppress(OSError):
        os.nice(_NICENESS)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    threading.stack_size(_STACK_BYTES)
    thread = threading.Thread(target=_answer, args=(socket.socket(fileno=line),))
    thread.start()
    thread.join()


def _answer(line: socket.socket) -> None:
    """Answer until the supervisor has ended."""
    with line.makefile("rb") as questions:
        for question in questions:
            pid, native = map(int, question.split())
            began = time.process_time()
            reply = read_stacks(pid, native=bool(native))
            seconds = round(time.process_time() - began, 6)
            with suppress(OSError):
                line.sendall(msgspec.json.encode(msgspec.structs.replace(reply, seconds=seconds)))
                line.sendall(b"\n")
