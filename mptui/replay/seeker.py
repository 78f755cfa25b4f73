"""Finds the state of a run at any moment, in a thread of its own: keys must not wait for that.

Only the latest wish counts. What was found belongs to whoever takes it: it is not touched here any
more. Must not know why anybody looks back.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from mptui.errors import MptuiError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mptui.replay.index import Index
    from mptui.replay.moment import Moment


class Found(NamedTuple):
    """The state of a run at the moment that somebody wished to see."""

    t: float
    moment: Moment | None
    """None: it could not be read."""
    problem: str | None = None


class Seeker:
    """Looks for moments of one run.

    Args:
        recording: the file of the run.
        index: leads near to a moment, and keeps what is folded on the way.
        say_found: called in the thread when there is something to take.
    """

    def __init__(self, recording: Path, index: Index, say_found: Callable[[], object]) -> None:
        self._recording = recording
        self._index = index
        self._say_found = say_found
        self._changed = threading.Condition()
        self._wanted: float | None = None
        self._found: Found | None = None
        self._is_closed = False
        threading.Thread(target=self._seek, name="mptui-replay", daemon=True).start()

    def ask(self, t: float) -> None:
        """Look for this moment, and no more for any other."""
        with self._changed:
            found, self._wanted, self._found = self._found, t, None
            self._changed.notify()
        if found is not None and found.moment is not None:
            found.moment.close()

    def take(self) -> Found | None:
        """What was asked for last; None as long as it is not found, or once it was taken."""
        with self._changed:
            found, self._found = self._found, None
        return found

    def close(self) -> None:
        """Look for nothing any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
            found, self._found = self._found, None
        if found is not None and found.moment is not None:
            found.moment.close()

    def _seek(self) -> None:
        while (t := self._next_wish()) is not None:
            try:
                moment = self._find(t)
            except MptuiError as error:
                self._give(Found(t, None, error.message))
            except OSError as error:
                why = f"cannot read {self._recording}: {error.strerror or error}"
                self._give(Found(t, None, why))
            else:
                if moment is not None:
                    self._give(Found(t, moment))

    def _next_wish(self) -> float | None:
        """The moment to look for; None: there will be none any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._wanted is not None)
            return None if self._is_closed else self._wanted

    def _find(self, t: float) -> Moment | None:
        """The run at that moment; None: another one is wanted by now."""
        moment = self._index.before(t)
        while not moment.advance(t):
            self._index.note(moment.run, moment.findings, moment.position, moment.latest_count)
            if self._is_closed or self._wanted != t:
                moment.close()
                return None
        return moment

    def _give(self, found: Found) -> None:
        with self._changed:
            is_wanted = self._wanted == found.t and not self._is_closed
            if is_wanted:
                self._wanted, self._found = None, found
        if is_wanted:
            self._say_found()
        elif found.moment is not None:
            found.moment.close()
