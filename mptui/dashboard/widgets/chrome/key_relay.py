"""The line at the bottom of a pane while every key goes to the program, as on its own terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from textual.events import Key, Paste

END_KEY: Final = "ctrl+right_square_bracket"
"""As telnet has it: no other key is left, Esc and ^C included."""
_SEQUENCES: Final = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "shift+tab": "\x1b[Z",
}
"""What a terminal sends for the keys that are no character."""
_CONTROL: Final = 0x1F
_NAME_CHARACTERS: Final = 24


class KeyRelay(Static, can_focus=True):
    """Shown from `open` to `close`; while it has the keys no other part takes any."""

    @dataclass
    class Pressed(Message):
        """The program is to read this."""

        text: str

    class Left(Message):
        """The person has the keys for the dashboard again."""

    def open(self, name: str) -> None:
        """Send every key to the program of this name from now on."""
        said = safe_text(name, _NAME_CHARACTERS)
        self.update(Content(f"every key goes to the terminal of {said} · ^] ends that"))
        # At once, not when the stylesheet comes to it: what is typed ahead is meant for it.
        self.display = True
        self.screen.set_focus(self)

    def close(self) -> None:
        """Go out of sight."""
        self.display = False

    def on_key(self, event: Key) -> None:
        """Send it on."""
        event.stop()
        event.prevent_default()
        if event.key == END_KEY:
            self.post_message(self.Left())
        elif text := sequence_of(event.key, event.character):
            self.post_message(self.Pressed(text))

    def on_paste(self, event: Paste) -> None:
        """Send it on as if it were typed."""
        event.stop()
        self.post_message(self.Pressed(event.text.replace("\n", "\r")))

    def on_blur(self) -> None:
        """Whoever clicks elsewhere wants the keys there."""
        if self.display:
            self.post_message(self.Left())


def sequence_of(key: str, character: str | None) -> str:
    """What a terminal sends for a key; nothing where it has no sign for it."""
    if key in _SEQUENCES:
        return _SEQUENCES[key]
    if character:
        return character
    letter = key.removeprefix("ctrl+")
    return chr(ord(letter) & _CONTROL) if letter != key and len(letter) == 1 else ""
