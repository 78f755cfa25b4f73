"""A front end's side of a run: start it, learn that there is news, ask it to stop, detach.

What happened in the run is in the recording; this module only tells that there is something new to
read. It must not interpret events.
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
from mptui.supervisor.request import RunAnswer, RunRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOG_BYTES: Final = 4096
_DETACHED: Final[list[subprocess.Popen[bytes]]] = []
"""Supervisors that go on by themselves: Python warns of a child that is forgotten."""


class SupervisedRun:
    """A run and the supervisor that watches it; made by `start`."""

    def __init__(
        self, supervisor: subprocess.Popen[bytes], lifeline: int, news: _NewsLines, recording: Path
    ) -> None:
        self._supervisor = supervisor
        self._lifeline: int | None = lifeline
        self._news = news
        self.recording = recording
        """The file of the run."""
        self.exit_status: int | None = None
        """How the run ended, as a shell would give it; None while it goes on."""
        self.trouble: str | None = None
        """Why the recording cannot be written at the moment, None while it can."""

    @classmethod
    def start(
        cls, request: RunRequest, stdin: int | None = None, inherited: Iterable[int] = ()
    ) -> Self:
        """Start a supervisor and, through it, the program.

        Args:
            request: what to run.
            stdin: a descriptor that becomes the program's standard input; without one it is empty.
            inherited: descriptors that the program gets too, under their own numbers.

        Raises:
            MptuiError: the program, or the run around it, cannot be started.
        """
        lifeline_end, lifeline = os.pipe()
        news, news_end = os.pipe()
        # What a supervisor that fails says last; in memory, since the disk may be why.
        log = os.memfd_create("mptui-supervisor-log")
        options = interpreter_arguments("mptui.supervisor")
        try:
            supervisor = subprocess.Popen(
                [sys.executable, *options, str(lifeline_end), str(news_end)],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=(lifeline_end, news_end, *inherited),
                start_new_session=True,
            )
        except OSError as error:
            raise MptuiError(f"cannot start the supervisor: {error.strerror}") from error
        finally:
            os.close(lifeline_end)
            os.close(news_end)
        lines = _NewsLines(news)
        # If it has ended already, the answer says why.
        with suppress(BrokenPipeError), os.fdopen(os.dup(lifeline), "wb") as writing:
            writing.write(msgspec.json.encode(request) + b"\n")
        answer = _answer(lines, log)
        os.close(log)
        if answer.recording is None:
            os.close(lifeline)
            supervisor.wait()
            raise MptuiError(answer.error or "the supervisor failed", answer.exit_status)
        return cls(supervisor, lifeline, lines, Path(answer.recording))

    @property
    def has_ended(self) -> bool:
        """Whether the supervisor has ended: it stays as long as anything of the run lives."""
        return self._supervisor.poll() is not None

    def wait_for_news(self) -> bool:
        """Wait until the recording grew; False when the run is finished. For one thread only."""
        lines = self._news.read()
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "end":
                self.exit_status = int(rest)
            elif word == "trouble":
                self.trouble = rest or None
        if lines:
            return True
        if self.exit_status is None:
            # The supervisor ended without a report.
            self.exit_status = EXIT_OWN_FAILURE
            self.trouble = "the supervisor was killed"
        return False

    def stop(self) -> None:
        """Ask the program to end (SIGTERM); a second time: kill all of it at once."""
        self._command(b"stop\n")

    def interrupt(self) -> None:
        """Send what Ctrl-C in a terminal sends (SIGINT); a second time: kill all of it at once."""
        self._command(b"interrupt\n")

    def kill(self) -> None:
        """End every process of the program at once (SIGKILL)."""
        self._command(b"kill\n")

    def send_signal(self, process: int, number: int, *, is_tree: bool) -> None:
        """Send a process this signal; in a tree, those below it too."""
        self._command(b"signal %d %d%s\n" % (process, number, b" tree" if is_tree else b""))

    def read_stacks(self, process: int | None = None, *, native: bool = False) -> None:
        """Have the stacks of this process recorded, or those of all.

        The program is not held up by that, except where its C code is wanted too (``native``):
        then each process is stopped for a moment.
        """
        word = b"native-stacks" if native else b"stacks"
        self._command(b"%b\n" % word if process is None else b"%b %d\n" % (word, process))

    def send_input(self, text: str) -> None:
        """Send this to the program's standard input, where the request made it a pipe."""
        self._command(b"input " + msgspec.json.encode(text) + b"\n")

    def end_input(self) -> None:
        """Let the program see the end of its standard input."""
        self._command(b"end-input\n")

    def detach(self) -> None:
        """Leave the run alone: what the request says for this case happens."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        _DETACHED[:] = [one for one in (*_DETACHED, self._supervisor) if one.poll() is None]

    def wait(self) -> int:
        """Wait for the end of the run and return its exit status, skipping all further news."""
        while self.wait_for_news():
            pass
        assert self.exit_status is not None
        return self.exit_status

    def _command(self, line: bytes) -> None:
        # A supervisor that has ended has nothing left to stop.
        with suppress(BrokenPipeError):
            if self._lifeline is not None:
                os.write(self._lifeline, line)


class _NewsLines:
    """Reads whole lines from the news pipe, waiting for at least one."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._torn = b""
        self._lines: list[str] = []
        self._is_at_end = False

    def read(self) -> list[str]:
        """The lines that came, after waiting for one; none at the end."""
        while not self._lines and not self._is_at_end:
            self._read_more()
        lines, self._lines = self._lines, []
        return lines

    def read_line(self) -> str | None:
        """The next line alone, after waiting for it; None at the end."""
        while not self._lines and not self._is_at_end:
            self._read_more()
        return self._lines.pop(0) if self._lines else None

    def _read_more(self) -> None:
        piece = os.read(self._descriptor, 65536)
        if not piece:
            self._is_at_end = True
            os.close(self._descriptor)
        *whole, self._torn = (self._torn + piece).split(b"\n")
        self._lines += [line.decode(errors="replace") for line in whole]


def _answer(news: _NewsLines, log: int) -> RunAnswer:
    line = news.read_line()
    if line is not None:
        return msgspec.json.decode(line, type=RunAnswer)
    said = os.pread(log, _LOG_BYTES, 0).decode(errors="replace").strip().splitlines()
    return RunAnswer(
        error=f"the supervisor failed: {said[-1] if said else 'it was killed'}",
        exit_status=EXIT_OWN_FAILURE,
    )
