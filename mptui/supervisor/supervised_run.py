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

    @classmethod
    def start(
        cls,
        request: RunRequest,
        stdin: int | None = None,
        inherited: Iterable[int] = (),
        *,
        has_overflow: bool = False,
    ) -> Self:
        """Start a supervisor and, through it, the program.

        Args:
            request: what to run.
            stdin: a descriptor that becomes the program's standard input; without one it is empty.
            inherited: descriptors that the program gets too, under their own numbers.
            has_overflow: whether what the recording cannot take is to be read from `overflow`.

        Raises:
            MptuiError: the program, or the run around it, cannot be started.
        """
        lifeline_end, lifeline = os.pipe()
        news, news_end = os.pipe()
        overflow, overflow_end = os.pipe() if has_overflow else (None, None)
        ends = [end for end in (lifeline_end, news_end, overflow_end) if end is not None]
        # What a supervisor that fails says last; in memory, since the disk may be why.
        log = os.memfd_create("mptui-supervisor-log")
        options = interpreter_arguments(_CLUSTER if request.cluster else _PROGRAM)
        try:
            supervisor = subprocess.Popen(
                [sys.executable, *options, *map(str, ends)],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=(*ends, *inherited),
                start_new_session=True,
            )
        except OSError as error:
            raise MptuiError(f"cannot start the supervisor: {error.strerror}") from error
        finally:
            for end in ends:
                os.close(end)
        _SUPERVISORS[:] = [*(one for one in _SUPERVISORS if one.poll() is None), supervisor]
        lines = NewsLines(news)
        # If it has ended already, the answer says why.
        with suppress(BrokenPipeError), os.fdopen(os.dup(lifeline), "wb") as writing:
            writing.write(msgspec.json.encode(request) + b"\n")
        answer = _answer(lines, log)
        os.close(log)
        if answer.recording is None:
            os.close(lifeline)
            supervisor.wait()
            raise MptuiError(answer.error or "the supervisor failed", answer.exit_status)
        run = cls(supervisor, lifeline, lines, Path(answer.recording))
        run.overflow = overflow
        return run

    @property
    def has_ended(self) -> bool:
        """Whether the supervisor has ended: it stays as long as anything of the run lives."""
        return self._supervisor.poll() is not None


def _answer(news: NewsLines, log: int) -> RunAnswer:
    line = news.read_line()
    if line is not None:
        return msgspec.json.decode(line, type=RunAnswer)
    said = os.pread(log, _LOG_BYTES, 0).decode(errors="replace").strip().splitlines()
    return RunAnswer(
        error=f"the supervisor failed: {said[-1] if said else 'it was killed'}",
        exit_status=EXIT_OWN_FAILURE,
    )
