"""The screen is the same with and without the diff; only fewer bytes are sent for it."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any, TypeAlias

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input, Label

from mptui.dashboard.terminal.display_diff import (
    DisplayDiff,
    PlacedStrip,
    ShownCells,
    UnknownCellsError,
)
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.model import Run
from tests.dashboard.widgets.stage import Stage
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import App, ComposeResult
    from textual.pilot import Pilot

WIDTH, HEIGHT = 90, 28
RED, BLUE = Style(color="red"), Style(color="blue", bold=True)


class RecordingDriver(HeadlessDriver):
    """A terminal that is only a list of what was written to it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.written: list[str] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)


class Plain(Stage):
    """The moving widgets, and one that Textual brings along."""

    CSS = """
    WorkerTable { height: 10; }
    CoreGrid { height: 6; }
    OutputView { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(driver_class=RecordingDriver)
        self.state = Run()

    def compose(self) -> ComposeResult:
        for widget in (WorkerTable(), CoreGrid(), OutputView()):
            yield widget.data_bind(Stage.selected)
        typing = Input("type here")
        typing.cursor_blink = False  # Or what is shown would depend on when it is looked at.
        yield typing

    def feed(self, history: str, start: int, end: int) -> None:
        self.state.apply(HISTORIES[history][start:end])
        self.query_one(WorkerTable).show(self.state, self.state.now)
        self.query_one(CoreGrid).show(self.state)
        self.query_one(OutputView).show(self.state)


class Diffed(DisplayDiff[None], Plain):
    """The same, sending only what changed."""


class Dialog(ModalScreen[None]):
    """Covers a part of what is below."""

    def compose(self) -> ComposeResult:
        yield Label("Stop it? 漢字 and é")


Step: TypeAlias = "Callable[[Pilot[None]], Awaitable[object]]"


def pressing(*keys: str) -> Step:
    return lambda pilot: pilot.press(*keys)


def feeding(history: str, start: int, end: int) -> Step:
    async def step(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, Plain)
        pilot.app.feed(history, start, end)

    return step


def resizing(width: int, height: int) -> Step:
    async def step(pilot: Pilot[None]) -> None:
        driver = driver_of(pilot.app)
        driver._size = Size(width, height)
        await pilot.resize_terminal(width, height)

    return step


async def open_dialog(pilot: Pilot[None]) -> None:
    await pilot.app.push_screen(Dialog())


async def close_dialog(pilot: Pilot[None]) -> None:
    pilot.app.pop_screen()


async def change_theme(pilot: Pilot[None]) -> None:
    pilot.app.theme = "textual-light"


def setting_mode(mode: str) -> Step:
    async def step(pilot: Pilot[None]) -> None:
        pilot.app.query_one(OutputView).mode = mode  # type: ignore[assignment]

    return step


SESSION: list[Step] = [
    feeding("killed_worker", 0, 12),
    feeding("killed_worker", 12, 18),
    pressing("down", "down", "down"),
    feeding("killed_worker", 18, 26),
    open_dialog,
    feeding("killed_worker", 26, 30),
    close_dialog,
    feeding("hostile_names", 0, 50),
    pressing("tab", "up", "up", "right"),
    setting_mode("chosen"),
    resizing(WIDTH - 20, HEIGHT),
    feeding("killed_worker", 30, 99),
    resizing(WIDTH, HEIGHT),
    pressing("tab", "x", "left", "y"),
    change_theme,
    setting_mode("merged"),
    feeding("pool", 0, 40),
]


def driver_of(app: App[None]) -> RecordingDriver:
    driver = app._driver
    assert isinstance(driver, RecordingDriver)
    return driver


async def screens_of(
    app: Plain, session: Sequence[Step] = SESSION
) -> tuple[list[list[Any]], list[int]]:
    """What the terminal shows after each step of the session, and how many bytes each took."""
    terminal = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(terminal)
    screens, sizes = [], []
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        driver = driver_of(app)
        for step in session:
            await step(pilot)
            await pilot.pause()
            await pilot.pause()
            data = "".join(driver.written)
            driver.written.clear()
            stream.feed(data)
            sizes.append(len(data.encode()))
            rows = range(app.size.height)
            columns = range(app.size.width)
            screens.append([[terminal.buffer[y][x] for x in columns] for y in rows])
    return screens, sizes


def visible(cell: pyte.screens.Char) -> object:
    """What a person sees of a cell: of a blank one not what colour its text would have."""
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return (" ", cell.bg)
    return cell


async def test_the_screen_is_the_same_with_and_without_it_for_fewer_bytes() -> None:
    plain, plain_sizes = await screens_of(Plain())
    diffed, diffed_sizes = await screens_of(Diffed())
    for step, (expected, found) in enumerate(zip(plain, diffed, strict=True)):
        for y, (expected_row, found_row) in enumerate(zip(expected, found, strict=True)):
            seen = [visible(cell) for cell in found_row]
            assert seen == [visible(cell) for cell in expected_row], f"step {step}, line {y}"
    assert sum(diffed_sizes) * 2 < sum(plain_sizes)


async def test_a_frame_is_one_write_and_no_change_is_none() -> None:
    app = Diffed()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        app.feed("pool_live", 0, 9)
        await pilot.pause()
        app._sync_available = True
        driver_of(app).written.clear()
        app.feed("pool_live", 9, 11)
        await pilot.pause()
        (frame,) = driver_of(app).written
        assert frame.startswith("\x1b[?2026h")
        assert frame.endswith("\x1b[?2026l")
        driver_of(app).written.clear()
        app.query_one(WorkerTable).refresh()
        await pilot.pause()
        assert driver_of(app).written == []


async def test_a_terminal_that_takes_nothing_gets_the_newest_screen_and_nothing_between() -> None:
    class Writer:
        """Stands where the driver keeps the frames that the terminal has not taken."""

        def __init__(self) -> None:
            self._queue: queue.Queue[str] = queue.Queue()

    app = Diffed()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        driver = driver_of(app)
        terminal = pyte.Screen(WIDTH, HEIGHT)
        stream = pyte.Stream(terminal)
        stream.feed("".join(driver.written))
        driver.written.clear()
        writer = driver._writer_thread = Writer()  # type: ignore[attr-defined]
        for frame in ("one", "two"):
            writer._queue.put(frame)
        for start in range(0, 12, 3):
            app.feed("pool_live", start, start + 3)
            await pilot.pause()
        await pilot.press("down", "down", "down")
        assert app.is_display_behind
        assert driver.written == []
        writer._queue.get()
        while not driver.written:
            await pilot.pause(0.01)
        stream.feed("".join(driver.written))
        seen = "\n".join(terminal.display)
        assert "ForkPoolWorker-5" in seen
        assert "▸● ForkPoolWorker-2" in seen


async def test_redraw_sends_the_whole_screen_again() -> None:
    app = Diffed()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)) as pilot:
        app.feed("pool_live", 0, 12)
        await pilot.pause()
        driver_of(app).written.clear()
        app.action_redraw()
        await pilot.pause()
        terminal = pyte.Screen(WIDTH, HEIGHT)
        pyte.Stream(terminal).feed("".join(driver_of(app).written))
        assert "ForkPoolWorker-5" in "\n".join(terminal.display)
        assert "type here" in "\n".join(terminal.display)


async def test_inline_and_web_drivers_are_left_alone() -> None:
    class InlineDriver(RecordingDriver):
        is_inline = True

    app = Diffed()
    async with app.run_test(headless=False, size=(WIDTH, HEIGHT)):
        assert app._shown is not None
        app._driver = InlineDriver(app)
        app._display(app.screen, app.screen._compositor.render_full_update())
        assert app._shown is None
        assert driver_of(app).written


def cells() -> ShownCells:
    return ShownCells(10, 3, ColorSystem.STANDARD)


def placed(*segments: Segment, y: int = 0, x: int = 0) -> list[PlacedStrip]:
    return [PlacedStrip(y, x, Strip(segments))]


def test_only_the_cells_that_differ_are_sent() -> None:
    shown = cells()
    shown.show(placed(Segment("abcdefghij", RED)))
    assert shown.show(placed(Segment("abcXefghij", RED))) == "\x1b[0;31m\x1b[1;4HX\x1b[0m"
    assert shown.show(placed(Segment("abcXefghij", RED))) == ""


def test_a_new_look_of_the_same_text_is_sent() -> None:
    shown = cells()
    shown.show(placed(Segment("ab", RED), Segment("cd", RED)))
    assert shown.show(placed(Segment("ab", RED), Segment("cd", BLUE))) == (
        "\x1b[0;1;34m\x1b[1;3Hcd\x1b[0m"
    )


def test_a_strip_that_was_covered_meanwhile_is_sent_again() -> None:
    shown = cells()
    below, above = placed(Segment("abcdefghij", RED)), placed(Segment("XY", RED), x=4)
    shown.show(below)
    assert "XY" in shown.show(above)
    assert "ef" in shown.show(below)


def test_a_wide_character_is_sent_whole_or_not() -> None:
    shown = cells()
    shown.show(placed(Segment("漢字ab", RED)))
    assert shown.show(placed(Segment("漢字ax", RED))) == "\x1b[0;31m\x1b[1;6Hx\x1b[0m"
    assert shown.show(placed(Segment("漢x ax", RED))) == "\x1b[0;31m\x1b[1;3Hx \x1b[0m"
    assert shown.show(placed(Segment("語x ax", RED))) == "\x1b[0;31m\x1b[1;1H語\x1b[0m"
    assert shown.show(placed(Segment("e\u0301ux ax", RED))) == "\x1b[0;31m\x1b[1;1He\u0301u\x1b[0m"


@pytest.mark.parametrize(
    "strips",
    [
        placed(Segment("link", Style(link="https://example.com"))),
        placed(Segment("wider than the line")),
        placed(Segment("x"), y=3),
    ],
)
def test_what_is_not_understood_is_refused(strips: list[PlacedStrip]) -> None:
    with pytest.raises(UnknownCellsError):
        cells().show(strips)
