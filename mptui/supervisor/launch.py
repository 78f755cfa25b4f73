"""Starts the program: the user's exact command, on mptui's pipes, with the probe on its path.

Only this is changed: PYTHONPATH gets the probe's folder in front, one variable names the run
folder, and standard output and error are pipes of mptui's, or a terminal. No runpy, no changed
argv. Every descriptor that this process inherited is passed on under its number, and LISTEN_PID
names the program where it named mptui.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import signal
import subprocess
import termios
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import mptui
from mptui.errors import EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND, EXIT_USAGE, MptuiError
from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mptui.events import StreamName
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.request import RunRequest

RUN_FOLDER_VARIABLE: Final = "MPTUI_RUN"
_LABELS: Final[tuple[StreamName, StreamName]] = ("stdout", "stderr")


class Launched(NamedTuple):
    """The program's main process and this side's ends of its standard streams."""

    popen: subprocess.Popen[bytes] | None
    """None where it ran already."""
    pipes: dict[StreamName, int]
    """The read ends of its outputs, by label."""
    stdin: int | None
    """The write end of its input, where a front end feeds it."""
    terminal: int | None
    """The master of the terminal it runs on, if it does."""
    strangers: frozenset[int] = frozenset()
    """The processes that there were before it: they are not of the program."""
    attached: int | None = None
    """The pid of its main process, where it ran already."""

    @property
    def pid(self) -> int:
        """That of its main process."""
        if self.popen is not None:
            return self.popen.pid
        assert self.attached is not None
        return self.attached

    def close(self) -> None:
        """Close the terminal, without a signal for what the program may have left behind."""
        if self.terminal is not None:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            with suppress(OSError):
                os.tcsetpgrp(self.terminal, os.getpgrp())
            os.close(self.terminal)


def program_environment(own: Mapping[str, str], run_folder: str) -> dict[str, str]:
    """The program's environment: `own`, the probe's folder first on PYTHONPATH, the run folder.

    PYTHONPATH is joined from parts that are not empty: an empty one would put the current directory
    on the program's path.
    """
    probe = str(Path(mptui.__file__).parent / "probe")
    old = [part for part in own.get("PYTHONPATH", "").split(os.pathsep) if part and part != probe]
    return {**own, "PYTHONPATH": os.pathsep.join([probe, *old]), RUN_FOLDER_VARIABLE: run_folder}


def run_mark(folder: RunFolder) -> str:
    """The variable, as NAME=VALUE, that the processes of this run alone have."""
    return f"{RUN_FOLDER_VARIABLE}={folder.path}"


def launch(
    request: RunRequest,
    folder: RunFolder,
    inherited: Iterable[int] = (),
    *,
    front_end: int | None = None,
) -> Launched:
    """Start the program.

    Args:
        request: what to run.
        folder: gets the marks of its streams.
        inherited: the descriptors that it gets beside its standard streams.
        front_end: the process that systemd gave them to, if it did, in the program's place.

    Raises:
        MptuiError: it cannot be started, with the exit status a shell would give.
    """
    strangers = frozenset(kernel.every_pid())
    with ExitStack() as cleanup:
        outputs = _terminal(request) if request.has_terminals else _pipes()
        for descriptor in {*outputs.writing.values()}:
            cleanup.callback(os.close, descriptor)
        given_stdin, own_stdin = _standard_input(request, outputs)
        if given_stdin is not None and given_stdin not in outputs.writing.values():
            cleanup.callback(os.close, given_stdin)

        environment = program_environment({**os.environ, **request.environment}, str(folder.path))
        is_listener = environment.get("LISTEN_PID") == str(front_end)
        prepare = _preparation(request, folder, outputs, environment if is_listener else None)
        try:
            popen = subprocess.Popen(
                request.command,
                stdin=given_stdin,
                stdout=outputs.writing["stdout"],
                stderr=outputs.writing["stderr"],
                cwd=request.cwd,
                env=environment,
                pass_fds=tuple(inherited),
                start_new_session=not request.has_terminals,
                process_group=0 if request.has_terminals else None,
                preexec_fn=prepare,  # noqa: PLW1509 - the supervisor has no threads
            )
        except OSError as error:
            for descriptor in outputs.reading.values():
                os.close(descriptor)
            raise _not_started(request, error) from error
    terminal = os.dup(outputs.reading["stdout"]) if request.has_terminals else None
    return Launched(popen, outputs.reading, own_stdin, terminal, strangers)


class _Outputs(NamedTuple):
    """The program's standard output and standard error."""

    reading: dict[StreamName, int]
    """This side's ends, by label."""
    writing: dict[StreamName, int]
    """The program's ends, by label."""


