"""What the search for stuck processes rests on beside the waits that go on: those before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model.findings.waiting.last_holders import LastHolders
from mptui.model.findings.waiting.repeated_waits import RepeatedWaits

if TYPE_CHECKING:
    from mptui.events import LockSampled, WaitStarted
    from mptui.model.run import Run


class PastWaits:
    """The waits of a run, as far as they matter later."""

    def __init__(self) -> None:
        self.repeated = RepeatedWaits()
        self.holders = LastHolders()

    def note_wait(self, event: WaitStarted) -> None:
        """A process begins to wait."""
        self.repeated.note_wait(event)
        self.holders.note_wait(event)

    def note_lock(self, _: Run, event: LockSampled) -> None:
        """Somebody looked who holds a lock."""
        self.holders.note_sample(event)
