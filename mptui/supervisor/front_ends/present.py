"""Everybody who looks at a run: the front end that started it, and those that came later.

Each reads the recording for itself; here are only their commands, and the word that there is news.
None of them is ever waited for. What the one that started the run wants for the case that it is
gone is the supervisor's business; when one of the others leaves, nothing happens.
"""

from __future__ import annotations

import selectors
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.supervisor.front_ends.control import Control
    from mptui.supervisor.front_ends.door import Door

MOST: Final = 32
"""So many that came later may look at once; more are sent away."""


class FrontEnds:
    """The links to all of them.

    Args:
        first: that to the front end that started the run.
        door: where others come in; None where there is none.
    """

    def __init__(self, first: Control, door: Door | None) -> None:
        self._first = first
        self._door = door
        self._selector: selectors.BaseSelector | None = None
        self._all = [first]

    def wake(self, selector: selectors.BaseSelector) -> None:
        """Let this selector wait for them; it gives this object where somebody has something."""
        self._selector = selector
        selector.register(self._first.lifeline, selectors.EVENT_READ, self)
        if self._door is not None:
            selector.register(self._door, selectors.EVENT_READ, self)

    @property
    def are_any(self) -> bool:
        """Whether anybody is there."""
        return bool(self._all)

    @property
    def has_first(self) -> bool:
        """Whether the one that started the run is there."""
        return self._first in self._all

    def read_commands(self) -> list[str]:
        """Let in who came, and give the commands of all since the last call."""
        self._let_in()
        commands = []
        for front_end in tuple(self._all):
            said = front_end.read_commands()
            if said is None:
                self._part_with(front_end)
            else:
                commands += said
        return commands

    def report_news(self) -> None:
        """Report to all that the recording grew."""
        for front_end in self._all:
            front_end.report_news()

    def report_trouble(self, trouble: str | None) -> None:
        """Report to all that the recording cannot be written, or can be again (None)."""
        for front_end in self._all:
            front_end.report_trouble(trouble)

    def report_end(self, exit_status: int) -> None:
        """Report to all that the run is finished; nobody can come in any more."""
        self._let_in()
        self.close_door()
        for front_end in self._all:
            front_end.report_end(exit_status)

    def close_door(self) -> None:
        """Let nobody in any more."""
        if self._door is not None:
            if self._selector is not None:
                self._selector.unregister(self._door)
            self._door.close()
            self._door = None

    def _let_in(self) -> None:
        """Let in one of those who came: the others have their turn a moment later."""
        if self._door is None or self._selector is None:
            return
        front_end = self._door.let_in()
        if front_end is not None and len(self._all) > MOST:
            # Not left at the door: the loop would wake for it again and again.
            front_end.close()
        elif front_end is not None:
            self._all.append(front_end)
            self._selector.register(front_end.lifeline, selectors.EVENT_READ, self)
            front_end.report_news()

    def _part_with(self, front_end: Control) -> None:
        self._all.remove(front_end)
        if self._selector is not None:
            self._selector.unregister(front_end.lifeline)
        if front_end is not self._first:
            front_end.close()
