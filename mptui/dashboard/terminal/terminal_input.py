"""What is typed on the terminal, read where the app runs: no thread, and none that looks for it.

The event loop says when there is something. Only while a sequence may be cut (Escape, or the first
part of an arrow) a timer looks whether more has come.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from contextvars import Context
from typing import TYPE_CHECKING, Final

from textual._time import get_time
from textual._xterm_parser import XTermParser

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Callable, Iterable

    from textual.message import Message

_MOST_BYTES: Final = 64 * 1024


class TerminalInput:
    """Reads keys from a descriptor that does not block, and hands on the messages they make.

    Args:
        descriptor: of the terminal; belongs to this from now on.
        loop: says when there is something to read.
        take: gets each message.
        when_over: called once when nothing more can come: with what went wrong here, or with
            nothing where the terminal is gone.
        typed: what was read of it already, before all that comes.
    """

    def __init__(
        self,
        descriptor: int,
        loop: AbstractEventLoop,
        take: Callable[[Message], None],
        when_over: Callable[[Exception | None], None],
        typed: bytes = b"",
    ) -> None:
        self._descriptor = descriptor
        self._loop = loop
        self._take = take
        self._when_over = when_over
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._tick: TimerHandle | None = None
        self._is_closed = False
        # In a context of its own: a key must not inherit what the app is just about to do.
        if typed:
            Context().run(loop.call_soon, self._take_typed, typed)
        Context().run(loop.add_reader, descriptor, self._read)

    def close(self) -> None:
        """Read no more; a sequence that was cut is forgotten."""
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.remove_reader(self._descriptor)
        self._look_again_at(None)
        os.close(self._descriptor)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take_typed(data)
        else:
            self._end(None)

    def _take_typed(self, data: bytes) -> None:
        if text := self._decode(data):  # Else a character is cut; and nothing means the end.
            self._hand_on(lambda: self._parser.feed(text))

    def _end_sequence(self) -> None:
        self._tick = None
        self._hand_on(self._parser.tick)

    def _hand_on(self, parsed: Callable[[], Iterable[Message]]) -> None:
        try:
            for message in parsed():
                self._take(message)
        except Exception as error:  # noqa: BLE001 - the app says what it was
            self._end(error)
        else:
            self._look_again_at(self._parser._timeout_time)  # noqa: SLF001 - nothing public says so

    def _look_again_at(self, due: float | None) -> None:
        """Come back when a sequence that was begun counts as cut, if more does not come before."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if due is not None:
            self._tick = self._loop.call_later(max(0.0, due - get_time()), self._end_sequence)

    def _end(self, error: Exception | None) -> None:
        self.close()
        self._when_over(error)
