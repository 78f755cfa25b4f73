"""When the dashboard looks: when there is news, though not too often, and when a time has come.

Nothing happens in between: what rests costs nothing, and nobody wakes up to find that there is
nothing to do. Must not know what is looked at.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pulse:
    """Calls a function in the event loop of the app.

    Args:
        beat: what is called; it says by `due_in` when it wants to be called again.
        gap_seconds: news calls it no more often than that; it may change.
    """

    def __init__(self, beat: Callable[[], object], gap_seconds: float) -> None:
        self._beat = beat
        self.gap_seconds = gap_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last_beat = 0.0
        self._has_news = False
        """Whether news is on its way that was not looked at."""

    @property
    def is_resting(self) -> bool:
        """Whether only news calls it again."""
        return self._timer is None

    def start(self) -> None:
        """Call it in the running event loop from now on."""
        self._loop = asyncio.get_running_loop()
        self._last_beat = self._loop.time() - self.gap_seconds

    def stop(self) -> None:
        """Call it no more."""
        self.rest()
        self._loop = None

    def rest(self) -> None:
        """Let only news call it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def tell(self) -> None:
        """There is news; from any thread."""
        loop = self._loop
        if loop is not None and not self._has_news:
            self._has_news = True
            with suppress(RuntimeError):  # The loop was closed meanwhile.
                loop.call_soon_threadsafe(self._take_news)

    def due_in(self, seconds: float) -> None:
        """Call it in so many seconds, if nothing does so earlier."""
        if self._loop is None:
            return
        at = self._loop.time() + seconds
        if self._timer is None or at < self._timer.when():
            self.rest()
            self._timer = self._loop.call_at(at, self._call)

    def _take_news(self) -> None:
        if self._loop is not None:
            self.due_in(max(0.0, self._last_beat + self.gap_seconds - self._loop.time()))

    def _call(self) -> None:
        self._timer, self._has_news = None, False
        if self._loop is not None:
            self._last_beat = self._loop.time()
            self._beat()
