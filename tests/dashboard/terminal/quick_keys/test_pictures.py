"""What was seen before is shown at once, where it is certain to be the same, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyte
import pytest
from textual.widgets import Static

from mptui.dashboard.terminal.quick_keys.pictures import KeptPictures, Seen
from tests.dashboard.terminal.test_display_diff import RecordingDriver, driver_of, visible

if TYPE_CHECKING:
    from textual.app import App, ComposeResult
    from textual.pilot import Pilot

WIDTH, HEIGHT = 40, 8
NAMES = ("one", "other")


class Turning(KeptPictures[None]):
    """Two parts, of which one is seen."""

    CSS = "Static { height: 1fr; border: round green; } #other { background: blue; }"

    def __init__(self) -> None:
        super().__init__(driver_class=RecordingDriver)
        self.versions = dict.fromkeys(NAMES, 0)
        """What each looks like depends on these alone."""
        self.front = "one"
        self.frames: list[str] = []
        """What each frame that Textual painted has written."""

    def compose(self) -> ComposeResult:
        yield Static("this is 漢字", id="one")
        yield Static("this is\nsomething else", id="other")

    def on_mount(self) -> None:
        self.query_one("#other").display = False

    def change(self, name: str, text: str) -> None:
        self.query_one(f"#{name}", Static).update(text)

    def turn(self) -> str:
        """Show the other one; gives what is written by then."""
        left, self.front = self.front, NAMES[NAMES.index(self.front) - 1]
        driver_of(self).written.clear()
        self.turn_pictures(*(Seen(name, self.versions[name]) for name in (left, self.front)))
        for name in NAMES:
            self.query_one(f"#{name}").display = name == self.front
        self.frames.clear()
        return written_by(self)

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is not None:
            self.frames.append(written_by(self))


class Watched:
    """An app that turns, and the terminal it writes to."""

    def __init__(self, app: Turning, pilot: Pilot[None]) -> None:
        self.app = app
        self._pilot = pilot
        self._terminal = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self._terminal)

    async def until_painted(self) -> None:
        while not self.app.frames:
            await self._pilot.pause()
        await self._pilot.pause()
        self.show("".join(self.app.frames))

    def show(self, data: str) -> None:
        self._stream.feed(data)

    @property
    def text(self) -> str:
        return "\n".join(self._terminal.display)

    @property
    def cells(self) -> list[list[object]]:
        rows, columns = range(HEIGHT), range(WIDTH)
        return [[visible(self._terminal.buffer[y][x]) for x in columns] for y in rows]

    async def turn(self) -> bool:
        """Show the other one; gives whether it was there before Textual had painted anything."""
        data = self.app.turn()
        self.show(data)
        await self.until_painted()
        return bool(data)


def written_by(app: App[None]) -> str:
    data = "".join(driver_of(app).written)
    driver_of(app).written.clear()
    return data


@pytest.fixture
async def watched() -> Any:
    app = Turning()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        there = Watched(app, pilot)
        await there.until_painted()
        yield there


async def test_what_was_seen_before_is_there_at_once_and_painting_it_changes_no_cell(
    watched: Watched,
) -> None:
    seen = [watched.cells]
    assert not await watched.turn()
    seen.append(watched.cells)
    assert seen[0] != seen[1]
    for turn in range(4):
        watched.show(watched.app.turn())
        assert watched.cells == seen[turn % 2]
        await watched.until_painted()
        assert set(watched.app.frames) == {""}


async def test_what_has_changed_since_is_not_shown_as_it_was(watched: Watched) -> None:
    await watched.turn()
    watched.app.change("one", "this is new")
    watched.app.versions["one"] += 1
    assert not await watched.turn()
    assert "this is new" in watched.text


async def test_what_was_left_before_it_was_painted_is_not_kept(watched: Watched) -> None:
    await watched.turn()
    watched.app.change("other", "this is not painted yet")
    await watched.turn()
    assert not await watched.turn()
    assert "this is not painted yet" in watched.text


async def test_with_another_theme_or_something_above_it_is_painted_anew(watched: Watched) -> None:
    await watched.turn()
    watched.app.theme = "textual-light"
    assert not await watched.turn()
    watched.app.notify("something above", timeout=600)
    assert not await watched.turn()


async def test_what_moves_behind_it_is_not_written_over_it(watched: Watched) -> None:
    await watched.turn()
    watched.show(watched.app.turn())
    seen = watched.cells
    watched.app.write_lines(watched.app.query_one("#other"), range(3))
    watched.app.write_now()
    assert written_by(watched.app) == ""
    await watched.until_painted()
    assert watched.cells == seen


async def test_what_was_about_to_be_painted_does_not_come_over_it(watched: Watched) -> None:
    await watched.turn()
    watched.show(watched.app.turn())
    seen = watched.cells
    screen = watched.app.screen
    late = screen._compositor.render_update(full=True)
    watched.app._display(screen, late)
    assert written_by(watched.app) == "".join(watched.app.frames) == ""
    watched.app.frames.clear()
    await watched.until_painted()
    assert watched.cells == seen


async def test_the_switch_turns_it_off(watched: Watched) -> None:
    watched.app.shows_kept_pictures = False
    for _ in range(3):
        assert not await watched.turn()
