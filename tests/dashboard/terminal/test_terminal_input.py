"""Keys become messages where the app runs, however they are cut, and no thread looks for them."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from textual.events import Key, MouseDown, Paste

from mptui.dashboard.terminal.terminal_input import TerminalInput

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.message import Message


class Keyboard:
    """What is typed, and what comes of it."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe()
        os.set_blocking(reading, False)
        self.messages: list[Message] = []
        self.ends: list[Exception | None] = []
        self._news = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.input = TerminalInput(reading, loop, self.take, self._end)

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.messages if isinstance(one, Key)]

    def take(self, message: Message) -> None:
        self.messages.append(message)
        self._news.set()

    def _end(self, error: Exception | None) -> None:
        self.ends.append(error)
        self._news.set()

    async def type(self, data: bytes) -> None:
        """Type it, and let it be read before anything else is."""
        os.write(self.writing, data)
        await asyncio.sleep(0.001)
        await asyncio.sleep(0)

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def until_keys(self, *keys: str) -> None:
        await self.until(lambda: self.keys == [*keys])


@pytest.fixture
async def keyboard() -> AsyncIterator[Keyboard]:
    keyboard = Keyboard()
    yield keyboard
    keyboard.input.close()
    os.close(keyboard.writing)


async def test_keys_that_come_in_one_piece_come_in_order(keyboard: Keyboard) -> None:
    await keyboard.type(b"ab\x1b[A\r\x1b[24~")
    await keyboard.until_keys("a", "b", "up", "enter", "f12")


async def test_a_character_that_is_cut_is_one_key(keyboard: Keyboard) -> None:
    await keyboard.type("é".encode()[:1])
    await keyboard.type("é".encode()[1:])
    await keyboard.until_keys("é")


async def test_what_is_no_character_at_all_is_no_trouble(keyboard: Keyboard) -> None:
    await keyboard.type(b"\xff\xfea")
    await keyboard.until(lambda: "a" in keyboard.keys)
    assert keyboard.ends == []


async def test_a_lone_escape_is_a_key_though_nothing_follows_it(keyboard: Keyboard) -> None:
    await keyboard.type(b"\x1b")
    await keyboard.until_keys("escape")


async def test_mouse_and_paste_are_what_they_are(keyboard: Keyboard) -> None:
    await keyboard.type(b"\x1b[<0;11;6M\x1b[200~one\ntwo\x1b[201~z")
    await keyboard.until_keys("z")
    press, paste, _ = keyboard.messages
    assert isinstance(press, MouseDown)
    assert (press.x, press.y) == (10, 5)
    assert isinstance(paste, Paste)
    assert paste.text == "one\ntwo"


async def test_the_end_of_the_keys_is_said_once() -> None:
    keyboard = Keyboard()
    os.close(keyboard.writing)
    await keyboard.until(lambda: keyboard.ends)
    keyboard.input.close()
    assert keyboard.ends == [None]


async def test_what_goes_wrong_with_a_key_is_said_and_ends_it(keyboard: Keyboard) -> None:
    slip = RuntimeError("a slip")

    def fail(_: Message) -> None:
        raise slip

    keyboard.input._take = fail
    await keyboard.type(b"a")
    await keyboard.until(lambda: keyboard.ends)
    assert keyboard.ends == [slip]
