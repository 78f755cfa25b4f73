"""What is written to a terminal goes out at once, and what it does not take waits for it."""

from __future__ import annotations

import asyncio
import os
import select
import tty
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.terminal.terminal_output import TerminalOutput

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Line:
    """What is written, and what the other end has taken of it."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading = reading
        for descriptor in (reading, writing):
            os.set_blocking(descriptor, False)
        self.output = TerminalOutput(writing, asyncio.get_running_loop())

    def taken(self) -> bytes:
        """Whatever is there, without waiting."""
        data = b""
        with suppress(BlockingIOError):
            while more := os.read(self.reading, 65536):
                data += more
        return data

    def fill(self) -> int:
        """Write until the terminal takes no more; how much was written."""
        count = 0
        while not self.output.is_behind:
            self.output.write(b"x" * 1000)
            self.output.flush()
            count += 1000
        return count


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line(*os.pipe())
    yield line
    line.output.finish(b"", 0.0)
    with suppress(OSError):
        os.close(line.reading)


async def test_what_is_written_goes_out_with_the_flush_in_one_piece(line: Line) -> None:
    line.output.write(b"one ")
    line.output.write(b"two")
    assert line.taken() == b""
    line.output.flush()
    assert line.taken() == b"one two"
    assert not line.output.is_behind


async def test_without_a_flush_it_goes_out_at_the_end_of_the_turn(line: Line) -> None:
    line.output.write(b"soon")
    await asyncio.sleep(0)
    assert line.taken() == b"soon"


async def test_a_full_terminal_gets_all_of_it_in_order_once_it_takes_something(line: Line) -> None:
    count = line.fill()
    line.output.write(b"behind it")
    taken = b""
    while not taken.endswith(b"behind it"):
        taken += line.taken()
        await asyncio.sleep(0)
    assert taken == b"x" * count + b"behind it"
    assert not line.output.is_behind


async def test_it_is_said_once_when_a_full_terminal_has_taken_it(line: Line) -> None:
    calls: list[str] = []
    line.output.call_when_taken(lambda: calls.append("nothing waits"))
    line.fill()
    line.output.call_when_taken(lambda: calls.append("taken"))
    assert calls == []
    while line.output.is_behind:
        line.taken()
        await asyncio.sleep(0)
    assert calls == ["taken"]
    line.fill()
    while line.output.is_behind:
        line.taken()
        await asyncio.sleep(0)
    assert calls == ["taken"]


async def test_what_waits_is_bounded(line: Line) -> None:
    count = line.fill()
    for _ in range(3000):
        line.output.write(b"y" * 1000)
    taken = b""
    while line.output.is_behind:
        taken += line.taken()
        await asyncio.sleep(0)
    taken += line.taken()
    assert 1_000_000 < len(taken) - count < 1_200_000


async def test_the_end_is_written_behind_what_waits(line: Line) -> None:
    count = line.fill()
    reading = asyncio.get_running_loop().run_in_executor(None, _read, line.reading, count + 3)
    line.output.finish(b"end", 20.0)
    assert await reading == b"x" * count + b"end"


async def test_the_end_is_written_instead_of_what_a_terminal_does_not_take() -> None:
    terminal, program = os.openpty()
    tty.setraw(program)
    line = Line(terminal, program)
    count = line.fill()
    line.output.finish(b"end", 0.0)
    taken = b""
    while not taken.endswith(b"\x18end"):
        select.select([terminal], [], [], 20.0)
        taken += os.read(terminal, 65536)
    assert taken.count(b"x") < count
    os.close(terminal)


async def test_nothing_comes_behind_the_end(line: Line) -> None:
    line.output.finish(b"end", 20.0)
    line.output.write(b"late")
    line.output.flush()
    await asyncio.sleep(0)
    assert line.taken() == b"end"


async def test_a_terminal_that_is_gone_is_no_trouble(line: Line) -> None:
    os.close(line.reading)
    line.output.write(b"for nobody")
    line.output.flush()
    assert not line.output.is_behind


def _read(descriptor: int, count: int) -> bytes:
    os.set_blocking(descriptor, True)
    data = b""
    while len(data) < count:
        data += os.read(descriptor, 65536)
    return data
