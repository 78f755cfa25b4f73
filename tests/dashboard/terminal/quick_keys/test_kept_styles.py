"""A part has the styles that Textual's style sheet gives it, however it came to where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from mptui.dashboard.terminal.quick_keys import kept_styles
from mptui.dashboard.terminal.quick_paint import paint_quickly

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.pilot import Pilot


class Room(Vertical):
    """Has parts that are only painted."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"room--wall", "room--floor"}
    DEFAULT_CSS = """
    Room { height: auto; & > .room--wall { color: red; } }
    Room:focus-within > .room--floor { color: blue; }
    """


class Styled(App[None]):
    """Rules that ask for everything that rules can ask for."""

    CSS = """
    Label { height: 1; color: white; }
    Label:first-child { color: red; }
    Label:last-of-type { background: blue; }
    Label:even { text-style: bold; }
    .is-chosen { background: green; }
    .is-chosen:hover { background: yellow; }
    #one:focus-within Label { color: cyan; }
    .-dense #two > Label { height: 2; }
    Input:focus { border: heavy red; }
    Input:disabled, Button:disabled { tint: red 30%; }
    Vertical:empty { display: none; }
    App:light Label { color: black; }
    Dialog Label { width: 5; }
    """

    def compose(self) -> ComposeResult:
        for name in ("one", "two"):
            with Room(id=name, classes=name):
                yield Label("first")
                yield Input(name)
                yield Label("last")
                yield Button(name)
        with VerticalScroll():
            for number in range(50):
                yield Label(str(number))


class Dialog(ModalScreen[None]):
    """Another screen."""

    def compose(self) -> ComposeResult:
        yield Label("said")


def styles_of(app: App[Any]) -> list[Any]:
    """Of every part, and of what is painted in it."""
    nodes = [node for screen in app.screen_stack for node in screen.walk_children(with_self=True)]
    return [
        (str(node), _rules_of(node.styles), [_rules_of(styles) for _, styles in _components(node)])
        for node in nodes
    ]


def _components(node: DOMNode) -> list[Any]:
    return sorted(node._component_styles.items())


def _rules_of(styles: Any) -> dict[str, str]:
    # Two layouts of one name are two objects.
    return {name: str(value) for name, value in styles.base._rules.items()}


async def styles_in_a_session(*, is_quick: bool) -> list[list[Any]]:
    """After each step."""
    paint_quickly(is_wanted=is_quick)
    try:
        app = Styled()
        async with app.run_test() as pilot:
            return [styles_of(app) async for _ in steps(app, pilot)]
    finally:
        paint_quickly()


async def steps(app: Styled, pilot: Pilot[None]) -> AsyncIterator[None]:
    one, two = app.query_one("#one"), app.query_one("#two")
    for name in ("#one Input", "#two Input", "#two Button"):
        app.screen.set_focus(app.query_one(name))
        await pilot.pause()
        yield
    one.set_class(True, "is-chosen")
    app.screen.set_class(True, "-dense")
    yield
    await pilot.hover("#one")
    two.query_one(Input).disabled = True
    yield
    await one.mount(Label("more"), before=0)
    await two.query(Label).last().remove()
    yield
    app.theme = "textual-light"
    await pilot.pause()
    yield
    await app.push_screen(Dialog())
    yield
    app.pop_screen()
    one.set_class(False, "is-chosen")
    yield


async def test_every_part_has_the_styles_that_textual_gives_it() -> None:
    found = await styles_in_a_session(is_quick=True)
    expected = await styles_in_a_session(is_quick=False)
    for step, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        for mine, its in zip(ours, theirs, strict=True):
            assert mine == its, f"step {step}"


async def test_what_was_said_of_one_is_not_found_out_again_for_the_next(monkeypatch: Any) -> None:
    app = Styled()
    async with app.run_test() as pilot:
        inputs = list(app.query(Input))
        for _ in range(2):
            for part in inputs:
                app.screen.set_focus(part)
                await pilot.pause()
        found_out: list[DOMNode] = []
        real = kept_styles._textuals_apply

        def counted(stylesheet: Any, node: DOMNode, **options: Any) -> None:
            found_out.append(node)
            real(stylesheet, node, **options)

        monkeypatch.setattr(kept_styles, "_textuals_apply", counted)
        for part in inputs * 2:
            app.screen.set_focus(part)
            await pilot.pause()
        assert found_out == []
