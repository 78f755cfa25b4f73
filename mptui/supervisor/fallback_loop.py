"""The loop that takes over when the supervisor itself has failed, so that the program does not.

A pipe that nothing reads blocks or kills its writer, so all pipes go on being drained; processes
are reaped, and the front end can still end the run. Nothing is recorded any more. It uses as little
as it can of what has just failed.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mptui.supervisor.launch import run_mark
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.program_search import ProgramSearch
from mptui.supervisor.stopping import Stopper

if TYPE_CHECKING:
    from mptui.supervisor.front_ends.control import Control
    from mptui.supervisor.launch import Launched
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.request import RunRequest

_PIECE_BYTES: Final = 1024 * 1024
_TURN_SECONDS: Final = 0.05


class FallbackLoop:
    """A loop that only drains, reaps and stops.

    Args:
        request: what was asked for.
        launched: the program.
        folder: the run folder.
        control: the pipes to the front end.
        began: when the run began, by the monotonic clock.
    """

    def __init__(
        self,
        request: RunRequest,
        launched: Launched,
        folder: RunFolder,
        control: Control,
        began: float,
    ) -> None:
        self._request = request
        self._limit = None if request.limit_seconds is None else began + request.limit_seconds
        self._main_pid = launched.pid
        self._undrained = {0, control.lifeline, launched.stdin, launched.terminal}
        self._folder = folder
        self._control = control
        self._has_front_end = True
        search = ProgramSearch(run_mark(folder))
        self._stopper = Stopper(launched.pid, search.pids, request.grace_seconds)
        self._wait_status: int | None = None
        # It would count as a pipe that never ends.
        if (waking := signal.set_wakeup_fd(-1)) >= 0:
            os.close(waking)

    def run(self) -> int | None:
        """Go on until the main process has ended; returns its exit code, -N for signal N.

        None if it was waited for before, and the answer was lost in the failure.
        """
        while not self._has_main_ended:
            self._turn()
        status = self._wait_status
        return None if status is None else os.waitstatus_to_exitcode(status)

    @property
    def is_limited(self) -> bool:
        """Whether the program was stopped at its limit."""
        return self._stopper.reason == "limit"

    @property
    def _has_main_ended(self) -> bool:
        return self._wait_status is not None or not kernel.exists(self._main_pid)

    def drain_the_rest(self) -> None:
        """Go on while there is a pipe that may still be written to."""
        while self._turn():
            pass

    def _turn(self) -> bool:
        """Do everything once; False when no pipe is left."""
        with suppress(OSError):
            self._folder.read_records()
            for message in self._folder.accept_streams():
                message.connection.close()
        pipes = self._pipes()
        with suppress(OSError):
            # Many descriptors are no trouble for poll, as they are for select.
            _drain(pipes)
        self._obey()
        self._stop_at_limit()
        self._reap()
        self._stopper.pursue(time.monotonic())
        return bool(pipes)

    def _pipes(self) -> list[int]:
        """Every pipe that this process reads but the lifeline and its standard input."""
        with suppress(OSError):
            descriptors = {int(link.name) for link in Path("/proc/self/fd").iterdir()}
            found = descriptors - self._undrained
            return [number for number in found if kernel.output_end_name(number)]
        return []

    def _obey(self) -> None:
        commands = self._control.read_commands() if self._has_front_end else []
        if commands is None:
            self._has_front_end = False
            # What a finished run has left is left alone, whoever is gone.
            is_to_stop = self._request.on_disconnect == "stop" and not self._has_main_ended
            commands = ["stop"] if is_to_stop else []
        for command in commands:
            if command in ("stop", "interrupt", "kill"):
                number = signal.SIGINT if command == "interrupt" else signal.SIGTERM
                self._stopper.ask("user", number, time.monotonic())
            if command == "kill":
                self._stopper.kill("user", time.monotonic())

    def _stop_at_limit(self) -> None:
        now = time.monotonic()
        if self._limit is not None and now >= self._limit and self._stopper.reason is None:
            self._stopper.ask("limit", signal.SIGTERM, now)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self._main_pid:
                    self._wait_status = ended[1]
                    self._stopper.main_ended(time.monotonic())


def _drain(pipes: list[int]) -> None:
    """Read once from each pipe that has something, after waiting for one a moment."""
    poll = select.poll()
    for pipe in pipes:
        poll.register(pipe, select.POLLIN)
    for pipe, _ in poll.poll(_TURN_SECONDS * 1000):
        try:
            piece = os.read(pipe, _PIECE_BYTES)
        except BlockingIOError:
            continue
        except OSError:
            piece = b""  # A terminal whose last writer is gone.
        if not piece:
            os.close(pipe)
