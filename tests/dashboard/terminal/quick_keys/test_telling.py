"""What is told at once is taken by the same parts that a posted message would come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import on
from textual.app import App
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from mptui.dashboard.terminal.quick_keys.telling import tell_above

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Said(Message):
    """That something was said."""

    def __init__(self, *, is_private: bool = False) -> None:
        super().__init__()
        self.is_private = is_private


class Speaker(Widget):
    """Says it."""


class Room(Vertical):
    """Hears it, and may keep it to itself."""

    @on(Said)
    def hear(self, message: Said) -> None:
        self.app.heard.append("room")  # type: ignore[attr-defined]
        if message.is_private:
            message.stop()


class Heard(App[None]):
    """Hears what nobody kept."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        with Room(), Vertical():
            yield Speaker()

    def on_said(self) -> None:
        self.heard.append("app")


@pytest.mark.parametrize("is_private", [False, True])
async def test_it_is_taken_by_all_above_before_the_call_returns(is_private: bool) -> None:
    app = Heard()
    async with app.run_test() as pilot:
        speaker = app.query_one(Speaker)
        tell_above(speaker, Said(is_private=is_private))
        at_once, app.heard = app.heard, []
        speaker.post_message(Said(is_private=is_private))
        while len(app.heard) < len(at_once):
            await pilot.pause()
        assert at_once == app.heard == (["room"] if is_private else ["room", "app"])


async def test_who_is_told_not_to_send_it_tells_nobody() -> None:
    app = Heard()
    async with app.run_test():
        speaker = app.query_one(Speaker)
        with speaker.prevent(Said):
            tell_above(speaker, Said())
        assert app.heard == []
