"""Reports of one batch: what a child inherits from its parent is known, whichever door it took."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.supervisor.link.test_forgery import NO_PID, Room

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIN, CHILD = NO_PID, NO_PID - 1


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    room.registry.add_main(MAIN, ["python", "fork.py"])
    yield room
    room.close()


def hello(pid: int, ppid: int, how: str, image: int = 0) -> bytes:
    record = {"probe": "hello", "pid": pid, "ppid": ppid, "how": how, "image": image}
    return json.dumps(record).encode()


def image_of(room: Room, pid: int) -> int:
    process = room.registry.alive(pid)
    assert process is not None
    return process.image


def test_a_child_that_hands_over_streams_comes_after_its_parent(room: Room) -> None:
    room.say(hello(MAIN, 1, "exec", 7) + b"\n")
    room.hand_over(hello(CHILD, MAIN, "fork"), [])
    room.listener.listen()
    assert image_of(room, CHILD) == image_of(room, MAIN) == 7


def test_a_child_comes_before_its_parent_reports_as_another_program(room: Room) -> None:
    room.say(hello(MAIN, 1, "exec", 7) + b"\n")
    room.listener.listen()
    room.say(hello(MAIN, 1, "exec", 8) + b"\n")
    room.hand_over(hello(CHILD, MAIN, "fork"), [])
    room.listener.listen()
    assert (image_of(room, CHILD), image_of(room, MAIN)) == (7, 8)


def test_of_two_reports_of_a_parent_the_first_is_before_its_child(room: Room) -> None:
    room.say(hello(MAIN, 1, "exec", 7) + b"\n" + hello(MAIN, 1, "exec", 8) + b"\n")
    room.hand_over(hello(CHILD, MAIN, "fork"), [])
    room.listener.listen()
    assert (image_of(room, CHILD), image_of(room, MAIN)) == (7, 8)
