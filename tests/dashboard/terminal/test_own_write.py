"""The screen is the same whoever writes the lines that changed: Textual, or the app itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyte
from textual.content import Content
from textual.widgets import Label

from mptui.dashboard.terminal.own_write import OwnWrite, entitle, write_now
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.terminal_text import Span
from tests.dashboard.terminal.test_display_diff import (
    HEIGHT,
    SESSION,
    WIDTH,
    Diffed,
    Plain,
    RecordingDriver,
    driver_of,
    feeding,
    screens_of,
    visible,
)
from tests.dashboard.widgets.stage import Stage

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.pilot import Pilot


class Writing(OwnWrite[None], Plain):
    """Writes lines that changed itself."""


async def notify(pilot: Pilot[None]) -> None:
    pilot.app.notify("something in front of a part of what moves", timeout=600)


async def say_nothing(pilot: Pilot[None]) -> None:
    pilot.app.clear_notifications()


async def test_the_screen_is_the_same_with_and_without_own_writes() -> None:
    notified = [
        notify,
        feeding("pool", 40, 60),
        feeding("killed_worker", 0, 30),
        say_nothing,
        feeding("pool", 60, 99),
    ]
    steps = [*SESSION, *notified]
    diffed, _ = await screens_of(Diffed(), steps)
    written, _ = await screens_of(Writing(), steps)
    for step, (expected, found) in enumerate(zip(diffed, written, strict=True)):
        for y, (expected_row, found_row) in enumerate(zip(expected, found, strict=True)):
            seen = [visible(cell) for cell in found_row]
            assert seen == [visible(cell) for cell in expected_row], f"step {step}, line {y}"


class Clock(LinePainter):
    """A second that ticks."""

    DEFAULT_CSS = """
    Clock { height: 3; border: solid green; background: #102030; color: #fedcba; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.painted = 0

    def show(self, seconds: int) -> None:
        self.show_lines([(Span(f"running since {seconds} s and for how long yet", None),)])

    def make_strip(self, line: Any) -> Any:
        self.painted += 1
        return super().make_strip(line)


class ClockApp(OwnWrite[None], Stage):
    """A clock that only the app itself can write."""

    CSS = "Clock { width: 60; }"

    def __init__(self) -> None:
        super().__init__(driver_class=RecordingDriver)
        self.clock = Clock()
        self.composited = 0

    def compose(self) -> ComposeResult:
        yield self.clock

    def _display(self, screen: Any, renderable: Any) -> None:
        self.composited += renderable is not None
        super()._display(screen, renderable)


async def shown(pilot: Pilot[None]) -> str:
    await pilot.pause()
    await pilot.pause()
    driver = driver_of(pilot.app)
    data = "".join(driver.written)
    driver.written.clear()
    return data


async def test_a_second_that_ticks_is_a_few_bytes_and_no_layout_of_the_screen() -> None:
    app = ClockApp()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        app.clock.show(41)
        await shown(pilot)
        app.composited = 0
        app.clock.show(42)
        data = await shown(pilot)
        assert "2" in data
        assert len(data.encode()) <= 60
        app.clock.show(42)
        assert await shown(pilot) == ""
        assert app.composited == 0


class CoveredApp(ClockApp):
    """Something stands in front of the middle of the clock."""

    CSS = """
    Screen { layers: low high; }
    Clock { width: 60; layer: low; }
    Label { layer: high; width: 8; offset: 10 1; background: red; }
    """

    def compose(self) -> ComposeResult:
        yield self.clock
        yield Label("in front")


async def test_what_stands_in_front_of_a_line_stays_there() -> None:
    app = CoveredApp()
    terminal = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(terminal)
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        app.clock.show(1)
        stream.feed(await shown(pilot))
        app.composited = 0
        app.clock.show(54321)
        stream.feed(await shown(pilot))
        assert "│running sin front21 s and for how" in terminal.display[1]
        assert app.composited == 0
        app.query_one(Label).display = False
        stream.feed(await shown(pilot))
        assert "│running since 54321 s and for how" in terminal.display[1]


async def test_a_widget_that_is_hidden_is_not_painted() -> None:
    app = ClockApp()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        app.clock.show(1)
        await shown(pilot)
        app.clock.display = False
        await shown(pilot)
        app.clock.painted = 0
        for seconds in range(2, 9):
            app.clock.show(seconds)
        assert await shown(pilot) == ""
        assert app.clock.painted == 0
        app.clock.display = True
        assert "running since 8 s" in await shown(pilot)


def test_the_moving_widgets_are_written_so() -> None:
    assert all(issubclass(one, LinePainter) for one in (WorkerTable, CoreGrid, OutputView))


async def test_a_title_that_changes_is_one_line_and_no_layout_of_the_screen() -> None:
    app = ClockApp()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        entitle(app.clock, Content("the time"))
        assert "the time" in await shown(pilot)
        app.composited = 0
        entitle(app.clock, Content("the timer"))
        data = await shown(pilot)
        assert "r" in data
        assert len(data.encode()) <= 60
        assert app.composited == 0
        app.action_redraw()
        assert "the timer" in await shown(pilot)


async def test_what_is_to_be_seen_first_is_written_before_the_call_returns() -> None:
    app = ClockApp()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        app.clock.show(41)
        await shown(pilot)
        app.clock.show(42)
        assert driver_of(app).written == []
        write_now(app.clock)
        assert "2" in "".join(driver_of(app).written)
