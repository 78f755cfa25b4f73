"""The two front ends that attempts are made with: without a screen, and on a pseudo-terminal."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING, Final, Protocol

from tests.commanding import command_line, environment_with
from tests.terminal import Key, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT_SECONDS: Final = 40.0
_PAUSE_SECONDS: Final = 0.02
_ANSWER_SECONDS: Final = 3.0
_ALONE_SECONDS: Final = 1.0
"""A key that follows Escape sooner is taken for one with Alt."""


class FrontEnd(Protocol):
    """A front end that has started a run."""

    @property
    def pid(self) -> int:
        """Its own."""

    def tend(self) -> None:
        """Let a moment pass; a screen is looked at meanwhile."""

    def hang_up(self) -> None:
        """Let the connection drop."""

    def wait(self) -> None:
        """Wait for its end, which something else has brought about."""

    def leave(self) -> Iterator[str]:
        """Leave it as a person does, once all is over; gives what is not as it was before."""

    def close(self) -> None:
        """End it, whatever it does."""


class Headless:
    """`mptui run --headless`, whose lines nobody reads; it ends with the program."""

    def __init__(self, folder: Path, *program: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            command_line("run", "--headless", "--on-disconnect", "keep", *program),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment_with(**environment),
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def tend(self) -> None:
        time.sleep(_PAUSE_SECONDS)

    def hang_up(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def wait(self) -> None:
        self._process.wait(LIMIT_SECONDS)

    def leave(self) -> Iterator[str]:
        self.wait()
        yield from ()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Dashboard:
    """`mptui run` on a pseudo-terminal; after the program it stays until it is left."""

    def __init__(self, folder: Path, *program: str, **environment: str) -> None:
        self._terminal = Terminal(
            command_line("run", *program),
            columns=100,
            rows=30,
            cwd=folder,
            environment=environment_with(**environment),
        )
        self._has_hung_up = False

    @property
    def pid(self) -> int:
        return self._terminal.pid

    def tend(self) -> None:
        if self._has_hung_up:
            time.sleep(_PAUSE_SECONDS)
        else:
            # It returns at once when nobody has the terminal any more.
            began = time.monotonic()
            self._terminal.read_for(_PAUSE_SECONDS)
            time.sleep(max(0.0, _PAUSE_SECONDS - (time.monotonic() - began)))

    def hang_up(self) -> None:
        self._has_hung_up = True
        self._terminal.close()

    def wait(self) -> None:
        if not self._has_hung_up:
            self._terminal.wait_for_exit(LIMIT_SECONDS)

    def left_behind(self) -> list[str]:
        """What is not in the terminal as it was; nothing where there is no terminal any more."""
        return [] if self._has_hung_up else self._terminal.left_behind()

    def leave(self) -> Iterator[str]:
        deadline = time.monotonic() + LIMIT_SECONDS
        has_left = False
        while not has_left:
            # It asks as long as it has not seen yet that the run is over: not so the next time.
            self._terminal.send("q")
            has_left = self._has_ended_within(_ANSWER_SECONDS)
            if not has_left:
                assert time.monotonic() < deadline, f"q is not obeyed:\n{self._terminal.text}"
                self._terminal.send(Key.ESCAPE)
                self._terminal.read_for(_ALONE_SECONDS)
        for left in self.left_behind():
            yield f"the terminal is not as it was: {left}"

    def _has_ended_within(self, seconds: float) -> bool:
        try:
            self._terminal.wait_for_exit(seconds)
        except AssertionError:
            return False
        return True

    def close(self) -> None:
        if not self._has_hung_up:
            self._has_hung_up = True
            self._terminal.close()
