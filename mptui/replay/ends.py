"""When processes ended, as it became known: where a person may want to go in a run."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, Self

from mptui.events import ProcessExited
from mptui.model.plausible import LATEST_SECONDS
from mptui.replay.frozen_state import DamagedStateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import Event

ENDS_KEPT: Final = 100_000
"""Of more ends the first are kept: a run of so many processes is not gone through one by one."""


class Ends:
    """The moments at which the end of a process became known, in order of time."""

    def __init__(self) -> None:
        self.times = array("d")
        self._now = 0.0

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        """Those of a run all of which was noted, as `times` gives them as bytes.

        Raises:
            DamagedStateError: they are none.
        """
        ends = cls()
        try:
            ends.times.frombytes(data)
        except ValueError as error:
            raise DamagedStateError from error
        return ends

    def note(self, events: Iterable[Event]) -> None:
        """Take note of what comes next in the recording."""
        now = self._now
        for event in events:
            if now < event.t <= LATEST_SECONDS:
                now = event.t
            if type(event) is ProcessExited and len(self.times) < ENDS_KEPT:
                # An end may be recorded after events of a later time: it was not known before.
                self.times.append(now)
        self._now = now