def _pipes() -> _Outputs:
    outputs = _Outputs({}, {})
    for label in _LABELS:
        outputs.reading[label], outputs.writing[label] = os.pipe2(os.O_CLOEXEC)
    return outputs


def _terminal(request: RunRequest) -> _Outputs:
    """One terminal for both, as a person would have it.

    It is the controlling terminal of this process, which leads the session as a shell would: were
    it the program's own, whatever outlives its main process would get a SIGHUP.
    """
    try:
        master, slave = os.openpty()
    except OSError as error:
        raise MptuiError(f"cannot open a pseudo-terminal: {error.strerror}") from error
    settings = termios.tcgetattr(slave)
    # What is written is to be recorded as written: a line feed stays a line feed.
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, settings)
    columns, rows = request.terminal_size
    termios.tcsetwinsize(slave, (rows, columns))
    with suppress(OSError):  # Not where this process leads no session.
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    return _Outputs({"stdout": master}, {"stdout": slave, "stderr": slave})


def _enter_foreground(terminal: int) -> None:
    """In the child: make its process group the one that Ctrl-C on the terminal is for."""
    # The kernel stops a process that does this from the background.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
    with suppress(OSError):
        os.tcsetpgrp(terminal, os.getpgrp())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTTOU])


def _preparation(
    request: RunRequest,
    folder: RunFolder,
    outputs: _Outputs,
    listener_environment: Mapping[str, str] | None,
) -> Callable[[], None]:
    """What is left to do in the child before it becomes the program.

    Args:
        request: the program.
        folder: gets the marks of its streams.
        outputs: its streams.
        listener_environment: its environment, where it is to listen on sockets of systemd's.
    """

    def prepare() -> None:
        # Only in the child the pid is known before the program can look for its marks.
        for label in outputs.reading:
            folder.mark(outputs.writing[label], os.getpid(), label)
        if request.has_terminals:
            _enter_foreground(outputs.writing["stdout"])
        if listener_environment is not None:
            _execute_as_listener(request.command, listener_environment)

    return prepare


def _execute_as_listener(command: tuple[str, ...], environment: Mapping[str, str]) -> None:
    """In the child: start the program with its own pid in LISTEN_PID, which is known only here.

    See sd_listen_fds(3).
    """
    own = {key: value for key, value in environment.items() if key != "LISTEN_PIDFDID"}
    own["LISTEN_PID"] = str(os.getpid())
    # What cannot be started is tried once more by the caller, which knows how to say so.
    with suppress(OSError):
        os.execvpe(command[0], command, own)


def _standard_input(request: RunRequest, outputs: _Outputs) -> tuple[int | None, int | None]:
    """The program's standard input (None: this process's own), and the end that feeds it."""
    if request.stdin_path is not None:
        try:
            return os.open(request.stdin_path, os.O_RDONLY | os.O_CLOEXEC), None
        except OSError as error:
            reason = f"cannot read {request.stdin_path}: {error.strerror}"
            raise MptuiError(reason, EXIT_USAGE) from error
    if not request.has_input_pipe:
        return None, None
    if request.has_terminals:
        return outputs.writing["stdout"], os.dup(outputs.reading["stdout"])
    return os.pipe2(os.O_CLOEXEC)


def _not_started(request: RunRequest, error: OSError) -> MptuiError:
    # subprocess names the folder where the folder is at fault, else the program.
    if error.filename == request.cwd and request.cwd != request.command[0]:
        return MptuiError(f"cannot start in {request.cwd}: {error.strerror}")
    status = EXIT_NOT_FOUND if isinstance(error, FileNotFoundError) else EXIT_NOT_EXECUTABLE
    program = shlex.quote(request.command[0])
    return MptuiError(f"cannot start {program}: {error.strerror}", status)
