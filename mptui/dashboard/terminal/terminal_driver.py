"""A driver of mptui's own: no thread, no wake-up while nothing happens, one write for a frame.

Textual's looks for keys ten times a second in one thread, hands what it writes to another, and
waits for both at the end. Here the event loop reads keys and writes frames itself, and never waits
for the terminal. `TEXTUAL_DRIVER=textual.drivers.linux_driver:LinuxDriver` brings Textual's back.

Written against Textual 8.2.8, of whose driver it overrides private parts: tests compare the screen,
the keys and what is left of the terminal with both.
"""

from __future__ import annotations

import os
import signal
import termios
import threading
import tty
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

from mptui.dashboard.terminal.terminal_input import TerminalInput
from mptui.dashboard.terminal.terminal_output import TerminalOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.driver import Driver
    from textual.message import Message

_ALTERNATE_SCREEN: Final = "\x1b[?1049h"
_MOUSE: Final = "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"
_NO_CURSOR: Final = "\x1b[?25l"
_FOCUS: Final = "\x1b[?1004h"
_KITTY_KEYS: Final = "\x1b[>25u"
_ASKING_FOR_WHOLE_FRAMES: Final = "\x1b[?2026$p"
_PASTE_AND_NO_WRAP: Final = "\x1b[?2004h\x1b[?7l"
_NO_MOUSE: Final = "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
_LEAVING: Final = "\x1b[?2004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
_PATIENCE_SECONDS: Final = 2.0
"""How long a terminal may take nothing when it is left."""


