"""How a process begins to record a run, whatever it watches: a program or a cluster.

It must not know what is watched.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import mptui
from mptui import events
from mptui.recording import RecordingWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from mptui.recording.overflow import Overflow
    from mptui.supervisor.request import RunRequest


def given_descriptors() -> list[int]:
    """Those that the command line names; nothing that is started here inherits them."""
    given = [int(argument) for argument in sys.argv[1:]]
    for descriptor in given:
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's way
    return given


def clock_since(began: float) -> Callable[[], float]:
    """Seconds since this time of `time.monotonic`, in microseconds."""
    began_ns = round(began * 1e9)

    def seconds_since() -> float:
        # Not by `round`, which takes several times as long: this is asked for all the time.
        return (time.monotonic_ns() - began_ns + 500) // 1000 / 1e6

    return seconds_since


def run_started(
    request: RunRequest, path: Path, started_at: datetime, *, python: str, cpu_count: int
) -> events.RunStarted:
    """The first event of a recording, with what is known of every run.

    Args:
        request: what was asked for.
        path: the recording.
        started_at: when.
        python: the path of the interpreter.
        cpu_count: how many cores there are.
    """
    return events.RunStarted(
        t=0.0,
        schema=events.SCHEMA,
        id=path.stem,
        command=list(request.command),
        cwd=request.cwd,
        python=python,
        host=os.uname().nodename,
        cpu_count=cpu_count,
        started_at=started_at.isoformat(timespec="milliseconds"),
        mptui=mptui.__version__,
        supervisor=os.getpid(),
    )


def begin_recording(
    descriptor: int, started: events.RunStarted, overflow: Overflow | None
) -> RecordingWriter:
    """A recording that can be told from other files from now on."""
    recording = RecordingWriter(descriptor, overflow=overflow)
    recording.append(started)
    recording.flush()
    return recording
