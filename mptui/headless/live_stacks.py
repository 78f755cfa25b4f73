"""`mptui stacks RUN`: where every process of a run is, as long as it lives.

It sends SIGQUIT (with C code: SIGUSR1) to the run's supervisor, which reads the stacks as for a
front end of its own, and follows the recording until they are all there. Nothing of the program is
signalled.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.errors import EXIT_OWN_FAILURE, EXIT_USAGE, MptuiError
from mptui.headless.process_names import ProcessNames
from mptui.headless.stack_dump import dump_text
from mptui.headless.standard_streams import StandardStreams
from mptui.recording import RecordingReader
from mptui.recording.runs_folder import is_live, path_of_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.events import Event, StackSampled

_PATIENCE_SECONDS: Final = 60.0
"""How long nothing may come before it is given up."""
_LOOK_SECONDS: Final = 0.05


def print_stacks(source: str, *, native: bool = False) -> int:
    """Print the stacks of all processes of a live run; returns the exit status.

    Args:
        source: a recording, or the name of a run.
        native: whether C code is wanted too, for which each process is stopped a moment.

    Raises:
        MptuiError: there is no such run, it is over, or it does not answer.
    """
    path = path_of_run(source, prefers_live=True)
    names = ProcessNames()
    try:
        with RecordingReader(path) as reader:
            supervisor = _learn(names, _read_all(reader))
            number = signal.SIGUSR1 if native else signal.SIGQUIT
            if supervisor is None or not _asked(path, supervisor, number):
                raise MptuiError(f"{source} is over: only a run that lives has stacks", EXIT_USAGE)
            samples = _answers(path, reader, names)
    except OSError as error:
        raise MptuiError(f"cannot read {path}: {error.strerror}", EXIT_USAGE) from error
    streams = StandardStreams()
    with contextlib.suppress(BrokenPipeError):
        streams.write("stdout", dump_text(samples, names.__getitem__).removeprefix(b"\n"))
        streams.flush()
        if streams.trouble is not None:
            raise MptuiError(streams.trouble)
    return 0


def _read_all(reader: RecordingReader) -> Iterator[Event]:
    while batch := reader.read():
        yield from batch


def _learn(names: ProcessNames, known: Iterable[Event]) -> int | None:
    """Learn the names of processes; gives the pid of the supervisor."""
    supervisor = None
    for event in known:
        names.learn(event)
        if isinstance(event, events.RunStarted):
            supervisor = event.supervisor
    return supervisor


def _asked(path: Path, supervisor: int, number: int) -> bool:
    """Ask a supervisor for stacks; False where it has ended."""
    try:
        process = os.pidfd_open(supervisor)
    except OSError:
        return False
    try:
        # In this order: while it holds the lock, the pid is its own.
        if not is_live(path):
            return False
        if not _handles(supervisor, number):
            raise MptuiError("its mptui is older: it cannot answer that", EXIT_USAGE)
        signal.pidfd_send_signal(process, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(process)
    return True


def _handles(pid: int, number: int) -> bool:
    """Whether this signal does not end it: that of an older mptui would."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def _answers(path: Path, reader: RecordingReader, names: ProcessNames) -> list[StackSampled]:
    """Follow the recording until the last stacks that were asked for are there."""
    samples: list[StackSampled] = []
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        goes_on = is_live(path)
        for event in _read_all(reader):
            names.learn(event)
            if isinstance(event, events.StackSampled) and event.why == "asked":
                deadline = time.monotonic() + _PATIENCE_SECONDS
                samples.append(event)
                if event.left == 0:
                    return samples
        if not goes_on:
            break
        time.sleep(_LOOK_SECONDS)
    if samples:
        return samples
    raise MptuiError("the run ended, or its supervisor did not answer", EXIT_OWN_FAILURE)