class TerminalDriver(LinuxDriver):
    """Reads and writes the terminal from the event loop.

    Where the terminal cannot be opened once more, as after `su`, it does all as Textual does.
    """

    attributes_at_start: ClassVar[list[Any] | None] = None
    """Of a terminal that was made ready before there was an app: what its line was like before.

    The alternate screen is there already then, and what it shows is kept.
    """
    typed_at_start: ClassVar[bytes] = b""
    """What was typed on it by then, and has been read."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._thread = threading.get_ident()
        self._is_own = False
        self._output: TerminalOutput | None = None
        self._input: TerminalInput | None = None

    @property
    def is_own(self) -> bool:
        """Whether the terminal is this driver's, and not left to Textual's."""
        return self._is_own

    @property
    def is_behind(self) -> bool:
        """Whether the terminal does not take what was written before."""
        return self._output is not None and self._output.is_behind

    def call_when_taken(self, callback: Callable[[], object]) -> None:
        """Call this once, when the terminal has taken what waits now."""
        if self._output is not None:
            self._output.call_when_taken(callback)

    def start_application_mode(self) -> None:
        """Take the terminal: its keys, and its other screen."""
        if not self._is_in_front():
            return
        before, TerminalDriver.attributes_at_start = TerminalDriver.attributes_at_start, None
        descriptors = self._opened_again()
        self._is_own = descriptors is not None
        if descriptors is None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            self.attrs_before = before or self.attrs_before
            return
        keys, screen = descriptors
        self._output = TerminalOutput(screen, self._loop)
        signal.signal(signal.SIGWINCH, self._note_size)
        self._send_size()
        self.attrs_before = before or _attributes(self.fileno)
        self._take_every_key()
        self._set_up(is_ready=before is not None)
        typed, TerminalDriver.typed_at_start = TerminalDriver.typed_at_start, b""
        self._input = TerminalInput(
            keys, self._loop, self.process_message, self._lose_terminal, typed
        )
        if self._must_signal_resume:
            self._must_signal_resume = False
            self._app.post_message(self.SignalResume())

    def write(self, data: str) -> None:
        """Write at the end of this turn; what comes while the terminal is left is for nobody."""
        if not self._is_own:
            super().write(data)
        elif threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self.write, data)
        elif self._output is not None:
            self._output.write(self._encoded(data))

    def flush(self) -> None:
        """Write now what the terminal takes."""
        if self._output is not None and threading.get_ident() == self._thread:
            self._output.flush()

    def send_message(self, message: Message) -> None:
        """Hand a message to the app: in its own thread, so at once."""
        if threading.get_ident() == self._thread:
            self._app.post_message(message)
        else:
            super().send_message(message)

    def disable_input(self) -> None:
        """Take no more keys, and forget those that nobody has taken."""
        if not self._is_own:
            super().disable_input()
        elif self._input is not None:
            signal.signal(signal.SIGWINCH, signal.SIG_DFL)
            self._input.close()
            self._input = None
            self.write(_NO_MOUSE if self._mouse else "")
            self.flush()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        if not self._is_own:
            super().stop_application_mode()
            return
        self.disable_input()
        if self._output is not None:
            self._output.finish(self._encoded(_LEAVING), _PATIENCE_SECONDS)
            self._output = None
            with suppress(termios.error):
                termios.tcflush(self.fileno, termios.TCIFLUSH)
            if self.attrs_before is not None:
                with suppress(termios.error):
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)

    def close(self) -> None:
        """End what Textual's driver has begun, where it was needed."""
        if not self._is_own:
            super().close()

    def _sigtstp_application(self, *_: object) -> None:
        # A handler may come in the middle of a write, and must not begin another.
        self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._come_back)

    def _come_back(self) -> None:
        if self._auto_restart:
            if self._output is not None:
                # It was stopped without having been asked, so the terminal was not given back.
                self.suspend_application_mode()
            self.resume_application_mode()

    def _is_in_front(self) -> bool:
        """Whether the terminal may be changed; in the background, as after `bg`, mptui stops."""
        if not os.isatty(self.fileno):
            return True

        def stop_again(*_: object) -> None:
            os.kill(os.getpid(), signal.SIGSTOP)

        signal.signal(signal.SIGTTOU, stop_again)
        signal.signal(signal.SIGTTIN, stop_again)
        try:
            # Changes nothing, but would be refused.
            termios.tcsetattr(self.fileno, termios.TCSANOW, termios.tcgetattr(self.fileno))
        except termios.error:
            return False
        finally:
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            signal.signal(signal.SIGTTIN, signal.SIG_DFL)
        return True

    def _opened_again(self) -> tuple[int, int] | None:
        """The terminal for keys and for the screen, so that neither ever blocks.

        To set that on the descriptors that are there would set it for the shell too.
        """
        screen = 2 if os.isatty(2) else 1
        opened: list[int] = []
        try:
            for number, mode in ((self.fileno, os.O_RDONLY), (screen, os.O_WRONLY)):
                if not os.isatty(number):
                    raise OSError
                flags = mode | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
                opened.append(os.open(f"/proc/self/fd/{number}", flags))
        except OSError:
            for descriptor in opened:
                os.close(descriptor)
            return None
        return opened[0], opened[1]

    def _note_size(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._send_size)

    def _send_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self._app.post_message(Resize(size, size))

    def _take_every_key(self) -> None:
        attributes = _attributes(self.fileno)
        if attributes is not None:
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            attributes[tty.CC][termios.VMIN] = 1
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def _set_up(self, *, is_ready: bool) -> None:
        mouse = _MOUSE if self._mouse else ""
        is_apple = os.environ.get("TERM_PROGRAM", "") == "Apple_Terminal"
        self.write("" if is_ready else _ALTERNATE_SCREEN)
        self.write(mouse + _NO_CURSOR + _FOCUS)
        self.write("" if constants.DISABLE_KITTY_KEY else _KITTY_KEYS)
        self.write("" if is_apple else _ASKING_FOR_WHOLE_FRAMES)
        # The mouse once more: iTerm 3.5.0 wants it so.
        self.write(_PASTE_AND_NO_WRAP + mouse)
        self.flush()

    def _lose_terminal(self, error: Exception | None) -> None:
        if error is None:
            # A hang-up, also where nobody sends one.
            os.kill(os.getpid(), signal.SIGHUP)
        else:
            # Only now: it takes long to import.
            from rich.traceback import Traceback  # noqa: PLC0415

            trace = Traceback.from_exception(type(error), error, error.__traceback__)
            self._app.call_later(self._app.panic, trace)

    def _encoded(self, data: str) -> bytes:
        file = self._file
        assert file is not None
        return data.encode(file.encoding, file.errors or "strict")


def is_driver_behind(driver: Driver | None) -> bool:
    """Whether what a driver wrote before waits because the terminal does not take it."""
    if isinstance(driver, TerminalDriver) and driver.is_own:
        return driver.is_behind
    writer = getattr(driver, "_writer_thread", None)
    # Nothing public says so. The latest frame may wait only for its turn, so it does not count.
    return writer is not None and writer._queue.qsize() > 1  # noqa: SLF001


def _attributes(descriptor: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(descriptor)
    except termios.error:
        return None
