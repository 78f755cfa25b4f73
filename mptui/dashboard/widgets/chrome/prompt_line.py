"""The line at the bottom of a pane in which a person types: a name, a text to find, an input.

It says what it is for and what its keys do, and posts what is typed; what comes of that is for the
pane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from textual.app import ComposeResult

Purpose: TypeAlias = Literal["filter", "search", "input", "only", "highlight", "moment", "folder"]

_LABELS: Final[dict[Purpose, str]] = {
    "filter": "names with",
    "search": "find",
    "input": "input",
    "only": "only lines with",
    "highlight": "words",
    "moment": "go to time",
    "folder": "save in folder",
}
_HINTS: Final[dict[Purpose, str]] = {
    "filter": "Enter keeps · Esc shows all",
    "search": "Enter finds, then n N · Esc",
    "only": "! stderr · @name @1-4 · Esc",
    "highlight": "Enter highlights them · Esc",
    "folder": "a file for each process · Esc",
    "moment": "90 · 1:30 · -10 · Esc",
    "input": "Enter sends · ^D ends · Esc",
}
_SAID_CHARACTERS: Final = 24


class PromptLine(Horizontal):
    """One line, shown from `open` to `close`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave it", show=False, priority=True),
        Binding("ctrl+d", "end_input", "End the input", show=False, priority=True),
    ]

    @dataclass
    class Typed(Message):
        """The text changed."""

        purpose: Purpose
        text: str

    @dataclass
    class Entered(Message):
        """The text is final."""

        purpose: Purpose
        text: str

    @dataclass
    class Left(Message):
        """The person left the line without entering anything."""

        purpose: Purpose

    class InputEnded(Message):
        """The program is to see the end of its input."""

    def __init__(self) -> None:
        super().__init__()
        self.purpose: Purpose | None = None
        """What is being typed; None while it is closed."""
        self._label = Static(classes="label")
        self._field = Input(compact=True, select_on_focus=False)
        self._field.cursor_blink = False
        self._hint = Static(classes="hint")

    def compose(self) -> ComposeResult:
        """What it is, the text, and what the keys do."""
        yield self._label
        yield self._field
        yield self._hint

    def open(self, purpose: Purpose, text: str = "", label: str | None = None) -> None:
        """Let a person type, beginning with this text; the label says more than the usual one."""
        self.purpose = purpose
        self._label.update(Content(safe_text(label or _LABELS[purpose])))
        self._hint.update(Content(_HINTS[purpose]))
        with self.prevent(Input.Changed):
            self._field.value = text
        self._field.cursor_position = len(text)
        # At once, not when the stylesheet comes to it: what is typed ahead is meant for the line.
        self.display = True
        self.screen.set_focus(self._field)

    def close(self) -> None:
        """Go out of sight."""
        self.purpose = None
        self.display = False

    def say_sent(self, text: str) -> None:
        """Make room for the next line, and say that this one is on its way."""
        self._field.value = ""
        self._hint.update(Content(f"sent {safe_text(text, _SAID_CHARACTERS) or 'a line feed'}"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only an input has an end."""
        if action == "end_input":
            return self.purpose == "input"
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Leave it."""
        if self.purpose is not None:
            self.post_message(self.Left(self.purpose))

    def action_end_input(self) -> None:
        """End the program's input."""
        self.post_message(self.InputEnded())

    @on(Input.Changed)
    def post_typed(self, message: Input.Changed) -> None:
        """Pass on what is typed, key by key."""
        message.stop()
        if self.purpose is not None:
            self.post_message(self.Typed(self.purpose, message.value))

    @on(Input.Submitted)
    def post_entered(self, message: Input.Submitted) -> None:
        """Pass on that the text is final."""
        message.stop()
        if self.purpose is not None:
            self.post_message(self.Entered(self.purpose, message.value))
