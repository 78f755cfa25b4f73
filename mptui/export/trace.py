"""A trace in JSON trace events, which ui.perfetto.dev and chrome://tracing open.

Written as a stream: memory does not grow with the run. Processes are named by their numbers in the
run, since a pid may be given twice. Texts are made safe: viewers print them as they are.
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mptui import events as ev
from mptui.export.spans import KnownProcess, Span, Spans
from mptui.export.trace_tracks import ORDER, OTHER_THREADS, ProcessTracks
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.model.plausible import is_possible
from mptui.terminal_text import safe_text
from mptui.wording.endings import exit_text, signal_name
from mptui.wording.executor_kinds import hands_out_tasks
from mptui.wording.gaps import gap_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mptui.export.destination import Write
    from mptui.export.trace_tracks import Place, RowKind

WHOLE_RUN: Final = 2**30
"""The process that stands for the whole run: the machine's cores, its queues, what was found."""
CORES_SHOWN: Final = 64
"""Of more cores only their load together is told."""
TEXT_CHARACTERS: Final = 1000
_MEBIBYTE: Final = 1024 * 1024
_TRACKS: Final[dict[RowKind, str]] = {
    "life": "process",
    "task": "tasks",
    "wait": "waits",
    "waits": "counted waits",
    "tasks": "counted tasks",
}
"""What the row of each kind of slices is called."""
_TEXTS: Final = ("item", "result", "error", "executor")

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_encode_fast = msgspec.json.Encoder().encode
_safe = lru_cache(4096)(safe_text)


def write_trace(batches: Iterable[list[ev.Event]], write: Write) -> None:
    """Write the whole trace.

    Args:
        batches: the events of a run.
        write: takes what is to be written, some at a time.
    """
    run, findings, trace = Run(), Findings(), Trace()
    write(b'{"displayTimeUnit":"ms","traceEvents":[\n')
    write(_line(_metadata(WHOLE_RUN, 1, "process_name", name="the whole run")))
    for batch in batches:
        run.apply(batch, before=findings.note)
        lines = [b"," + _line(record) for event in batch for record in trace.records(event)]
        write(b"".join(lines))
    for record in trace.finish():
        write(b"," + _line(record))
    for finding in findings.find(run):
        details = {"evidence": finding.evidence, "advice": finding.advice, "kind": finding.kind}
        name = f"{finding.severity}: {safe_text(finding.headline, TEXT_CHARACTERS)}"
        write(b"," + _line(_moment(finding.since, name, details)))
    about: dict[str, Any] = {} if run.started is None else _about(run.started)
    if trace.left_out:
        about["slices left out"] = trace.left_out
    write(b'],\n"otherData":' + _encode(about).encode() + b"}\n")


