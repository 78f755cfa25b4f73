"""The beginning of a run of a program that runs already: what stands in the place of a launch.

Nothing is done to the program: no signal, no descriptor, no place in a group of its own.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.supervisor.launch import Launched
from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from mptui.supervisor.request import AttachRequest


def attach(request: AttachRequest) -> Launched:
    """The program, as if it had just been launched.

    Raises:
        MptuiError: it is there no more.
    """
    stat = kernel.read_stat(request.pid)
    if stat is None or stat.state == "Z" or stat.start_ticks != request.start_ticks:
        raise MptuiError(f"process {request.pid} has ended meanwhile", EXIT_USAGE)
    return Launched(
        popen=None,
        pipes={},
        stdin=None,
        terminal=None,
        strangers=frozenset(kernel.every_pid() - {*kernel.with_descendants([request.pid])}),
        attached=request.pid,
    )


def executable_of(request: AttachRequest) -> str:
    """The path of what it runs, its interpreter if it is one of Python's."""
    try:
        return os.readlink(f"/proc/{request.pid}/exe")  # noqa: PTH115 - a text is wanted
    except OSError:
        return request.argv[0]


def seconds_before(request: AttachRequest) -> float:
    """How long the program has run by now."""
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return max(round(since_boot - request.start_ticks / os.sysconf("SC_CLK_TCK"), 2), 0.0)
