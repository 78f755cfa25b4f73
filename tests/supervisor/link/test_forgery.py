"""The program can write to the run folder too: whatever it does, its run is recorded whole."""

from __future__ import annotations

import json
import os
import selectors
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mptui import events
from mptui.supervisor.link.run_folder import Message, RunFolder
from mptui.supervisor.probe_listener import ProbeListener
from mptui.supervisor.processes.registry import ProcessRegistry
from mptui.supervisor.streams.streams import Streams
from tests.running import of_type, printed, run_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event

NO_PID = 2**22 - 3
"""A pid that no process has: the kernel's default limit is far below."""


class Room:
    """A listener with all it needs, and no process."""

    def __init__(self) -> None:
        self.folder = RunFolder()
        self.recorded: list[Event] = []
        self.registry = ProcessRegistry(self.recorded.append, lambda: 0.0, lambda _: None)
        self.selector = selectors.DefaultSelector()
        self.streams = Streams(self.selector, self.folder, self.recorded.append, lambda: 0.0)
        self.listener = ProbeListener(
            self.folder, self.registry, self.streams, self.recorded.append, lambda: 0.0
        )

    def say(self, line: bytes) -> None:
        with (self.folder.path / "events").open("wb", buffering=0) as fifo:
            os.set_blocking(fifo.fileno(), False)
            with suppress(BlockingIOError):
                fifo.write(line)

    def hand_over(self, record: bytes, descriptors: list[int]) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self.folder.path / "streams"))
            socket.send_fds(connection, [record], descriptors)

    def close(self) -> None:
        self.selector.close()
        self.folder.remove()


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.close()


@pytest.fixture
def unused_room() -> Iterator[Room]:
    """One in which no report was left out yet: what may be recorded is less after that."""
    room = Room()
    yield room
    room.close()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children),
    max_leaves=5,
)
pids = st.sampled_from([NO_PID, 0, 1, -1, 2**31, 2**70, os.getpid(), os.getppid()]) | anything
forged = st.fixed_dictionaries(
    {
        "probe": st.sampled_from(
            [
                *("hello", "process", "made", "ended", "asked", "asked_group"),
                *("dropped", "fault", "nonsense"),
            ]
        ),
        "pid": pids,
    },
    optional={
        "ppid": pids,
        "parent": pids,
        "by": pids,
        "how": st.sampled_from(["exec", "fork"]) | anything,
        "streams": st.lists(st.sampled_from(["stdout", "stderr"]), max_size=5) | anything,
        "argv": st.lists(st.text()) | anything,
        "name": st.text() | anything,
        "role": st.sampled_from(["main", "worker", "helper", "other"]) | anything,
        "target": st.text() | anything,
        "start_method": st.text() | anything,
        "code": st.integers(-70, 300) | anything,
        "signal": st.integers(-1, 70) | anything,
        "count": st.integers(-1, 5) | anything,
        "step": st.text() | anything,
        "error": st.text() | anything,
    },
)


@settings(max_examples=150, deadline=None)
@given(records=st.lists(forged, min_size=1, max_size=5))
def test_no_record_is_too_strange(room: Room, records: list[dict[str, Any]]) -> None:
    for record in records:
        room.say(json.dumps(record).encode() + b"\n")
    room.listener.listen()
    for event in room.recorded:
        assert events.decode(events.encode(event)) is not None
    room.recorded.clear()


@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(st.binary(max_size=6000), max_size=8))
def test_no_bytes_are_too_strange(pieces: list[bytes]) -> None:
    room = Room()
    for piece in pieces:
        room.say(piece)
    room.listener.listen()
    room.say(b'\n{"probe":"dropped","pid":%d,"count":1}\n' % NO_PID)
    room.listener.listen()
    room.close()
    assert len(of_type(events.EventsDropped, room.recorded)) == 1


def test_a_line_without_an_end_takes_no_room(unused_room: Room) -> None:
    for _ in range(50):
        unused_room.say(b"x" * 65536)
        unused_room.listener.listen()
    assert len(unused_room.folder._torn) < 100
    unused_room.say(b'\n{"probe":"dropped","pid":%d,"count":1}\n' % NO_PID)
    unused_room.listener.listen()
    assert len(of_type(events.EventsDropped, unused_room.recorded)) == 1


def open_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def open_socket() -> int:
    ours, other = socket.socketpair()
    other.close()
    return ours.detach()


