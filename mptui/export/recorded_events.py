"""The events of a run that somebody named, in batches, and the state that all of them make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording import RecordingReader
from mptui.recording.runs_folder import path_of_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event

_BATCH_BYTES: Final = 1024 * 1024
"""About how much is held at a time: as events, small ones take ten times as much."""


class WholeRun(NamedTuple):
    """A run as far as its recording goes."""

    run: Run
    findings: Findings


def recorded_events(source: str) -> Iterator[list[Event]]:
    """What a recording holds, some at a time; of a run that lives, as far as it has come.

    Args:
        source: a recording, the name of a run, or `-` for standard input.

    Raises:
        MptuiError: there is no such recording, or it cannot be read.
    """
    path = None if source == "-" else path_of_run(source)
    name = "standard input" if path is None else str(path)
    is_recording = False
    try:
        with RecordingReader(path) as reader:
            while batch := reader.read(_BATCH_BYTES):
                is_recording = True
                yield batch
    except OSError as error:
        raise MptuiError(f"cannot read {name}: {error.strerror}", EXIT_USAGE) from error
    if not is_recording:
        raise MptuiError(f"cannot read {name}: it is not a recording of mptui", EXIT_USAGE)


def whole_run(
    source: str, run: Run | None = None, note: Callable[[Run, Event], None] | None = None
) -> WholeRun:
    """Fold all that a recording holds.

    Args:
        source: as for `recorded_events`.
        run: an empty one with other limits than usual.
        note: called before each event is folded; None: nobody.

    Raises:
        MptuiError: there is no such recording, or it cannot be read.
    """
    whole = WholeRun(run or Run(), Findings())

    def before(state: Run, event: Event) -> None:
        whole.findings.note(state, event)
        if note is not None:
            note(state, event)

    for batch in recorded_events(source):
        whole.run.apply(batch, before=whole.findings.note if note is None else before)
    return whole
