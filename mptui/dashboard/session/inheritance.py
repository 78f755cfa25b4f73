"""What the dashboard inherited beside its standard streams, and which program is given it.

Must not know Textual. The terminal that the dashboard draws on is never passed on.
"""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

from mptui.imports import Later
from mptui.supervisor.linux.inheritance import close_all, inherited_descriptors

if TYPE_CHECKING:
    from mptui.supervisor import supervised_run
    from mptui.supervisor.request import RunRequest
else:
    # The gallery starts nothing by itself.
    supervised_run = Later("mptui.supervisor.supervised_run")


class Inheritance:
    """Starts programs with the descriptors that this process was started with.

    A file, or a socket that takes connections, every program of the user's gets. A pipe only the
    first one: who is at its other end has to notice when that program closes it, so it is not kept
    here.
    """

    def __init__(self) -> None:
        given = [one for one in inherited_descriptors() if not os.isatty(one)]
        self._for_one = [one for one in given if _has_other_end(one)]
        self._for_all = tuple(one for one in given if one not in self._for_one)
        self._ready: supervised_run.ReadySupervisor | None = None

    def make_ready(self, request: RunRequest) -> None:
        """Start the supervisor of what will be started first, which may take until then.

        Raises:
            MptuiError: it cannot be started.
        """
        for_one, self._for_one = self._for_one, []
        try:
            self._ready = supervised_run.ReadySupervisor(
                inherited=(*self._for_all, *for_one), is_of_cluster=request.cluster is not None
            )
        finally:
            close_all(for_one)

    def start_run(self, request: RunRequest) -> supervised_run.SupervisedRun:
        """Start a program with what is there for it; as `SupervisedRun.start`, in any thread."""
        if request.scenario is not None:
            return supervised_run.SupervisedRun.start(request)
        ready, self._ready = self._ready, None
        if ready is not None:
            return ready.run(request)
        for_one, self._for_one = self._for_one, []
        try:
            return supervised_run.SupervisedRun.start(request, inherited=(*self._for_all, *for_one))
        finally:
            close_all(for_one)


def _has_other_end(descriptor: int) -> bool:
    """Whether somebody at the other end can notice that the last copy of this one is closed."""
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISSOCK(mode):
        return stat.S_ISFIFO(mode)
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        return not copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
