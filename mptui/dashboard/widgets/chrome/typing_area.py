"""The bottom of a pane, where a person types: a line of text, or every key for the program.

It gives the keys back to the part that had them before. What comes of what is typed is for the
pane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical

from mptui.dashboard.widgets.chrome.key_relay import KeyRelay
from mptui.dashboard.widgets.chrome.prompt_line import PromptLine

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from mptui.dashboard.widgets.chrome.prompt_line import Purpose


class TypingArea(Vertical):
    """Nothing is seen of it until something is to be typed."""

    DEFAULT_CSS = "TypingArea { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._prompt = PromptLine()
        self._relay = KeyRelay()
        self._focused_before: Widget | None = None

    def compose(self) -> ComposeResult:
        """A line for a text, and one that stands there while keys go to the program."""
        yield self._prompt
        yield self._relay

    @property
    def purpose(self) -> Purpose | None:
        """What a text is typed for; None where none is."""
        return self._prompt.purpose

    @property
    def is_relaying(self) -> bool:
        """Whether every key goes to the program."""
        return bool(self._relay.display)

    def ask(self, purpose: Purpose, text: str = "", label: str | None = None) -> None:
        """Let a person type, beginning with this text."""
        if self._prompt.purpose is None:
            self._focused_before = self.screen.focused
        self._prompt.open(purpose, text, label)

    def close(self) -> None:
        """Ask for nothing any more."""
        self._prompt.close()
        self._give_keys_back()

    def say_sent(self, text: str) -> None:
        """Let a person type the next line; this one is on its way."""
        self._prompt.say_sent(text)

    def relay_keys(self, name: str) -> None:
        """Send every key to the program of this name from now on."""
        self._focused_before = self.screen.focused
        self._relay.open(name)

    @on(KeyRelay.Left)
    def end_relay(self) -> None:
        """Send no more keys to the program."""
        had_keys = self._relay.has_focus
        self._relay.close()
        if had_keys:
            self._give_keys_back()

    def _give_keys_back(self) -> None:
        if self._focused_before is not None:
            self._focused_before.focus(scroll_visible=False)
