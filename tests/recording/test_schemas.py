"""Recordings of other schemas: one of 0.2.0 is lifted, one of a later version is refused.

The recordings in `schema_1` were made by mptui 0.2.0 and shortened: of many equal events a few are
left, and paths and names are made up.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mptui import events as ev
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.model import Run
from mptui.recording import RecordingReader
from tests.histories import HISTORIES
from tests.running import of_type, read_recording

if TYPE_CHECKING:
    from mptui.events import Event

OLD = Path(__file__).parent / "schema_1"
OLD_NAMES = {
    "task_started": {"label": "task", "executor": "by"},
    "task_finished": {"label": "task", "executor": "by"},
    "tasks_counted": {"label": "task", "executor": "by"},
    "wait_started": {"kind": "wait"},
    "wait_finished": {"kind": "wait"},
    "process_exited": {"terminated_by": "asked_by"},
}
OLD_GAPS = {
    "output": "output",
    "samples": "samples",
    "records of single tasks": "task_records",
    "what a thread says of its tasks": "task_counts",
    "threads that take tasks": "task_threads",
    "reports of the probe": "probe_reports",
    "waits: the kernel does not let mptui see them": "waits_hidden",
}
FIRST_LINE = b'{"event":"run_started","t":0.0,"schema":%d}\n'


def old_recording(name: str) -> Path:
    return OLD / f"{name}.jsonl"


def fold(name: str) -> Run:
    run = Run()
    run.apply(read_recording(old_recording(name)))
    return run


def in_schema_one(event: Event) -> bytes:
    plain: dict[str, Any] = json.loads(ev.encode(event))
    names = OLD_NAMES.get(plain["event"], {})
    old = {names.get(name, name): value for name, value in plain.items()}
    if isinstance(event, ev.RunStarted):
        old["schema"] = 1
    if isinstance(event, ev.EventsDropped):
        old["what"] = next(
            (told for told, code in OLD_GAPS.items() if code == event.what), event.what
        )
    return json.dumps(old).encode() + b"\n"


def _without_mean(event: Event) -> Event:
    """What was said to be the slowest of unknown tasks was their mean."""
    if isinstance(event, ev.TasksCounted) and event.label is None:
        return msgspec.structs.replace(event, seconds_max=None)
    return event


@pytest.mark.parametrize("path", OLD.glob("*.jsonl"), ids=lambda path: path.stem)
def test_no_event_of_an_old_recording_is_lost(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    lifted = read_recording(path)
    assert [json.loads(ev.encode(event))["event"] for event in lifted] == [
        json.loads(line)["event"] for line in lines
    ]
    assert [ev.decode(ev.encode(event)) for event in lifted] == lifted
    assert isinstance(lifted[0], ev.RunStarted)
    assert (json.loads(lines[0])["schema"], lifted[0].schema) == (1, ev.SCHEMA)


@pytest.mark.parametrize("name", HISTORIES)
def test_every_event_is_lifted_to_what_it_is_called_now(name: str, tmp_path: Path) -> None:
    history = HISTORIES[name]
    path = tmp_path / "old.jsonl"
    path.write_bytes(b"".join(map(in_schema_one, history)))
    assert read_recording(path) == [_without_mean(event) for event in history]


def test_workers_of_an_old_recording_have_done_their_tasks() -> None:
    run = fold("workers")
    assert run.line_count == 10
    assert [state.role for state in run.processes.values()] == ["main", *["worker"] * 4]
    assert [(state.name, state.put, state.got) for state in run.queues.values()] == [
        ("tasks", 14, 14)
    ]
    assert run.finished is not None
    assert (run.alive_count, run.finished.exitcode) == (0, 0)


def test_waits_of_an_old_recording_have_their_kind_and_ends_their_author() -> None:
    run = fold("deadlock")
    assert run.waits.total_seconds(1)["lock"] == pytest.approx(2.952, abs=0.01)
    assert run.waits.total_seconds(0)["join"] == pytest.approx(2.972, abs=0.01)
    assert [state.terminated_by for state in run.processes.values()] == [None, 0, 0]


def test_tasks_of_an_old_recording_have_their_label_and_executor() -> None:
    lifted = read_recording(old_recording("failing_pool"))
    assert {event.executor for event in of_type(ev.TaskFinished, lifted)} == {"pool"}
    run = fold("failing_pool")
    functions = {name: (times.count, times.failed) for name, times in run.tasks.functions.items()}
    assert functions == {"invert": (3, 1), "unsendable": (1, 1), "square": (3267, 0)}
    assert [task.error for task in run.tasks.failed] == [
        "ZeroDivisionError: division by zero",
        "MaybeEncodingError",
    ]


def test_a_gap_of_an_old_recording_has_its_code_and_no_slowest_task() -> None:
    lifted = read_recording(old_recording("gap"))
    (gap,) = of_type(ev.EventsDropped, lifted)
    assert (gap.what, gap.count, gap.detail) == ("task_records", 35252, None)
    (unknown,) = (event for event in of_type(ev.TasksCounted, lifted) if event.label is None)
    assert (unknown.count, unknown.seconds_max) == (35252, None)
    run = fold("gap")
    assert run.dropped == {"task_records": 35252}
    times = run.tasks.functions[None]
    assert times.seconds_max == pytest.approx(times.seconds_total / 35252)


@pytest.mark.parametrize(("told", "code"), OLD_GAPS.items())
def test_every_gap_that_an_old_version_told_has_a_code(
    told: str, code: str, tmp_path: Path
) -> None:
    assert old_gap(told, tmp_path) == ev.EventsDropped(t=1.0, what=code, count=3)


def test_what_an_old_version_told_of_a_fault_is_a_detail(tmp_path: Path) -> None:
    gap = old_gap("what the probe's queues reports (OSError: (28, 'No space'))", tmp_path)
    assert (gap.what, gap.detail) == ("probe_faults", "queues: OSError: (28, 'No space')")


def test_a_gap_that_no_version_told_is_kept_as_it_is(tmp_path: Path) -> None:
    assert old_gap("quarks", tmp_path).what == "quarks"


def old_gap(told: str, folder: Path) -> ev.EventsDropped:
    path = folder / "old.jsonl"
    line = {"event": "events_dropped", "t": 1.0, "what": told, "count": 3}
    path.write_bytes(FIRST_LINE % 1 + json.dumps(line).encode() + b"\n")
    (gap,) = read_recording(path)
    assert isinstance(gap, ev.EventsDropped)
    return gap


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b'{"event":7}',
        b'{"event":"task_started","t":1.0}',
        b'{"event":"events_dropped","t":1.0,"what":7,"count":1}',
        b'{"event":"wait_started","t":1.0,"wait":["get"],"process":0}',
        b'{"event":"task_started","t":1.0,"task":"\xff"}',
        b'{"event":"task_started","x":' + b"[" * 100_000,
    ],
)
def test_a_damaged_line_of_an_old_recording_is_left_out(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_bytes(FIRST_LINE % 1 + line + b"\n")
    assert read_recording(path) == []


@pytest.mark.parametrize("schema", [ev.SCHEMA + 1, 1000])
def test_a_newer_recording_is_refused_with_one_clear_line(schema: int, tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    path.write_bytes(FIRST_LINE % schema + b'{"event":"output"}\n')
    with RecordingReader(path) as reader:
        for _ in range(2):
            with pytest.raises(MptuiError) as refusal:
                reader.read()
    message = refusal.value.message
    assert message.startswith(f"cannot read {path}: it has schema {schema}, and mptui ")
    assert message.endswith("knows schemas up to 2; update mptui")
    assert "\n" not in message
    assert refusal.value.exit_status == EXIT_USAGE


@pytest.mark.parametrize("first_line", [b"no json", b"[]", b'{"schema":"two"}', b'{"a":' * 9999])
def test_a_recording_without_a_whole_first_line_is_read(first_line: bytes, tmp_path: Path) -> None:
    event = ev.Output(t=1.0, process=0, stream="stdout", text="still here\n")
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(first_line + b"\n" + ev.encode(event))
    assert read_recording(path) == [event]
