"""What is known of a run without reading all of its recording: its first event, and its last ones.

Whether a run goes on is known by the lock that its supervisor holds on the recording. Must not fold
events.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from mptui import events
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.recording.reader import RecordingReader
from mptui.recording.runs_folder import (
    is_live,
    is_surely_live,
    path_of_run,
    recordings,
    size_on_disk,
)
from mptui.wording.durations import duration_text, running_time_text
from mptui.wording.endings import exit_text

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

RunState: TypeAlias = Literal["live", "finished", "abandoned"]
"""abandoned: its supervisor was killed, so nobody knows how it ended."""

_TAIL_BYTES: Final = 256 * 1024
"""The last event is in here, however long it is: an output has 64 KiB at most, escaped."""
_HEAD_BYTES: Final = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """One run."""

    path: Path
    id: str
    """What the recording is called, without its ending."""
    name: str
    """What was run: the part of the id after the time."""
    state: RunState
    started: events.RunStarted
    finished: events.RunFinished | None
    seconds: float
    """How long it lasted, or has lasted so far."""
    size_bytes: int

    @property
    def state_text(self) -> str:
        """How it fares, in a column: ``running``, ``exit 0``, ``abandoned``."""
        if self.finished is None:
            return "running" if self.state == "live" else "abandoned"
        if self.finished.goes_on:
            return "went on"
        is_asked = self.finished.stopped is not None
        return exit_text(self.finished.exitcode, self.finished.signal, is_asked=is_asked)

    @property
    def seconds_text(self) -> str:
        """How long it lasted, in a column; what still grows has whole seconds."""
        return (running_time_text if self.state == "live" else duration_text)(self.seconds)

    @property
    def started_text(self) -> str:
        """When it began, by the clock on the wall here: ``2026-11-26 18:44:14``."""
        try:
            began = datetime.fromisoformat(self.started.started_at)
            return f"{began.astimezone():%Y-%m-%d %H:%M:%S}"
        except (ValueError, OverflowError):
            return "?"


def summary_of(path: Path) -> RunSummary | None:
    """What is known of this run; None where the file is no recording, or has only just begun.

    Raises:
        OSError: it cannot be read.
    """
    was_live = is_live(path)
    started = _first_event(path)
    if not isinstance(started, events.RunStarted):
        return None
    last = _last_event(path)
    finished = last if isinstance(last, events.RunFinished) else None
    # The lock is held for a while after the end, where something was left running.
    state: RunState = "finished" if finished else "live" if was_live else "abandoned"
    if finished is not None:
        seconds = finished.seconds
    elif was_live:
        seconds = _seconds_since(started.started_at)
    else:
        seconds = last.t if last is not None else 0.0
    return RunSummary(
        path=path,
        id=path.stem,
        name=path.stem.partition("-")[2] or path.stem,
        state=state,
        started=started,
        finished=finished,
        seconds=seconds,
        size_bytes=size_on_disk(path),
    )


class RecordedRuns(NamedTuple):
    """What is in the folder of the runs."""

    runs: list[RunSummary]
    """The newest first."""
    unreadable: list[Path]
    """Files among these that are of a later version, damaged, or not readable."""
    older_count: int
    """How many files are older than these."""


def newest_runs(most: int) -> RecordedRuns:
    """The newest runs of this user; older ones are not even looked at.

    Args:
        most: so many at most.
    """
    paths = recordings()
    runs: list[RunSummary] = []
    unreadable = []
    count = 0
    for path in paths:
        if len(runs) == most:
            break
        count += 1
        try:
            summary = summary_of(path)
        except (OSError, MptuiError):
            summary = None
        if summary is not None:
            runs.append(summary)
        elif not is_surely_live(path):  # Else it has only just begun.
            unreadable.append(path)
    return RecordedRuns(runs, unreadable, len(paths) - count)


def recorded_runs(most: int = sys.maxsize) -> list[RunSummary]:
    """The runs of this user, the newest first; what cannot be read is left out.

    Args:
        most: so many at most.
    """
    return newest_runs(most).runs


def live_runs() -> list[RunSummary]:
    """The runs of this user that go on, the newest first; those that are over are not even read."""
    found = []
    for path in recordings():
        with suppress(OSError, MptuiError):
            summary = summary_of(path) if is_live(path) else None
            if summary is not None and summary.state == "live":
                found.append(summary)
    return found


def summary_of_run(run: str, *, prefers_live: bool = False) -> RunSummary:
    """The run of this name, or of this file.

    Args:
        run: a recording, or the name of a run as `recordings_called` takes it.
        prefers_live: of several runs, one that goes on is meant before any that is over.

    Raises:
        MptuiError: there is none, or it cannot be read.
    """
    path = path_of_run(run, prefers_live=prefers_live)
    try:
        summary = summary_of(path)
    except OSError as error:
        raise MptuiError(f"cannot read {path}: {error.strerror}", EXIT_USAGE) from error
    if summary is None:
        raise MptuiError(f"cannot read {path}: it is not a recording of mptui", EXIT_USAGE)
    return summary


def _first_event(path: Path) -> Event | None:
    with RecordingReader(path) as reader:
        lines = reader.read_lines(_HEAD_BYTES)
    return events.decode(lines.partition(b"\n")[0]) if lines else None


def _last_event(path: Path) -> Event | None:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        whole, _, _ = file.read().rpartition(b"\n")
    for line in reversed(whole.split(b"\n")):
        if (event := events.decode(line)) is not None:
            return event
    return None


def _seconds_since(started_at: str) -> float:
    try:
        began = datetime.fromisoformat(started_at)
    except ValueError:
        return 0.0
    if began.tzinfo is None:
        began = began.replace(tzinfo=UTC)
    return max(0.0, (datetime.now(UTC) - began).total_seconds())
