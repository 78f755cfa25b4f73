"""Run a program under the real supervisor and look at the events of its recording."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.request import RunRequest
from mptui.supervisor.supervised_run import SupervisedRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event
    from mptui.supervisor.request import OnDisconnect

EventType = TypeVar("EventType")


def request_for(
    *command: str, cwd: Path | None = None, on_disconnect: OnDisconnect = "stop"
) -> RunRequest:
    return RunRequest(
        command=command, cwd=str(cwd or Path.cwd()), name="test", on_disconnect=on_disconnect
    )


def run_to_end(*command: str, cwd: Path | None = None) -> list[Event]:
    """Every event of a run, read after its end."""
    run = SupervisedRun.start(request_for(*command, cwd=cwd))
    run.wait()
    run.detach()
    return read_recording(run.recording)


def run_code(code: str, *arguments: str, python: str = sys.executable) -> list[Event]:
    return run_to_end(python, "-c", code, *arguments)


def read_recording(path: Path) -> list[Event]:
    with RecordingReader(path) as reader:
        return reader.read()


def follow_until(
    run: SupervisedRun, reader: RecordingReader, is_there: Callable[[list[Event]], bool]
) -> list[Event]:
    """The events so far, as soon as the condition holds for them (or the run is finished)."""
    seen = reader.read()
    while not is_there(seen) and run.wait_for_news():
        seen += reader.read()
    assert is_there(seen), seen
    return seen


def of_type(kind: type[EventType], among: Iterable[Event]) -> list[EventType]:
    return [event for event in among if isinstance(event, kind)]


def printed(among: Iterable[Event], process: int, stream: str = "stdout") -> bytes:
    """All that a process wrote to a stream."""
    pieces = (
        event.data if event.text is None else event.text.encode()
        for event in of_type(events.Output, among)
        if (event.process, event.stream) == (process, stream)
    )
    return b"".join(piece or b"" for piece in pieces)


def processes_named(among: Iterable[Event]) -> dict[int, str]:
    """The last name of each process."""
    names: dict[int, str] = {}
    for event in among:
        if isinstance(event, events.ProcessStarted | events.ProcessChanged) and event.name:
            names[event.process] = event.name
    return names
