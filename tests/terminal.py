"""A program on a terminal of its own: send keys, read the screen, wait for what it shows.

    with Terminal(["htop"], columns=120, rows=40) as terminal:
        terminal.wait_for("PID")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []

The terminal is read only while a test waits. Nothing here sleeps.
"""

import os
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyte

from tests.terminal_screen import MODES_AT_START, TerminalScreen

LIMIT_SECONDS: Final = 30.0
_GRACE_SECONDS: Final = 2.0

_TAKE_TERMINAL = 'exec 3<>"$0" 3<&-; exec "$@"'
"""The first terminal that a session's leader opens becomes the session's own."""

_NOT_INHERITED = {"COLUMNS", "LINES", "LC_ALL", "NO_COLOR", "PYTHONUNBUFFERED", "TMUX"}


class Key(StrEnum):
    """What a terminal sends for the keys that are no character."""

    ENTER = "\r"
    ESCAPE = "\x1b"
    TAB = "\t"
    SHIFT_TAB = "\x1b[Z"
    BACKSPACE = "\x7f"
    UP = "\x1b[A"
    DOWN = "\x1b[B"
    RIGHT = "\x1b[C"
    LEFT = "\x1b[D"
    HOME = "\x1b[H"
    END = "\x1b[F"
    PAGE_UP = "\x1b[5~"
    PAGE_DOWN = "\x1b[6~"
    CTRL_C = "\x03"
    CTRL_P = "\x10"
    CTRL_Q = "\x11"


class Terminal:
    """A pseudo-terminal, the program that runs on it, and the screen that the program drew."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.byte_count = 0
        """How many bytes the program has sent."""
        self.arrived_at = 0.0
        """When what is on the screen now came: to draw it takes pyte longer than any terminal."""
        self._screen = TerminalScreen(columns, rows)
        self._descriptor, slave = os.openpty()
        termios.tcsetwinsize(slave, (rows, columns))
        self._settings = termios.tcgetattr(self._descriptor)
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _TAKE_TERMINAL, os.ttyname(slave), *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=_environment(environment or {}),
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def rows(self) -> list[str]:
        """The text of each row, without the blanks at its end."""
        return self._screen.rows

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def cells(self) -> pyte.Screen:
        """The screen with colours and styles: ``cells.buffer[row][column]``."""
        return self._screen.cells

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0."""
        return self._screen.cursor

    @property
    def is_alternate(self) -> bool:
        """Whether the program has the screen to itself, with the user's put away."""
        return self._screen.is_alternate

    def send(self, *keys: str) -> None:
        os.write(self._descriptor, "".join(keys).encode())

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        termios.tcsetwinsize(self._descriptor, (rows, columns))
        self._screen.resize(columns, rows)

    def wait_for(
        self,
        shown: str | Callable[["Terminal"], bool],
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        """Read until this text is on the screen, or until this is true of the terminal."""
        deadline = time.monotonic() + limit_seconds
        while not (shown in self.text if isinstance(shown, str) else shown(self)):
            if not self._read(deadline):
                ended = "limit reached" if time.monotonic() >= deadline else "program gone"
                raise AssertionError(f"{ended} before {shown!r}; the screen:\n{self.text}")

    def wait_for_exit(self, limit_seconds: float = LIMIT_SECONDS) -> int:
        """Read what still comes; the exit status, negative for a signal."""
        deadline = time.monotonic() + limit_seconds
        self.read_for(limit_seconds)
        try:
            return self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"it does not end; the screen:\n{self.text}") from error

    def read_for(self, seconds: float) -> None:
        """Read all that comes in this time, as a terminal on a table does."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass

    def left_behind(self) -> list[str]:
        """What is not as the program found it."""
        changed = self._screen.modes ^ MODES_AT_START
        left = [f"mode {mode}" for mode in sorted(changed)]
        if termios.tcgetattr(self._descriptor) != self._settings:
            left.append("settings of the line")
        return left

    def close(self) -> None:
        """Hang up, as a lost connection does; what does not end by that is killed."""
        os.close(self._descriptor)
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _read(self, deadline: float) -> bool:
        """Take what there is, waiting for it; False at the deadline and when no more can come."""
        readable, _, _ = select.select(
            [self._descriptor], [], [], max(0.0, deadline - time.monotonic())
        )
        if not readable:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # The last process that had the terminal open has closed it.
            return False
        self.arrived_at = time.perf_counter()
        self._show(data)
        return True

    def _show(self, data: bytes) -> None:
        self.byte_count += len(data)
        answer = self._screen.feed(data)
        if answer:
            os.write(self._descriptor, answer)


def has_ended(process: int, limit_seconds: float = LIMIT_SECONDS) -> bool:
    """Whether the process of this pidfd ends within the limit."""
    return bool(select.select([process], [], [], limit_seconds)[0])


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
    return {**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", **changes}
