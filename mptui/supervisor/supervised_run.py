"""The run that a front end starts: the supervisor as its child, and the link to it.

It must not interpret events.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec

from mptui.errors import EXIT_OWN_FAILURE, MptuiError
from mptui.own_path import interpreter_arguments
from mptui.supervisor.front_ends.run_link import NewsLines, RunLink
from mptui.supervisor.linux.inheritance import close_all, give_up_input, inherited_descriptors
from mptui.supervisor.request import RunAnswer, RunRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOG_BYTES: Final = 4096
_PROGRAM: Final = "mptui.supervisor"
_CLUSTER: Final = "mptui.cluster"
"""What supervises the one and the other: they read the same request, and give the same news."""
_SUPERVISORS: Final[list[subprocess.Popen[bytes]]] = []
"""Those that may still live, whoever keeps the run: Python warns of a child that is forgotten."""


class SupervisedRun(RunLink):
    """A run and the supervisor that watches it; made by `start`."""

    def __init__(
        self, supervisor: subprocess.Popen[bytes], lifeline: int, news: NewsLines, recording: Path
    ) -> None:
        super().__init__(lifeline, news, recording)
        self._supervisor = supervisor
        self.overflow: int | None = None
        """Where to read what the recording cannot take; whoever reads it closes it."""

    @staticmethod
    def start(
        request: RunRequest,
        stdin: int | None = None,
        inherited: Iterable[int] = (),
        *,
        has_overflow: bool = False,
    ) -> SupervisedRun:
        """Start a supervisor and, through it, the program.

        Args:
            request: what to run.
            stdin: a descriptor that becomes the program's standard input; without one it is empty.
            inherited: descriptors that the program gets too, under their own numbers.
            has_overflow: whether what the recording cannot take is to be read from `overflow`.

        Raises:
            MptuiError: the program, or the run around it, cannot be started.
        """
        ready = ReadySupervisor(
            stdin, inherited, has_overflow=has_overflow, is_of_cluster=request.cluster is not None
        )
        return ready.run(request)

    @property
    def has_ended(self) -> bool:
        """Whether the supervisor has ended: it stays as long as anything of the run lives."""
        return self._supervisor.poll() is not None


class ReadySupervisor:
    """A supervisor that has started and waits to be told what to run.

    It takes as long to start as a front end does, so both may start at the same time. If it is told
    nothing, it ends with this process and nothing was begun.

    Args:
        stdin: as for `SupervisedRun.start`, like the next two.
        inherited: descriptors that the program gets too.
        has_overflow: whether there is an overflow.
        is_of_cluster: whether it will watch a cluster.

    Raises:
        MptuiError: it cannot be started.
    """

    def __init__(
        self,
        stdin: int | None = None,
        inherited: Iterable[int] = (),
        *,
        has_overflow: bool = False,
        is_of_cluster: bool = False,
    ) -> None:
        lifeline_end, self._lifeline = os.pipe()
        news, news_end = os.pipe()
        self._overflow: int | None
        self._overflow, overflow_end = os.pipe() if has_overflow else (None, None)
        ends = [end for end in (lifeline_end, news_end, overflow_end) if end is not None]
        # What a supervisor that fails says last; in memory, since the disk may be why.
        self._log = os.memfd_create("mptui-supervisor-log")
        module = _CLUSTER if is_of_cluster else _PROGRAM
        try:
            self._process = subprocess.Popen(
                [sys.executable, *interpreter_arguments(module), *map(str, ends)],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=(*ends, *inherited),
                start_new_session=True,
            )
        except OSError as error:
            raise MptuiError(f"cannot start the supervisor: {error.strerror}") from error
        finally:
            for end in ends:
                os.close(end)
        _SUPERVISORS[:] = [*(one for one in _SUPERVISORS if one.poll() is None), self._process]
        self._news = NewsLines(news)

    @classmethod
    def with_all(cls, *, is_of_cluster: bool = False) -> Self:
        """One whose program gets all that this process was given, and alone has it from now on.

        So whoever is at the other end of a pipe notices when the program closes it.

        Args:
            is_of_cluster: as for the class.

        Raises:
            MptuiError: it cannot be started.
        """
        inherited = inherited_descriptors()
        ready = cls(0, inherited, has_overflow=True, is_of_cluster=is_of_cluster)
        close_all(inherited)
        give_up_input()
        return ready

    def run(self, request: RunRequest) -> SupervisedRun:
        """Let it run this; to be called once.

        Raises:
            MptuiError: the program, or the run around it, cannot be started.
        """
        # If it has ended already, the answer says why.
        with suppress(BrokenPipeError), os.fdopen(os.dup(self._lifeline), "wb") as writing:
            writing.write(msgspec.json.encode(request) + b"\n")
        answer = _answer(self._news, self._log)
        os.close(self._log)
        if answer.recording is None:
            os.close(self._lifeline)
            self._process.wait()
            raise MptuiError(answer.error or "the supervisor failed", answer.exit_status)
        run = SupervisedRun(self._process, self._lifeline, self._news, Path(answer.recording))
        run.overflow = self._overflow
        return run


def _answer(news: NewsLines, log: int) -> RunAnswer:
    line = news.read_line()
    if line is not None:
        return msgspec.json.decode(line, type=RunAnswer)
    said = os.pread(log, _LOG_BYTES, 0).decode(errors="replace").strip().splitlines()
    return RunAnswer(
        error=f"the supervisor failed: {said[-1] if said else 'it was killed'}",
        exit_status=EXIT_OWN_FAILURE,
    )
