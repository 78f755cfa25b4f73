"""A front end's side of a run that is watched: learn that there is news, ask for things, leave.

What happened in the run is in the recording; this module only tells that there is something new to
read. It must not interpret events, and must not know how the run came to be.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from mptui.errors import EXIT_OWN_FAILURE

if TYPE_CHECKING:
    from pathlib import Path


class RunLink:
    """The two ends that a front end has of the link to a supervisor.

    Args:
        commands: a descriptor that the supervisor reads commands from.
        news: what it writes.
        recording: the file of the run.
    """

    def __init__(self, commands: int, news: NewsLines, recording: Path) -> None:
        self._commands: int | None = commands
        self._news = news
        self.recording = recording
        """The file of the run."""
        self.exit_status: int | None = None
        """How the run ended, as a shell would give it; None while it goes on."""
        self.trouble: str | None = None
        """Why the recording cannot be written at the moment, None while it can."""
        self.overflow_at: int | None = None
        """What comes behind so many bytes of the recording goes through the overflow too."""
        self.is_lost = False
        """Whether the supervisor was killed."""

    def wait_for_news(self) -> bool:
        """Wait until the recording grew; False when the run is finished. For one thread only."""
        if self.exit_status is not None:
            return False
        lines = self._news.read()
        self._learn(lines)
        if not lines:
            self._lose_supervisor()
        return bool(lines)

    def take_news(self) -> None:
        """Learn what has come, without waiting. For the thread that waits for news."""
        if self.exit_status is None and self._news.are_any:
            self.wait_for_news()

    def _learn(self, lines: list[str]) -> None:
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "end":
                self.exit_status = int(rest)
            elif word == "trouble":
                self.trouble = rest or None
            elif word == "overflow":
                self.overflow_at = int(rest)

    def stop(self) -> None:
        """Ask the program to end (SIGTERM); a second time: kill all of it at once."""
        self._command(b"stop\n")

    def interrupt(self) -> None:
        """Send what Ctrl-C in a terminal sends (SIGINT); a second time: kill all of it at once."""
        self._command(b"interrupt\n")

    def kill(self) -> None:
        """End every process of the program at once (SIGKILL)."""
        self._command(b"kill\n")

    def leave(self) -> None:
        """End the run without the program, where that ran before mptui came; else as `stop`."""
        self._command(b"leave\n")

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
        """Leave the run alone: what its request says for this case happens."""
        if self._commands is not None:
            os.close(self._commands)
            self._commands = None

    def wait(self) -> int:
        """Wait for the end of the run and return its exit status, skipping all further news."""
        while self.wait_for_news():
            pass
        assert self.exit_status is not None
        return self.exit_status

    def _lose_supervisor(self) -> None:
        """The supervisor ended without a report."""
        self.exit_status = EXIT_OWN_FAILURE
        self.is_lost = True
        self.trouble = "the supervisor was killed"

    def _command(self, line: bytes) -> None:
        # A supervisor that has ended has nothing left to stop.
        with suppress(BrokenPipeError):
            if self._commands is not None:
                os.write(self._commands, line)


class NewsLines:
    """Reads whole lines from the news pipe, waiting for at least one."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._torn = b""
        self._lines: list[str] = []
        self._is_at_end = False

    @property
    def are_any(self) -> bool:
        """Whether there is something to read, or the end, without waiting."""
        if self._lines or self._is_at_end:
            return True
        return bool(select.select([self._descriptor], [], [], 0)[0])

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
