"""An index as it is made while a recording is folded, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.replay.index import Index


def note_each(index: Index, events: Iterable[ev.Event]) -> None:
    """Tell the index of the state after each event."""
    run, findings = Run(), Findings()
    position = 0
    for event in events:
        run.apply([event], before=findings.note)
        position += len(ev.encode(event))
        index.note(run, findings, position, 1)