def open_fifo_with_a_name() -> int:
    path = Path("/dev/shm") / f"mptui-forged-{os.getpid()}"
    os.mkfifo(path)
    try:
        return os.open(path, os.O_RDWR)
    finally:
        path.unlink()


def open_write_end() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.parametrize(
    "open_descriptor",
    [
        lambda: os.open("/dev/zero", os.O_RDONLY),
        lambda: os.open("/", os.O_RDONLY | os.O_DIRECTORY),
        lambda: os.open("/", os.O_PATH),
        lambda: os.open("/proc/self/stat", os.O_RDONLY),
        open_socket,
        open_fifo_with_a_name,
        open_write_end,
    ],
    ids=["zero", "folder", "path", "file", "socket", "named FIFO", "write end"],
)
def test_what_is_no_pipe_to_read_is_not_taken(
    room: Room, open_descriptor: Callable[[], int]
) -> None:
    before = open_count()
    descriptor = open_descriptor()
    hello = {"probe": "hello", "pid": os.getppid(), "ppid": 1, "how": "exec", "streams": ["stdout"]}
    room.hand_over(json.dumps(hello).encode(), [descriptor])
    os.close(descriptor)
    room.listener.listen()
    assert not room.streams.is_any_open
    assert open_count() <= before
    room.recorded.clear()


@settings(max_examples=60, deadline=None)
@given(
    record=forged.map(json.dumps).map(str.encode) | st.binary(max_size=200), count=st.integers(0, 6)
)
def test_no_descriptor_of_a_forged_message_is_kept(room: Room, record: bytes, count: int) -> None:
    before = open_count()
    given_away = [os.open("/dev/null", os.O_RDONLY) for _ in range(count)]
    room.hand_over(record or b"x", given_away)
    for descriptor in given_away:
        os.close(descriptor)
    room.listener.listen()
    for process in room.registry.living:
        if process.pidfd is not None:
            os.close(process.pidfd)
            process.pidfd = None
    assert open_count() <= before
    room.recorded.clear()


def test_who_connects_again_and_again_has_only_so_much_of_a_turn(room: Room) -> None:
    count = 700
    for number in range(count):
        room.hand_over(b"%d" % number, [])
    turns: list[int] = []
    while sum(turns) < count:
        messages = room.folder.accept_streams()
        assert messages
        turns.append(len(messages))
        for message in messages:
            message.connection.close()
    assert max(turns) <= 256


def test_records_of_unknown_processes_do_not_ask_for_streams_each(room: Room) -> None:
    line = json.dumps({"probe": "dropped", "pid": NO_PID, "count": 1}).encode() + b"\n"
    room.say(line * 1000)
    asked = 0
    accept = room.folder.accept_streams

    def counted() -> list[Message]:
        nonlocal asked
        asked += 1
        return accept()

    room.folder.accept_streams = counted  # type: ignore[method-assign]
    room.listener.listen()
    room.folder.accept_streams = accept  # type: ignore[method-assign]
    room.recorded.clear()
    assert asked <= 2


def test_a_run_survives_everything_at_once() -> None:
    code = """
import json, os, socket, subprocess, sys
run = os.environ["MPTUI_RUN"]
def connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(run + "/streams")
    return connection
silent = [connect() for _ in range(400)]
hello = {"probe": "hello", "pid": os.getpid(), "ppid": 1, "how": "exec", "streams": ["stdout"]}
for path in ("/dev/zero", "/", run + "/events"):
    with connect() as connection:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        socket.send_fds(connection, [json.dumps(hello).encode()], [fd])
        os.close(fd)
for line in (b"null\\n", b"[]\\n", b"\\xff\\n", b"{" * 4000 + b"\\n", b"\\0\\n"):
    with open(run + "/events", "wb", buffering=0) as fifo: fifo.write(line)
for pid in (1, os.getppid(), 2**22 - 3, 2**70, -1):
    for kind in ("hello", "process", "ended", "asked"):
        record = {**hello, "probe": kind, "pid": pid, "by": pid, "code": 1, "signal": 9}
        with open(run + "/events", "wb", buffering=0) as fifo:
            fifo.write(json.dumps(record).encode() + b"\\n")
subprocess.run([sys.executable, "-c", "print('child')"])
print("end")
sys.exit(7)
"""
    recorded = run_code(code)
    assert of_type(events.RunFinished, recorded)[0].exitcode == 7
    assert printed(recorded, 0) == b"end\n"
    assert b"child\n" in {
        printed(recorded, event.process) for event in of_type(events.ProcessStarted, recorded)
    }
