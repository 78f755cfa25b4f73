"""A key does what it would do if Textual looked for it, whoever has the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from mptui.dashboard.terminal.quick_keys.key_actions import actions_of

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode

KEYS = ("a", "b", "c", "d", "e", "ctrl+q", "z")


class Part(Widget, can_focus=True):
    """Has keys of its own, some of which the app has too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,b", "here"),
        Binding("c", "first", priority=True),
        Binding("c", "here_too"),
    ]


class Room(Vertical):
    """A part around it with keys."""

    BINDINGS: ClassVar[list[BindingType]] = [("b", "around", ""), ("e", "around", "")]


class Dialog(ModalScreen[None]):
    """What is behind it has no keys."""

    BINDINGS: ClassVar[list[BindingType]] = [("d", "leave", "")]

    def compose(self) -> ComposeResult:
        yield Part()


class Keyed(App[None]):
    """An app with keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "everywhere", id="everywhere"),
        Binding("c,d", "above_all", priority=True),
        ("e", "everywhere", ""),
    ]

    def compose(self) -> ComposeResult:
        with Room():
            yield Part()


def textuals(key: str, app: App[Any]) -> list[tuple[str, DOMNode]]:
    """As `App._check_bindings` goes through them, first for what has priority."""
    return [
        (binding.action, node)
        for chain, is_first in (
            (reversed(app.screen._binding_chain), True),
            (app.screen._modal_binding_chain, False),
        )
        for node, bindings in chain
        for binding in bindings.key_to_bindings.get(key, ())
        if binding.priority == is_first
    ]


def assert_same(app: App[Any]) -> None:
    found = [list(actions_of(key, app.screen)) for key in KEYS]
    assert found == [textuals(key, app) for key in KEYS]
    assert any(found)


async def test_a_key_does_what_it_does_in_textual() -> None:
    app = Keyed()
    async with app.run_test() as pilot:
        app.screen.set_focus(None)
        assert_same(app)
        app.screen.set_focus(app.query_one(Part))
        assert_same(app)
        app.set_keymap({"everywhere": "z"})
        assert_same(app)
        app.set_keymap({})
        await app.push_screen(Dialog())
        await pilot.pause()
        assert_same(app)
        app.screen.set_focus(app.screen.query_one(Part))
        assert_same(app)
