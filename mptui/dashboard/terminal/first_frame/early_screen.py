"""Takes the terminal before there is an app: its other screen, and the keys that are typed by now.

They stay with the terminal, neither shown nor lost, until the app's driver reads them. Ctrl-C, and
every other way to end before that, gives the terminal back as it was. It must not import anything
that costs.
"""

from __future__ import annotations

import os
import select
import sys
import termios

from mptui.dashboard.terminal.first_frame.circumstances import circumstances
from mptui.dashboard.terminal.first_frame.kept_pictures import keep_picture, kept_picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
    from typing import Any, ClassVar, Final

    from mptui.dashboard.terminal.first_frame.picture import Picture
else:
    # What `signal` is made of. That imports enum, and takes longer than all the rest.
    import _signal as signal

_TAKE: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_GIVE_BACK: Final = b"\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
_SIGNALS: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
_IFLAG: Final = termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
"""As Textual's driver has it: else Enter that is typed now would be another key for it."""
_LFLAG: Final = termios.ECHO | termios.ICANON | termios.IEXTEN
_NOT_WITH: Final = ("TEXTUAL_DRIVER", "TEXTUAL_ALLOW_SIGNALS", "_MPTUI_COMPLETE")
_PATIENCE_MILLISECONDS: Final = 200
_WITHOUT_DASHBOARD: Final = frozenset(
    {"--headless", "--json", "--detach", "--help", "-h", "--version"}
)


class EarlyScreen:
    """The terminal from here until the app has it; there is at most one.

    Args:
        keys: a descriptor of the terminal that is read.
        screen: one that never blocks, of the terminal that is written to.
    """

    current: ClassVar[EarlyScreen | None] = None

    def __init__(self, keys: int, screen: int) -> None:
        self._keys = keys
        self._screen = screen
        self.attributes: list[Any] = termios.tcgetattr(keys)
        """What its line was like."""
        self.picture: Picture | None = None
        """What it shows, where that is known."""
        self._handlers: dict[int, Any] = {}

    def take(self, picture: Picture | None) -> None:
        """From now on the terminal is ours; it shows this, or nothing."""
        EarlyScreen.current = self
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._end)
        attributes = termios.tcgetattr(self._keys)
        attributes[0] &= ~_IFLAG
        attributes[3] &= ~_LFLAG
        # A terminal that stopped us now would be left like that.
        attributes[6][termios.VSUSP] = b"\0"
        attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._keys, termios.TCSANOW, attributes)
        shown = picture.sequence() if picture is not None else "\x1b[2J"
        if self._write((_TAKE + shown).encode()):
            self.picture = picture

    def hand_over(self) -> None:
        """The app gives the terminal back from now on."""
        EarlyScreen.current = None
        os.close(self._screen)

    def give_back(self) -> None:
        """Make the terminal as it was."""
        if EarlyScreen.current is not self:
            return
        try:  # noqa: SIM105 - contextlib costs too much here
            termios.tcsetattr(self._keys, termios.TCSANOW, self.attributes)
        except termios.error:
            pass  # It is gone.
        self._write(_GIVE_BACK)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self.hand_over()

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """In a signal handler: nothing has begun, so there is nothing else to do."""
        self.give_back()
        os._exit(128 + number)

    def _write(self, data: bytes) -> bool:
        """Write all of it, or what is taken within a moment; whether that was all."""
        room = select.poll()
        room.register(self._screen, select.POLLOUT)
        try:
            while data and room.poll(_PATIENCE_MILLISECONDS):
                data = data[os.write(self._screen, data) :]
        except OSError:
            return False
        return not data


class FirstFrame:
    """The picture that is shown first in these circumstances."""

    current: ClassVar[FirstFrame | None] = None

    def __init__(self, columns: int, rows: int) -> None:
        self._circumstances = circumstances(columns, rows)
        self.size = columns, rows

    def kept(self) -> Picture | None:
        """As it was the last time."""
        return kept_picture(self._circumstances)

    def keep(self, picture: Picture) -> None:
        """Show this the next time."""
        if picture.size == self.size:
            keep_picture(self._circumstances, picture)


def show_first_frame() -> None:
    """Show what the gallery looked like the last time, if that is known; else do nothing."""
    words = sys.argv[1:]
    is_for_gallery = all(word.startswith("--") for word in words)
    if not is_for_gallery or not _WITHOUT_DASHBOARD.isdisjoint(words):
        return
    try:
        columns, rows = os.get_terminal_size(1)
    except OSError:
        return
    FirstFrame.current = FirstFrame(columns, rows)
    picture = FirstFrame.current.kept()
    if picture is not None and picture.size == (columns, rows):
        take_terminal(picture)


def take_terminal(picture: Picture | None = None) -> EarlyScreen | None:
    """Take it, unless it is taken; None where it can't be, and is left to the app as it is."""
    if EarlyScreen.current is not None or any(map(os.environ.get, _NOT_WITH)):
        return EarlyScreen.current
    opened = _opened()
    if opened is None:
        return None
    try:
        early = EarlyScreen(0, opened)
    except termios.error:
        os.close(opened)
        return None
    early.take(picture)
    return early


def give_terminal_back() -> None:
    """Make it as it was, if it was taken and the app does not have it."""
    if EarlyScreen.current is not None:
        EarlyScreen.current.give_back()


def _opened() -> int | None:
    """The terminal once more, so that no write blocks; None where it is not ours to change."""
    screen = 2 if os.isatty(2) else 1
    flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        # In the background, as after `mptui &`, changing it would stop us.
        if not (os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()):
            return None
        # As the driver will; where it may not, Textual's own takes its place.
        os.close(os.open("/proc/self/fd/0", os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY))
        return os.open(f"/proc/self/fd/{screen}", flags)
    except OSError:
        return None
