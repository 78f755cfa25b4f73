"""Whether a process still runs the program in which its probe reported.

An exec that keeps the environment is followed by another report within milliseconds. One that
loses it, or that starts a program which is not Python, is followed by none: from then on nothing
in the process is watched from inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from mptui.supervisor.link.probe_records import Hello
    from mptui.supervisor.processes.watched_process import WatchedProcess

PATIENCE_SECONDS: Final = 2.0
"""How long an interpreter may take to start before its probe is taken to be lost."""


def note_report(process: WatchedProcess, hello: Hello, parent: WatchedProcess | None) -> None:
    """Note that the probe has reported in what the process runs now.

    Args:
        process: the process.
        hello: what was reported.
        parent: the process that made it, where it is known.
    """
    process.is_only_forked = hello.how == "fork"
    # What it runs by now may be another program already, in which nothing was reported.
    inherited = parent.image if parent is not None and process.is_only_forked else 0
    process.image = hello.image or inherited or kernel.read_program_image(process.pid)
    process.probe_missed_at = None


def has_lost_probe(process: WatchedProcess, now: float) -> bool:
    """Look whether the process runs another program by now, and no probe has reported for long.

    Args:
        process: one in which a probe reported.
        now: the time, in seconds since the run began.
    """
    image = kernel.read_program_image(process.pid)
    if image in (0, process.image) or not process.image:
        process.probe_missed_at = None
    elif process.probe_missed_at is None:
        process.probe_missed_at = now
    else:
        return now - process.probe_missed_at >= PATIENCE_SECONDS
    return False
