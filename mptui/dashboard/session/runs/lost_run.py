"""A run whose supervisor was killed: what is left of its program, and the way to end that.

Nobody reads what it prints any more, and nothing more is recorded. Must not know Textual.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mptui.dashboard.session.runs.finished_run import FinishedRun
from mptui.supervisor.launch import RUN_FOLDER_VARIABLE
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.abandoned_program import AbandonedProgram

if TYPE_CHECKING:
    from pathlib import Path


class LostRun(FinishedRun):
    """What a pane needs to end what is left; nothing of it waits.

    Args:
        recording: the file of the run.
        folder: the run folder, which all of them have in their environment.
    """

    def __init__(self, recording: Path, folder: str) -> None:
        super().__init__(recording)
        self.is_lost = True
        self._program = AbandonedProgram(f"{RUN_FOLDER_VARIABLE}={folder}")
        self._pids = self._program.pids()

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left of it."""
        if not any(map(kernel.is_running, self._pids)):
            # Not each time: it is a look at every process that there is.
            self._pids = self._program.pids()
        return not self._pids

    @property
    def pids(self) -> list[int]:
        """What was left of it when that was last looked at."""
        return self._pids

    def stop(self) -> None:
        """Ask all that is left to end, and half a second later end it."""
        self._end(at_once=False)

    def interrupt(self) -> None:
        """The same: nobody is there to say what the program does about it."""
        self.stop()

    def kill(self) -> None:
        """End all that is left at once."""
        self._end(at_once=True)

    def _end(self, *, at_once: bool) -> None:
        def end() -> None:
            self._program.end("user", at_once=at_once)

        threading.Thread(target=end, name="mptui-end", daemon=True).start()