class Trace:
    """Turns the events of a run into trace events, in their order."""

    def __init__(self) -> None:
        self._spans = Spans()
        self._tracks: dict[int, ProcessTracks] = {}
        self._cores: list[int] = []
        self._without_room = 0
        self._tells: dict[type[ev.Event], Callable[[Any], Iterator[dict[str, Any]]]] = {
            ev.ProcessStarted: self._of_name,
            ev.ProcessChanged: self._of_name,
            ev.Sampled: self._of_sample,
            ev.ProcessExited: self._of_exit,
            ev.QueueSampled: _of_queue,
            ev.StopRequested: _of_moment,
            ev.EventsDropped: _of_moment,
            ev.SignalSent: _of_moment,
        }

    @property
    def left_out(self) -> int:
        """How many slices are missing: of unknown processes, or beyond the tracks there may be."""
        return self._without_room + self._spans.left_out

    def records(self, event: ev.Event) -> Iterator[dict[str, Any]]:
        """What is told of this event."""
        for span in self._spans.read(event):
            yield from self._of_span(span)
        tell = self._tells.get(type(event))
        if tell is not None:
            yield from tell(event)

    def finish(self) -> Iterator[dict[str, Any]]:
        """The recording ends here."""
        for span in self._spans.finish():
            yield from self._of_span(span)

    def _of_span(self, span: Span) -> Iterator[dict[str, Any]]:
        process = span.process.started.process
        tracks = self._tracks.get(process)
        if tracks is None or not 0 <= process < WHOLE_RUN - 1:
            self._without_room += 1
            return
        place = tracks.place(span.kind, span.thread, _ns(span.began), _ns(span.ended))
        if span.kind == "life":
            del self._tracks[process]
        if place is None:
            self._without_room += 1
            return
        if place.is_new:
            yield from _of_track(process + 1, place)
        yield {
            "ph": "X",
            "pid": process + 1,
            "tid": place.track,
            "ts": place.began_ns / 1000,
            "dur": (place.ended_ns - place.began_ns) / 1000,
            "name": _name(span),
            "cat": span.kind if span.status == "ok" else f"{span.kind},{span.status}",
            "args": _details(span),
        }

    def _of_name(self, event: ev.ProcessStarted | ev.ProcessChanged) -> Iterator[dict[str, Any]]:
        known = self._spans.processes.get(event.process)
        if known is None or not 0 <= event.process < WHOLE_RUN - 1:
            return
        pid, is_first = event.process + 1, event.process not in self._tracks
        if is_first:
            self._tracks[event.process] = ProcessTracks()
            yield _metadata(pid, 1, "process_sort_index", sort_index=pid)
            yield _metadata(pid, 1, "process_labels", labels=_safe(known.started.role))
        if is_first or event.name is not None:
            # Viewers show the number of the process too, which is not its pid.
            name = f"{_safe(known.name)} (pid {known.started.pid})"
            yield _metadata(pid, 1, "process_name", name=name)

    def _of_sample(self, event: ev.Sampled) -> Iterator[dict[str, Any]]:
        if not is_possible(event.t):
            return
        loads = [round(min(max(load, 0.0), 100.0)) if isfinite(load) else 0 for load in event.cores]
        if loads != self._cores:
            yield _counter(WHOLE_RUN, event.t, "busy cores", round(sum(loads) / 100, 2))
        for core, load in enumerate(loads[:CORES_SHOWN] if len(loads) <= CORES_SHOWN else ()):
            if core >= len(self._cores) or self._cores[core] != load:
                yield _counter(WHOLE_RUN, event.t, f"core {core} %", load)
        self._cores = loads
        for process, sample in event.processes.items():
            if process in self._tracks and is_possible(event.t, sample.cpu_percent):
                pid, rss_bytes = process + 1, min(max(sample.rss_bytes, 0), ev.LARGEST_COUNT)
                yield _counter(pid, event.t, "CPU %", round(sample.cpu_percent, 1))
                yield _counter(pid, event.t, "memory MB", round(rss_bytes / _MEBIBYTE, 2))

    def _of_exit(self, event: ev.ProcessExited) -> Iterator[dict[str, Any]]:
        if event.process in self._tracks and is_possible(event.t):
            for name in ("CPU %", "memory MB"):
                yield _counter(event.process + 1, event.t, name, 0)


def _of_track(pid: int, place: Place) -> Iterator[dict[str, Any]]:
    kind, thread = place.key
    name = _TRACKS[kind]
    if thread is not None:
        name += " of other threads" if thread == OTHER_THREADS else f" of thread {thread}"
    order = ORDER[kind] if thread is None else len(ORDER) + place.track
    yield _metadata(pid, place.track, "thread_name", name=name)
    yield _metadata(pid, place.track, "thread_sort_index", sort_index=order)


def _of_moment(
    event: ev.StopRequested | ev.EventsDropped | ev.SignalSent,
) -> Iterator[dict[str, Any]]:
    yield _moment(event.t, _said(event), {})


