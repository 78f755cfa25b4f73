"""The screen is painted with less work, and every cell of it is as Textual paints it by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.containers import Container, VerticalScroll
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from mptui.dashboard.terminal.quick_paint import _Painting, paint_quickly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.pilot import Pilot

WORDS = "\n".join(f"line {number} of 漢字 and é" for number in range(30))


class Painted:
    """Stands where a widget does, and knows what it was asked to paint."""

    def __init__(self, character: str) -> None:
        self.asked: list[Region] = []
        self._character = character

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked.append(crop)
        return [Strip([Segment(self._character * crop.width)])] * crop.height


class Everything(App[None]):
    """What a style sheet can draw around lines and over them, and widgets above others."""

    CSS = """
    Screen { layers: below above; layout: grid; grid-size: 3; }
    #under { width: 10; height: 5; }
    #over { layer: above; dock: top; height: 100%; width: 30; display: none; }
    #bordered { border: round red; padding: 1 2; border-title-align: right; }
    #titled { border-top: solid green; padding: 0 1; }
    #titled:focus { border-top: heavy yellow; background: blue; }
    #outlined { outline: ascii blue; }
    #hatched { hatch: cross red; padding: 2; }
    #tinted { tint: red 40%; }
    #faint { opacity: 50%; text-opacity: 60%; }
    #sided { border-left: thick red; padding-right: 3; }
    """

    def compose(self) -> ComposeResult:
        yield Static(WORDS, id="under")
        for name in ("bordered", "outlined", "hatched", "tinted", "faint", "sided"):
            widget = Static(WORDS[:200], id=name)
            widget.border_title = name
            yield widget
        with VerticalScroll(id="titled"):
            yield Static(WORDS)
        yield Container(Input("typed"))
        yield Static(WORDS, id="over")


class Dialog(ModalScreen[None]):
    """Lets what is below shine through."""

    CSS = "Dialog { background: black 40%; } Dialog Label { border: heavy red; margin: 3 20; }"

    def compose(self) -> ComposeResult:
        yield Label("Stop it?")


def cells(app: App[None], *, is_quick: bool) -> list[list[Any]]:
    """Every cell of the screen, painted from nothing."""
    paint_quickly(is_wanted=is_quick)
    try:
        for screen in app.screen_stack:
            for node in screen.walk_children(Widget, with_self=True):
                node._styles_cache.clear()
        update = app.screen._compositor.render_update(True, app._background_screens)
    finally:
        paint_quickly()
    assert isinstance(update, LayoutUpdate)
    return [list(_cells_of(line)) for line in update.strips]


def _cells_of(strips: Any) -> Iterator[Any]:
    for strip in strips:
        for text, style, _ in strip:
            yield from ((character, style) for character in text)


async def _scroll(pilot: Pilot[None]) -> None:
    pilot.app.query_one("#titled").scroll_to(y=7, animate=False)


async def _cover(pilot: Pilot[None]) -> None:
    pilot.app.query_one("#over").display = True


async def _ask(pilot: Pilot[None]) -> None:
    await pilot.app.push_screen(Dialog())


async def test_every_cell_is_as_textual_paints_it() -> None:
    app = Everything()
    async with app.run_test(size=(100, 40)) as pilot:
        app.query_one("#titled").focus()
        for step in (_scroll, _cover, _ask):
            await step(pilot)
            await pilot.pause()
            assert cells(app, is_quick=True) == cells(app, is_quick=False), step.__name__


def test_what_is_covered_is_not_painted_nor_any_line_that_nobody_asked_for() -> None:
    cuts = [[0, 4, 10] for _ in range(6)]
    painting = _Painting(cuts, Region(0, 0, 10, 5), lambda y: y != 2)
    above, beside, below = Painted("a"), Painted("b"), Painted("c")
    left, right, whole = Region(0, 0, 4, 6), Region(4, 1, 6, 5), Region(0, 0, 10, 6)
    for widget, region in ((above, left), (beside, right), (below, whole)):
        painting.add(widget, region, region)  # type: ignore[arg-type]
    assert not painting.open
    assert above.asked == [Region(0, 0, 4, 5)]
    assert beside.asked == [Region(0, 0, 6, 4)]
    # One piece of one line is all that is seen of it.
    assert below.asked == [Region(0, 0, 10, 1)]
    texts = [[strip.text if strip else None for strip in line.values()] for line in painting.chops]
    assert texts == [
        ["aaaa", "cccccc"],
        ["aaaa", "bbbbbb"],
        [None, None],
        ["aaaa", "bbbbbb"],
        ["aaaa", "bbbbbb"],
        [None, None],
    ]
