"""Which program of a dashboard is given what the dashboard was started with."""

from __future__ import annotations

import os
import pty
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import pytest

from mptui.dashboard.session.inheritance import Inheritance
from tests.running import printed, read_recording, request_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mptui.supervisor.request import RunRequest

WHAT_IS_OPEN = 'for number; do [ -e "/proc/self/fd/$number" ] && echo "$number"; done; true'


@pytest.fixture
def give() -> Iterator[Callable[[int], int]]:
    """Gives the dashboard this descriptor, as if it had been started with it."""
    given: list[int] = []

    def give(descriptor: int) -> int:
        os.set_inheritable(descriptor, True)
        given.append(descriptor)
        return descriptor

    yield give
    for descriptor in given:
        with suppress(OSError):
            os.close(descriptor)


def open_in(inheritance: Inheritance, numbers: list[int], scenario: str | None = None) -> list[int]:
    """Which of these are open in the next program that is started."""
    request: RunRequest = request_for("sh", "-c", WHAT_IS_OPEN, "sh", *map(str, numbers))
    run = inheritance.start_run(msgspec.structs.replace(request, scenario=scenario))
    run.wait()
    run.detach()
    return [int(line) for line in printed(read_recording(run.recording), 0).split()]


def test_a_file_is_every_program_s_and_a_pipe_the_first_one_s(
    give: Callable[[int], int], tmp_path: Path
) -> None:
    file = give(os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT))
    listener = give(socket.create_server(("127.0.0.1", 0)).detach())
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    pipe, connected = give(reading), give(theirs.detach())
    inheritance = Inheritance()
    numbers = [file, listener, pipe, connected]
    assert open_in(inheritance, numbers) == numbers
    with pytest.raises(BrokenPipeError):
        os.write(writing, b"nobody can read this any more")
    assert ours.recv(1) == b""
    assert open_in(inheritance, numbers) == [file, listener]
    os.close(writing)
    ours.close()


def test_a_terminal_is_nobody_s(give: Callable[[int], int]) -> None:
    master, slave = pty.openpty()
    terminal = give(slave)
    assert open_in(Inheritance(), [terminal]) == []
    os.close(master)


def test_a_scenario_of_the_gallery_gets_nothing(give: Callable[[int], int]) -> None:
    reading, writing = os.pipe()
    pipe = give(reading)
    inheritance = Inheritance()
    assert open_in(inheritance, [pipe], scenario="pool") == []
    assert open_in(inheritance, [pipe]) == [pipe]
    os.close(writing)


def test_what_mptui_opens_itself_is_not_passed_on() -> None:
    own = os.open(os.devnull, os.O_RDONLY)
    assert open_in(Inheritance(), [own]) == []
    os.close(own)