def _of_queue(event: ev.QueueSampled) -> Iterator[dict[str, Any]]:
    if is_possible(event.t, items=event.depth):
        name = f" {_safe(event.name)}" if event.name else ""
        what = "left to do" if hands_out_tasks(event.kind) else "waiting"
        kind = f"{_safe(event.kind)}{name} #{event.queue}"
        yield _counter(WHOLE_RUN, event.t, f"{kind}: {what}", event.depth)


def _name(span: Span) -> str:
    if span.wait is not None:
        on = None if span.label is None else _safe(span.label)
        said = wait_kind(_safe(span.wait)).in_words(on)
        return f"{span.event.count} x {said}" if isinstance(span.event, ev.WaitsCounted) else said
    label = "unknown function" if span.label is None else _safe(span.label)
    if isinstance(span.event, ev.TasksCounted):
        return f"{span.event.count} x {label}"
    return label if span.status == "ok" or span.kind == "life" else f"{label} ({span.status})"


def _details(span: Span) -> dict[str, Any]:
    event = span.event
    if span.kind == "life":
        return _of_life(span.process)
    if isinstance(event, ev.WaitsCounted):
        return {"count": event.count, "seconds": event.seconds_total}
    if isinstance(event, ev.TasksCounted):
        return {"count": event.count, "failed": event.failed, "seconds": event.seconds_total}
    return {} if event is None else _of_task(event)


def _of_life(process: KnownProcess) -> dict[str, Any]:
    exited = process.exited
    end = "not seen" if exited is None else exit_text(exited.exitcode, exited.signal)
    details: dict[str, Any] = {"pid": process.started.pid, "end": end}
    if exited is not None and exited.error:
        details["error"] = safe_text(exited.error, TEXT_CHARACTERS)
    return details


def _of_task(event: ev.TaskFinished | ev.TaskStarted) -> dict[str, Any]:
    details: dict[str, Any] = {"items": event.items} if event.items != 1 else {}
    result = error = None
    if isinstance(event, ev.TaskFinished):
        result, error = event.result, event.error
    for name, text in zip(_TEXTS, (event.item, result, error, event.executor), strict=True):
        if text is not None:
            details[name] = _safe(text) if len(text) < 40 else safe_text(text, TEXT_CHARACTERS)
    return details


def _said(event: ev.StopRequested | ev.EventsDropped | ev.SignalSent) -> str:
    if isinstance(event, ev.StopRequested):
        return f"asked to stop: {_safe(event.reason)}"
    if isinstance(event, ev.SignalSent):
        return f"{signal_name(event.signal)} sent to process {event.process}"
    return f"gap: {_safe(gap_text(event.what, event.count))}"


def _about(started: ev.RunStarted) -> dict[str, Any]:
    return {
        "command": safe_text(" ".join(started.command), TEXT_CHARACTERS),
        "host": safe_text(started.host),
        "started": safe_text(started.started_at),
        "python": safe_text(started.python, TEXT_CHARACTERS),
        "cores": started.cpu_count,
        "mptui": safe_text(started.mptui),
    }


def _metadata(pid: int, track: int, what: str, **args: object) -> dict[str, Any]:
    return {"ph": "M", "pid": pid, "tid": track, "ts": 0, "name": what, "args": args}


def _counter(pid: int, t: float, name: str, value: float) -> dict[str, Any]:
    args = {"value": value}
    return {"ph": "C", "pid": pid, "tid": 1, "ts": _ns(t) / 1000, "name": name, "args": args}


def _moment(t: float, name: str, about: dict[str, str]) -> dict[str, Any]:
    args = {key: safe_text(text, TEXT_CHARACTERS) for key, text in about.items()}
    us = _ns(t) / 1000 if is_possible(t) else 0.0
    return {"ph": "i", "s": "g", "pid": WHOLE_RUN, "tid": 1, "ts": us, "name": name, "args": args}


def _ns(t: float) -> int:
    return round(t * 1e9)


def _line(record: dict[str, Any]) -> bytes:
    line = _encode_fast(record)
    # Escaped is only what needs it: that takes five times as long.
    return (line if line.isascii() else _encode(record).encode("ascii")) + b"\n"
