"""Starts the program: the user's exact command, on mptui's pipes, with the probe on its path.

Nothing is changed but what DESIGN section 6 names: PYTHONPATH gets the probe's folder in front, one
variable names the run folder, and standard output and error are pipes of mptui's. No runpy, no
changed argv.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from contextlib import ExitStack
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.errors import EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND, EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mptui.events import StreamName
    from mptui.supervisor.request import RunRequest
    from mptui.supervisor.run_folder import RunFolder

RUN_FOLDER_VARIABLE: Final = "MPTUI_RUN"
_LABELS: Final[tuple[StreamName, StreamName]] = ("stdout", "stderr")


class Launched(NamedTuple):
    """The program's main process and this side's ends of its standard streams."""

    popen: subprocess.Popen[bytes]
    pipes: dict[StreamName, int]
    """The read ends of its outputs, by label."""
    stdin: int | None
    """The write end of its input, where a front end feeds it."""


def program_environment(own: Mapping[str, str], run_folder: str) -> dict[str, str]:
    """The program's environment: `own`, the probe's folder first on PYTHONPATH, the run folder.

    PYTHONPATH is joined from parts that are not empty: an empty one would put the current directory
    on the program's path.
    """
    probe = str(resources.files("mptui") / "probe")
    old = [part for part in own.get("PYTHONPATH", "").split(os.pathsep) if part and part != probe]
    return {**own, "PYTHONPATH": os.pathsep.join([probe, *old]), RUN_FOLDER_VARIABLE: run_folder}


def launch(request: RunRequest, folder: RunFolder) -> Launched:
    """Start the program.

    Raises:
        MptuiError: it cannot be started, with the exit status a shell would give.
    """
    reading: dict[StreamName, int] = {}
    writing: dict[StreamName, int] = {}
    with ExitStack() as cleanup:
        for label in _LABELS:
            reading[label], writing[label] = os.pipe2(os.O_CLOEXEC)
            cleanup.callback(os.close, writing[label])
        given_stdin, own_stdin = _standard_input(request)
        if given_stdin is not None:
            cleanup.callback(os.close, given_stdin)

        def mark_own_streams() -> None:
            # In the child: only there the pid is known before the program can look for its marks.
            for label in _LABELS:
                folder.mark(writing[label], os.getpid(), label)

        try:
            popen = subprocess.Popen(
                request.command,
                stdin=given_stdin,
                stdout=writing["stdout"],
                stderr=writing["stderr"],
                cwd=request.cwd,
                env=program_environment({**os.environ, **request.environment}, str(folder.path)),
                start_new_session=True,
                preexec_fn=mark_own_streams,  # noqa: PLW1509 - the supervisor has no threads
            )
        except OSError as error:
            for descriptor in reading.values():
                os.close(descriptor)
            raise _not_started(request, error) from error
    for descriptor in reading.values():
        os.set_blocking(descriptor, False)
    return Launched(popen, reading, own_stdin)


def _standard_input(request: RunRequest) -> tuple[int | None, int | None]:
    """The program's standard input (None: this process's own), and the end that feeds it."""
    if request.stdin_path is not None:
        try:
            return os.open(request.stdin_path, os.O_RDONLY | os.O_CLOEXEC), None
        except OSError as error:
            reason = f"cannot read {request.stdin_path}: {error.strerror}"
            raise MptuiError(reason, EXIT_USAGE) from error
    return os.pipe2(os.O_CLOEXEC) if request.has_input_pipe else (None, None)


def _not_started(request: RunRequest, error: OSError) -> MptuiError:
    # subprocess names the folder where the folder is at fault, else the program.
    if error.filename == request.cwd and request.cwd != request.command[0]:
        return MptuiError(f"cannot start in {request.cwd}: {error.strerror}")
    status = EXIT_NOT_FOUND if isinstance(error, FileNotFoundError) else EXIT_NOT_EXECUTABLE
    program = shlex.quote(request.command[0])
    return MptuiError(f"cannot start {program}: {error.strerror}", status)
