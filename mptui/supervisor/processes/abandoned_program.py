"""What is left of a program whose supervisor was killed: found by its mark, ended on request.

Whoever does this is not above the program, and may have children that are none of it; so only what
carries the mark, and what stands below that, is taken for the program's.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel
from mptui.supervisor.request import GRACE_SECONDS
from mptui.supervisor.stopping import Stopper

if TYPE_CHECKING:
    from mptui.events import StopReason

_TURN_SECONDS: Final = 0.05


class AbandonedProgram:
    """The processes that carry a mark.

    Args:
        mark: a variable of their environment that no other process has, as NAME=VALUE.
    """

    def __init__(self, mark: str) -> None:
        self._mark = b"\0" + mark.encode(errors="surrogateescape") + b"\0"

    def pids(self) -> list[int]:
        """All that live, parents before their children."""
        own = os.getpid()
        marked = [
            pid
            for pid in sorted(kernel.every_pid())
            if pid != own and self._mark in kernel.read_environment(pid)
        ]
        return [pid for pid in kernel.with_descendants(marked) if kernel.is_running(pid)]

    def end(self, reason: StopReason, *, at_once: bool = False) -> None:
        """End them all and wait for that: by SIGTERM and soon SIGKILL, or by SIGKILL at once."""
        stopper = Stopper(0, self.pids, GRACE_SECONDS)
        stopper.main_ended(time.monotonic())
        if at_once:
            stopper.kill(reason, time.monotonic())
        else:
            stopper.ask(reason, signal.SIGTERM, time.monotonic())
        while self.pids():
            stopper.pursue(time.monotonic())
            time.sleep(_TURN_SECONDS)
