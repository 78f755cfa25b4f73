"""An app as terminals are: what Textual 8.2.8 does otherwise is set right here.

Together with `display_diff` the one place that knows private names of Textual.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from textual import constants
from textual.app import App, ReturnType
from textual.events import Event, Key, MouseEvent, Paste
from textual.filter import LineFilter, Monochrome, NoColor
from textual.widget import Widget

from mptui.dashboard.terminal.ascii_only import AsciiOnly
from mptui.dashboard.terminal.quick_keys.key_actions import actions_of
from mptui.dashboard.terminal.quick_keys.pictures import KeptPictures
from mptui.dashboard.terminal.quick_paint import paint_quickly
from mptui.dashboard.terminal.readable import ReadableColours
from mptui.dashboard.terminal.terminal_driver import TerminalDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from textual.dom import DOMNode
    from textual.driver import Driver

# The mouse would be reported for each pixel.
constants.SMOOTH_SCROLL = False  # type: ignore[misc]
paint_quickly()


class TerminalApp(KeptPictures[ReturnType]):
    """An app that heeds NO_COLOR as its rule says, and that a signal handler can end."""

    def __init__(self) -> None:
        with empty_no_color_ignored():
            super().__init__()
        self._filters = colourless(self._filters)
        self._ascii_only: list[LineFilter] = []
        self._readable: dict[str, ReadableColours] = {}
        self._is_last = False

    def get_driver_class(self) -> type[Driver]:
        """The driver of mptui's own, unless the environment names another."""
        return TerminalDriver if constants.DRIVER is None else super().get_driver_class()

    def run_last(self, *, mouse: bool) -> ReturnType | None:
        """Run as the last thing that this process does: see `end_process` in `mptui.cli`.

        So the terminal is given back at once, and what the app is made of is left to the kernel.
        """
        self._is_last = True
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        return self.run(mouse=mouse, loop=loop)

    async def _close_all(self) -> None:
        if not self._is_last or self._exception is not None:
            await super()._close_all()

    def _handle_exception(self, error: Exception) -> None:
        # Of a widget that was left in the middle of something when the app was asked to end.
        if not (self._is_last and self._exit):
            super()._handle_exception(error)

    @property
    def failure(self) -> Exception | None:
        """What has ended the app that should not; None where nothing has."""
        return self._exception

    async def on_event(self, event: Event) -> None:
        """Obey a key at once; let nothing that is pasted act on the terminal when it is shown."""
        if isinstance(event, Key | Paste | MouseEvent):
            self.let_go_of_first_frame()
        if isinstance(event, Paste):
            event.text = "".join(filter(_is_harmless, event.text))
        if isinstance(event, Key) and not self.screen_stack:
            return  # It was typed before the end, and all screens are closed by now.
        if not (isinstance(event, Key) and not event.is_forwarded and await self._obeys(event)):
            await super().on_event(event)

    async def _obeys(self, key: Key) -> bool:
        """Do what a key is bound to, if it is and no part in the way takes keys itself.

        Textual does it once the key has gone from part to part and back, and meanwhile sends those
        that were typed after it to what had the keys before: of `/error` and Enter in one piece, as
        a slow line delivers them, each letter would be a command.
        """
        self.app_focus = True
        if any(map(_takes_keys, (self.focused or self.screen).ancestors_with_self)):
            return False
        for action, node in actions_of(key.key, self.screen):
            if await self.run_action(action, node):
                return True
        return False

    def guarded(self, call: Callable[[], object]) -> None:
        """Call this as a timer of the app does: what it raises ends the app, and is told."""
        if self._exit or not self._running:
            return
        with self._context():
            try:
                call()
            except Exception as error:  # noqa: BLE001  # whatever it is
                self._handle_exception(error)

    def write_sequence(self, sequence: str) -> None:
        """Send the terminal a control sequence that changes no cell."""
        if self._driver is not None and sequence:
            self._driver.write(sequence)
            self._driver.flush()

    def draw_ascii_only(self) -> None:
        """Let nothing but ASCII through to the terminal."""
        self._ascii_only = [AsciiOnly()]

    def use_colours(self, numbers: Mapping[str, Mapping[int, int]]) -> None:
        """Write other colours of the palette: by the name of the theme, which become which."""
        if not self.no_color:
            self._readable = {name: ReadableColours(map_) for name, map_ in numbers.items()}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What each line passes on its way to the terminal."""
        readable = self._readable.get(self.theme)
        own = [*self._ascii_only, *([readable] if readable is not None else [])]
        return [*super().get_line_filters(), *own] if own else super().get_line_filters()

    def rows_as_text(self) -> list[str]:
        """What the screen in front shows, row by row, without any style."""
        strips = self.screen._compositor.render_strips()  # noqa: SLF001
        background = self.screen.background_colors[1]
        for line_filter in self._ascii_only:
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return [strip.text.rstrip() for strip in strips]

    def exit_soon(self, result: ReturnType) -> None:
        """End the app; from a signal handler or another thread, so it only enqueues."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(partial(self.exit, result))


def _takes_keys(node: DOMNode) -> bool:
    is_app = isinstance(node, App)
    has_own = isinstance(node, Widget) and type(node)._on_key is not Widget._on_key  # noqa: SLF001
    return not is_app and (has_own or hasattr(node, "on_key"))


def _is_harmless(char: str) -> bool:
    return char.isprintable() or char in "\t\n\r"


def colourless(filters: Iterable[LineFilter]) -> list[LineFilter]:
    """The filters of an app, with the one for NO_COLOR that fits the terminal's own colours.

    Textual chooses it before there is a theme, and its choice would paint black on black.
    """
    return [NoColor() if isinstance(one, Monochrome) else one for one in filters]


@contextmanager
def empty_no_color_ignored() -> Iterator[None]:
    """Let an empty NO_COLOR count as none, as its rule says; Textual looks whether it is there.

    Only while the app is made: the programs that are run get the environment as it was.
    """
    is_empty = os.environ.get("NO_COLOR") == ""
    if is_empty:
        del os.environ["NO_COLOR"]
    try:
        yield
    finally:
        if is_empty:
            os.environ["NO_COLOR"] = ""
