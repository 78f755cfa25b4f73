"""Keys that arrive together, as on a slow line, are taken one after the other.

Textual sends each key at once to the part that has the keys then; from there it goes up to the app,
where most keys mean something. Of `/error` in one piece the letters would be keys of the output and
of the app, since the line to type in opens only when the first key has come up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.app import ReturnType
from textual.events import Event, Key, Paste

from mptui.dashboard.terminal.display_diff import DisplayDiff

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

_LOST_SECONDS: Final = 0.5
"""A key whose way is not known after so long has closed the part that it went to."""


class KeyOrder(DisplayDiff[ReturnType]):
    """An app that looks at a key, or at what was pasted, when the one before is done with."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Key | Paste] = deque()
        self._key_count = 0
        self._is_key_under_way = False
        self._guard: asyncio.TimerHandle | None = None

    async def on_event(self, event: Event) -> None:
        """Hold a key back as long as another one is under way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif not self._is_key_under_way:
            await self._send(event)
        else:
            self._waiting.append(event)

    async def _send(self, event: Key | Paste) -> None:
        self._is_key_under_way = True
        self._key_count += 1
        target = self.focused or self.screen
        await super().on_event(event)
        self._follow(target, self._key_count)
        give_up = partial(self.call_later, self._go_on, self._key_count)
        self._guard = asyncio.get_running_loop().call_later(_LOST_SECONDS, give_up)

    def _follow(self, part: MessagePump | None, key: int) -> None:
        """Go the way that a key goes, behind it: each part takes its messages in order."""
        if part is None or part is self:
            self.call_later(self._go_on, key)
        elif not part.call_later(self._follow, part._parent, key):  # noqa: SLF001
            self._follow(part._parent, key)  # noqa: SLF001

    async def _go_on(self, key: int) -> None:
        """This key is done with: take the next one."""
        if key != self._key_count:
            return
        self._is_key_under_way = False
        if self._guard is not None:
            self._guard.cancel()
        if self._waiting:
            await self._send(self._waiting.popleft())
