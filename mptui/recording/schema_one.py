"""Lifts the lines of a recording of schema 1, which mptui 0.2.0 and older wrote, to schema 2.

It knows what fields were called then and what they are called now. It must not read files, and
goes when recordings of schema 1 need no longer be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mptui import events

if TYPE_CHECKING:
    from mptui.events import Event, GapCode

SCHEMA: Final = 1
_TASK_NAMES: Final = {"task": "label", "by": "executor"}
_RENAMED: Final[dict[str, dict[str, str]]] = {
    "run_started": {},
    "task_started": _TASK_NAMES,
    "task_finished": _TASK_NAMES,
    "tasks_counted": _TASK_NAMES,
    "wait_started": {"wait": "kind"},
    "wait_finished": {"wait": "kind"},
    "process_exited": {"asked_by": "terminated_by"},
    "events_dropped": {},
}
"""The events that changed, and which of their fields have another name; all others are as now."""
_GAP_CODES: Final[dict[str, GapCode]] = {
    "output": "output",
    "samples": "samples",
    "records of single tasks": "task_records",
    "what a thread says of its tasks": "task_counts",
    "threads that take tasks": "task_threads",
    "reports of the probe": "probe_reports",
    "waits: the kernel does not let mptui see them": "waits_hidden",
}
"""What gaps were called."""
_PROBE_FAULT: Final = re.compile(r"what the probe's (.*?) reports \((.*)\)", re.DOTALL)


class _Line(msgspec.Struct, gc=False):
    event: str


_line_decoder = msgspec.json.Decoder(_Line)
_fields_decoder = msgspec.json.Decoder()


def lift(line: bytes) -> Event | None:
    """The event on this line as one of schema 2; None for an unknown or damaged one."""
    try:
        names = _RENAMED.get(_line_decoder.decode(line).event)
        if names is None:
            return events.decode(line)
        old: dict[str, Any] = _fields_decoder.decode(line)
        fields = {names.get(name, name): value for name, value in old.items()}
        # Back to a line: msgspec.convert takes many times as long for so many types.
        return events.decode(msgspec.json.encode(_with_new_values(fields)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _with_new_values(fields: dict[str, Any]) -> dict[str, Any]:
    match fields["event"]:
        case "run_started":
            fields["schema"] = events.SCHEMA
        case "tasks_counted" if fields.get("label") is None:
            # What was said to be the slowest of unknown tasks was their mean.
            fields["seconds_max"] = None
        case "events_dropped":
            fields |= _gap(fields.get("what"))
    return fields


def _gap(words: object) -> dict[str, str]:
    """The code and the detail of what was one sentence."""
    if not isinstance(words, str):
        return {}
    if fault := _PROBE_FAULT.fullmatch(words):
        return {"what": "probe_faults", "detail": f"{fault[1]}: {fault[2]}"}
    return {"what": _GAP_CODES.get(words, words)}
