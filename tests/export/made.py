"""What the tests of exports share: exporting a history without a file or a process."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from typing import TYPE_CHECKING, Any

from mptui import events as ev
from mptui.export.page import MERGED_BYTES, write_page
from mptui.export.recorded_events import WholeRun
from mptui.export.tables import write_table
from mptui.export.trace import write_trace
from mptui.model import Run
from mptui.model.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import Event
    from mptui.export.tables import TableName


def folded(events: Iterable[Event]) -> WholeRun:
    whole = WholeRun(Run(merged_bytes=MERGED_BYTES), Findings())
    whole.run.apply(events, before=whole.findings.note)
    return whole


def trace_of(events: Iterable[Event]) -> dict[str, Any]:
    pieces: list[bytes] = []
    # One event at a time: what is kept between batches must be enough.
    write_trace(([event] for event in events), pieces.append)
    text = b"".join(pieces)
    assert text.isascii()
    trace: dict[str, Any] = json.loads(text)
    return trace


def table_of(events: Iterable[Event], table: TableName) -> list[dict[str, str]]:
    pieces: list[bytes] = []
    write_table(([event] for event in events), pieces.append, table)
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode())))


def page_of(events: Iterable[Event]) -> str:
    pieces: list[bytes] = []
    write_page(folded(events), pieces.append)
    return b"".join(pieces).decode()


def as_read(told: Iterable[Event]) -> list[Event]:
    """What a recording of these holds: it has no infinite times, for one."""
    read = []
    for event in told:
        with contextlib.suppress(OverflowError, ValueError):
            read.append(ev.decode(ev.encode(event)))
    return [event for event in read if event is not None]
