"""`mptui run --detach`: starts a program under its supervisor, says what the run is called, ends.

What the run needs is all with its supervisor; nothing of this process is left behind.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from mptui.supervisor.linux.inheritance import inherited_descriptors
from mptui.supervisor.supervised_run import SupervisedRun

if TYPE_CHECKING:
    from mptui.supervisor.request import RunRequest


def start_detached(request: RunRequest) -> int:
    """Start a program that goes on by itself and print the name of its run; returns 0.

    Its standard input is this process's, but never a terminal: that belongs to who types next.

    Args:
        request: the program.

    Raises:
        MptuiError: it cannot be started.
    """
    stdin = None if os.isatty(0) else 0
    run = SupervisedRun.start(request, stdin=stdin, inherited=inherited_descriptors())
    run.detach()
    name = run.recording.stem
    # Whoever wanted to read it may be gone; the program goes on all the same.
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        if os.isatty(1):
            sys.stderr.write(f"mptui: it goes on; mptui attach {name} shows it\n")
    return 0
