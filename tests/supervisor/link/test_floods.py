"""However much the program reports through the probe's FIFO, little of it is kept or recorded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mptui import events
from mptui.supervisor.link.report_limits import AT_ONCE
from mptui.supervisor.link.shared_files import SharedFile
from tests.running import of_type, printed, run_code, run_to_end
from tests.supervisor.link.test_forgery import Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLOOD = 4000
LONG = "x" * 3000
FORGING = """
import os
with open(os.environ["MPTUI_RUN"] + "/events", "wb", buffering=0) as fifo:
    for kind in (b"hello", b"process"):
        fifo.write(b'{"probe":"%b","pid":PID,"ppid":1,"how":"exec"}\\n' % kind)
"""


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.close()


def _recorded_bytes(room: Room, record: dict[str, Any]) -> int:
    """How much is recorded of a flood of such records, each a little different."""
    room.recorded.clear()
    for number in range(FLOOD):
        text = f"{number} {LONG}"
        told = {key: text if value is LONG else value for key, value in record.items()}
        told = {key: [text] if value == [LONG] else value for key, value in told.items()}
        room.say(json.dumps(told).encode() + b"\n")
        if number % 200 == 0:
            room.listener.listen()
    room.listener.listen()
    room.listener.finish()
    return sum(len(events.encode(event)) for event in room.recorded)


@pytest.mark.parametrize(
    "record",
    [
        {"probe": "process", "name": "n", "arguments": LONG},
        {"probe": "exec", "argv": [LONG]},
        {"probe": "fault", "step": "step", "error": LONG},
        {"probe": "dropped", "count": 1},
        {"probe": "unasked", "error": LONG, "count": 1, "by": "pool"},
    ],
    ids=lambda record: record["probe"],
)
def test_a_flood_of_reports_is_recorded_in_part(room: Room, record: dict[str, Any]) -> None:
    with subprocess.Popen(["sleep", "100"]) as process:
        try:
            room.registry.find(process.pid)
            assert _recorded_bytes(room, {**record, "pid": process.pid}) < 4 * AT_ONCE * len(LONG)
        finally:
            process.kill()


def test_what_is_left_out_of_a_flood_is_counted(room: Room) -> None:
    _recorded_bytes(room, {"probe": "dropped", "pid": os.getppid(), "count": 1})
    room.recorded.clear()
    for _ in range(3 * AT_ONCE):
        room.say(b'{"probe":"fault","pid":%d,"step":"s","error":"e"}\n' % 2**21)
        room.listener.listen()
    room.listener.finish()
    gaps = of_type(events.EventsDropped, room.recorded)
    assert sum(gap.count for gap in gaps if gap.what == "probe_faults") == 3 * AT_ONCE


def test_a_record_longer_than_any_is_no_record(room: Room) -> None:
    room.recorded.clear()
    room.say(b'{"probe":"fault","pid":5,"step":"s","error":"%b"}\n' % (b"x" * 8000))
    room.listener.listen()
    assert of_type(events.EventsDropped, room.recorded) == []


def test_a_file_with_several_names_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "1.ring").write_bytes(b"ring")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        SharedFile(folder, "1.ring", 100).close()
        (tmp_path / "2.ring").hardlink_to(tmp_path / "1.ring")
        for name in ("1.ring", "2.ring"):
            with pytest.raises(OSError, match="not a file of the program"):
                SharedFile(folder, name, 100)
    finally:
        os.close(folder)


def test_a_pid_that_is_none_of_the_program_s_is_not_believed() -> None:
    with subprocess.Popen(["sleep", "100"], env={}) as stranger:
        code = FORGING.replace("PID", str(stranger.pid))
        try:
            recorded = run_code(code)
        finally:
            stranger.kill()
    assert [one.pid for one in of_type(events.ProcessStarted, recorded)] != []
    assert stranger.pid not in [one.pid for one in of_type(events.ProcessStarted, recorded)]


def _has_namespaces() -> bool:
    command = ["unshare", "--pid", "--fork", "true"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    "code",
    [
        "print('fine')",
        "import multiprocessing as m\nif __name__ == '__main__':\n    m.Pool(2).map(print, [1])",
    ],
)
@pytest.mark.skipif(not _has_namespaces(), reason="the kernel gives no namespace here")
def test_in_a_namespace_of_its_own_a_program_runs_and_names_no_stranger(code: str) -> None:
    recorded = run_to_end("unshare", "--pid", "--fork", sys.executable, "-c", code)
    finished = of_type(events.RunFinished, recorded)[0]
    assert finished.exitcode == 0
    assert printed(recorded, 0) in (b"fine\n", b"1\n")
    assert {one.name for one in of_type(events.ProcessStarted, recorded)} <= {
        "unshare",
        "python -c",
    }
    assert of_type(events.ProcessExited, recorded)[-1].process == 0
